"""A tiny study with synthetic fields, for tests that need no simulation."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import partial, reduce
from importlib import import_module
from operator import getitem
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from equidyn.core import paths
from equidyn.core.data.store import write
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, Params, load
from equidyn.core.params.signatures import module
from equidyn.core.params.variant import Variant
from equidyn.domains.smoke.source.fields import Fields, component_rms
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

QUICK = {"audit/hessian": {"batches": 1, "limit": 10}}  # options of measures that take long
CELL = Cell("toy", "sym", "gcnn", 1)
yaml.SafeDumper.ignore_aliases = lambda *_: True  # params.yaml has none: what stands in a tree twice is written out

TREE = {
    "compute": {"threads": 1, "device": "cpu", "precision": "fp32"},
    "studies": {
        "toy": {
            "domain": "smoke",
            "seeds": [1],
            "source": {
                "kind": "smoke",
                "resolution": 8,
                "size": 64.0,
                "dt": 1.0,
                "warmup": 1,
                "frames": 8,
                "inflow": {"x": 32.0, "y": 5.0, "radius": 5.0},
                "jitter": {"position": 4.0, "tilt": 0.2, "strength": 0.1},
                "split": {"by": "scene", "train": 2, "validation": 1, "test": 1},
                "blocks": 2,
                "seed": 0,
            },
            "datasets": {"sym": {"level": "eps", "value": 0.0}},
            "task": {"kind": "rollout", "input_frames": 2, "train_steps": 2, "test_steps": 3, "residual": True},
            "training": {
                "learning_rate": 0.01,
                "betas": [0.9, 0.999],
                "weight_decay": 0.0,
                "schedule": "cosine",
                "decay": 0.95,
                "batch_size": 4,
                "steps_per_epoch": 2,
                "epochs": 4,
                "patience": 10,
                "clip": 1.0,
                "early_epoch": 1,
                "validation_samples": 3,
            },
            "variants": {
                "cnn": {"model": "cnn", "options": {"hidden": 4, "layers": 3}, "augment": "none"},
                "cnn-aug": {"model": "cnn", "options": {"hidden": 4, "layers": 3}, "augment": "c4"},
                "gcnn": {"model": "gcnn", "options": {"hidden": 2, "layers": 3}, "augment": "none"},
                "rgroup": {"model": "rgroup", "options": {"hidden": 2, "layers": 3}, "augment": "none"},
            },
            "measures": {
                "error": {"at": ["best", "early"], "options": {}},
                "equivariance": {"at": ["best"], "options": {}},
                "decomposition": {"at": ["best"], "options": {}},
            },
        }
    },
}


def as_numpy_turn(field: np.ndarray, kind: FieldType, turns: int) -> np.ndarray:
    """`FieldType.act` for arrays."""
    return kind.act(torch.from_numpy(np.ascontiguousarray(field)), turns).numpy()


def toy_dataset(side: int = 8) -> Fields:
    """Four scenes of smooth travelling waves, each in four exactly turned directions, split by scene."""
    random = np.random.default_rng(0)
    time, y, x = np.meshgrid(np.arange(8), np.arange(side), np.arange(side), indexing="ij")
    scenes, vector = [], FieldType(C4, "vector", 1)
    for phase in random.uniform(0, 6, size=(4, 2)):
        waves = [np.sin(0.4 * x + 0.7 * y + 0.5 * time + phase[0]), np.cos(0.6 * x - 0.3 * y + 0.4 * time + phase[1])]
        scenes += [as_numpy_turn(np.stack(waves, axis=1), vector, turns) for turns in range(4)]
    ranges = np.zeros((16, 3, 2), dtype=np.int64)
    for split, simulations in enumerate((slice(0, 8), slice(8, 12), slice(12, 16))):
        ranges[simulations, split] = (0, 8)
    velocity = np.stack(scenes).astype(np.float32)
    checks = {
        "equivariance": {"absolute": 0.0, "relative": 0.0, "pairwise": 0.0},
        "rms": {"train": component_rms(velocity, ranges[:, 0])},
    }
    attributes = {"checks": checks, "provenance": {"source": "synthetic", "wall_seconds": 0.0}}
    index = np.arange(16)
    return Fields(velocity, index // 4, index % 4, ranges, attributes)


def toy_params(**training: object) -> Params:
    """Write params.yaml and the dataset in the working folder; `training` overrides keys of the study's training."""
    write(paths.dataset("toy", "sym"), toy_dataset())
    return write_study("toy", TREE["studies"]["toy"], **training)


def write_study(name: str, study: dict[str, Any], **training: object) -> Params:
    """Write params.yaml with this study alone, with other keys of its training, and read it; needs no dataset."""
    whole = study | {"training": study["training"] | training}
    tree = {"compute": TREE["compute"], "studies": {name: whole}}
    Path("params.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(tree))), encoding="utf-8")
    return load()


def refused(study: dict[str, Any], key: str, value: Any) -> str:
    """What is said, before any job, of the study with another value at its dotted `key`."""
    whole = deepcopy(study)
    *path, last = key.split(".")
    node = reduce(getitem, path, whole)
    node[last] = value
    if last == "model":
        node["options"] = {"hidden": 4}
    with pytest.raises(EquidynError) as fault:
        write_study("toy", whole)
    return str(fault.value)


def built(domain: str, variant: Variant, inputs: Any, outputs: Any, seed: int = 0) -> Network:
    """The network of a variant that stands in no params.yaml."""
    source = SimpleNamespace(input_grid=())
    study = SimpleNamespace(home=find(domain), variants={"it": variant}, source=source)
    return build_network(study, "it", inputs, outputs, seed)


def measured_twice(domain: str, name: str, context: Callable[[], Any]) -> dict[str, Any]:
    """What a measure finds with its own options, but for QUICK: the same both times, and plain JSON."""
    measure = partial(import_module(module(find(domain), "measures", name)).measure, **QUICK.get(name, {}))
    found, again = measure(context()), measure(context())
    assert found == again == json.loads(json.dumps(found))
    return found


def randomised(network: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """The network with every parameter drawn anew, so that nothing is tied or zero by its start."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype))
    return network
