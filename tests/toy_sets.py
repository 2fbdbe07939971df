"""A tiny study of Gaussian sets, for tests."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from toy import TREE

from equidyn.core.data import prepare
from equidyn.core.params import Cell, Params, load

NET = {"hidden": 6, "layers": 2}
STATIC, FRESH = Cell("sets", "static", "mlp", 1), Cell("sets", "fresh", "mlp", 1)
STUDY = {
    "domain": "sets",
    "seeds": [1],
    "source": {
        "kind": "gaussian",
        "points": 4,
        "dimensions": 3,
        "spreads": [1.0, 0.25],
        "parameter": "variance",
        "split": {"by": "sample", "train": 32, "validation": 16, "test": 64},
        "blocks": 2,
        "seed": 0,
    },
    "datasets": {"static": {"sampling": "static"}, "fresh": {"sampling": "fresh"}},
    "task": {"kind": "classify_sets"},
    "training": TREE["studies"]["toy"]["training"] | {"steps_per_epoch": 4, "batch_size": 8, "validation_samples": 16},
    "variants": {
        "mlp": {"model": "mlp", "options": NET, "augment": "none"},
        "mlp-aug": {"model": "mlp", "options": NET, "augment": "permutations"},
        "mlp-canonical": {"model": "mlp", "options": NET, "impose": {"by": "canonical"}, "augment": "none"},
        "mlp-symmetrized": {"model": "mlp", "options": NET, "impose": {"by": "symmetrized"}, "augment": "none"},
        "mlp-sampled": {"model": "mlp", "options": NET, "impose": {"by": "sampled"}, "augment": "none"},
        "intrinsic": {"model": "intrinsic", "options": NET, "augment": "none"},
        "intrinsic-exchangeable": {"model": "intrinsic_exchangeable", "options": NET, "augment": "none"},
        "variance-net": {"model": "variance", "options": {}, "augment": "none"},
    },
    "measures": {
        "accuracy": {"at": ["best", "early"], "options": {}},
        "invariance": {"at": ["best"], "options": {"samples": 32, "elements": 4}},
        "overfitting": {"at": ["best"], "options": {}},
        "cost": {"at": ["best"], "options": {}},
        "sharpness": {"at": ["best"], "options": {"samples": 8, "directions": 2}},
        "hessian": {"at": ["best"], "options": {"samples": 8, "iterations": 5, "batches": 1}},
    },
}


def set_tree(**training: Any) -> dict[str, Any]:
    """The tree of a params.yaml with this study alone; `training` overrides keys of its training."""
    study = deepcopy(STUDY)
    study["training"] |= training
    return {"compute": TREE["compute"], "studies": {"sets": study}}


def set_params(**training: Any) -> Params:
    """Write params.yaml and prepare both datasets in the working folder."""
    Path("params.yaml").write_text(yaml.safe_dump(set_tree(**training)), encoding="utf-8")
    params = load()
    for dataset in STUDY["datasets"]:
        prepare.run(params, "sets", dataset)
    return params
