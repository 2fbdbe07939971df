"""A trained network from its folder on the Hub, or here: what it is in CONFIG, its weights in WEIGHTS.

Nothing in such a folder is run: CONFIG names modules that must be installed here already.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from equidyn.core import domain as domains
from equidyn.core.errors import EquidynError, first_line
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, Study, as_json, study_model
from equidyn.core.params.variant import Variant
from equidyn.core.training.task import io_types

CONFIG, WEIGHTS = "config.json", "model.safetensors"


def config_of(params: Params, cell: Cell) -> dict[str, Any]:
    """What has to be known to build the network of `cell`; params: with the values that tuning has found for it."""
    study = params.studies[cell.study]
    return {
        "library_name": "equidyn",
        "run": str(cell),
        "domain": study.domain,
        "source": as_json(study.source),
        "task": as_json(study.task),
        "variant": as_json(study.variants[cell.variant]),
        "seed": cell.seed,
    }


def built(config: dict[str, Any], weights: Path) -> Network:
    """The network in eval mode, as it is used after training; raises EquidynError if both are not of this version."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        study = _study(config)
        network = build_network(study, "", *io_types(study), config["seed"])
        network.load_state_dict(load_file(weights))
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as fault:
        told = "not the configuration of a network of this version of equidyn"
        raise EquidynError(f"{weights.parent / CONFIG}: {told} ({first_line(fault)})") from None
    except (OSError, SafetensorError, RuntimeError) as fault:
        raise EquidynError(f"{weights}: not the weights of this network ({first_line(fault)})") from None
    return network.eval().deployed().eval()


def _study(config: dict[str, Any]) -> Study:
    """As much of a study as a network needs, with one variant that has no name."""
    params = domains.find(config["domain"]).module("params")
    return study_model(config["domain"]).model_construct(
        domain=config["domain"],
        source=TypeAdapter(params.Source).validate_python(config["source"]),
        task=TypeAdapter(params.Task).validate_python(config["task"]),
        variants={"": Variant.model_validate(config["variant"])},
    )


def read_config(path: Path) -> dict[str, Any]:
    """A CONFIG; raises EquidynError if it is none."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise EquidynError(f"{path}: not whole JSON ({fault})") from None
    if not isinstance(tree, dict):
        raise EquidynError(f"{path}: not the configuration of a network")
    return tree
