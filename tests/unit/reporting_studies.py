"""Params of whole synthetic studies: levels, rotation and sizes, with every family and every measure."""

from copy import deepcopy
from typing import Any

from toy import TREE

from equidyn.core.params import Params

_NET = {"hidden": 4, "layers": 5, "kernel": 3}
_BOTH = {"at": ["best", "early"], "options": {}}
MEASURES = (
    "error",
    "equivariance",
    "decomposition",
    "lie",
    "sharpness",
    "hessian",
    "distance",
    "relaxation",
    "audit/equivariance",
    "audit/lie",
    "audit/sharpness",
    "audit/hessian",
)
VARIANTS: dict[str, dict[str, Any]] = {
    "cnn": {"model": "cnn", "options": _NET},
    "cnn-aug": {"model": "cnn", "options": _NET, "augment": "c4"},
    "gcnn": {"model": "gcnn", "options": _NET},
    "e2cnn": {"model": "e2cnn", "options": _NET},
    "rgroup": {"model": "rgroup", "options": _NET},
    "rsteer": {"model": "rsteer", "options": _NET},
    "relax-anneal": {"model": "anneal", "options": _NET},
    "soft": {"model": "cnn", "options": _NET, "equivariance_penalty": 0.1},
    "rsteer-alpha1e-2": {"model": "rsteer", "options": _NET | {"alpha": 1e-2}},
    "e2cnn-published": {"model": "audit/e2cnn", "options": _NET},
    "rsteer-published": {"model": "audit/rsteer", "options": _NET},
    "rsteer-published-alpha1e-2": {"model": "audit/rsteer", "options": _NET | {"alpha": 1e-2}},
}
ROTATION_SOURCE = {
    "kind": "rotation",
    "resolution": 8,
    "size": 64.0,
    "dt": 1.0,
    "warmup": 1,
    "frames": 120,
    "inflow": {"distance": 5.0, "radius": 5.0},
    "simulations": 8,
    "buoyancy": 0.01,
    "domain": [[6, 1], [5, 0]],
    "split": {"by": "task", "train": [0, 60], "validation": [60, 90], "future": [90, 120], "domain": [0, 60]},
}


def levels(variants: list[str], values: list[float], seeds: int) -> dict[str, Any]:
    """A study of so many variants and levels eps, as JSON."""
    return _study(variants, seeds) | {
        "datasets": {f"eps{round(100 * value):03}": {"level": "eps", "value": value} for value in values}
    }


def rotation(variants: list[str], seeds: int) -> dict[str, Any]:
    """A study of the Rotation protocol under both signs, with rollouts of 20 steps."""
    study = _study(variants, seeds)
    actions = {"true-action": "true", "published-sign": "published"}
    return study | {
        "source": ROTATION_SOURCE,
        "datasets": {name: {"vector_action": action} for name, action in actions.items()},
        "task": study["task"] | {"input_frames": 10, "train_steps": 6, "test_steps": 20},
    }


def sizes(variants: list[str], counts: list[int], seeds: int) -> dict[str, Any]:
    """A study along the number of training scenes."""
    entries = {f"eps000-n{count}": {"level": "eps", "value": 0.0, "train": count} for count in counts}
    return _study(variants, seeds) | {"datasets": entries, "measures": {"error": _BOTH}}


def params(**studies: dict[str, Any]) -> Params:
    """Checked params; study names with _ for -."""
    tree = {"compute": TREE["compute"], "studies": {name.replace("_", "-"): study for name, study in studies.items()}}
    return Params.model_validate(tree)


def _study(variants: list[str], seeds: int) -> dict[str, Any]:
    return deepcopy(TREE["studies"]["toy"]) | {
        "seeds": list(range(1, seeds + 1)),
        "variants": {name: {"augment": "none"} | VARIANTS[name] for name in variants},
        "measures": dict.fromkeys(MEASURES, _BOTH),
    }
