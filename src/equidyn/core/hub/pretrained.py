"""A trained network from its folder on the Hub, or here: what it is in CONFIG, its weights in WEIGHTS.

Nothing in such a folder is run: CONFIG names modules that must be installed here already.
"""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from equidyn.core import domain as domains
from equidyn.core import paths
from equidyn.core.errors import EquidynError, first_line
from equidyn.core.files import read_checked, read_json, read_record
from equidyn.core.hub.places import chosen, on_hub
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network
from equidyn.core.params.load import PARAMS_FILE, read_yaml
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


def types_of(config: dict[str, Any]) -> tuple[Any, Any]:
    """Between which types the network maps."""
    return io_types(_study(config))


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
    tree = read_json(path)
    if not isinstance(tree, dict):
        raise EquidynError(f"{path}: not the configuration of a network")
    return tree


def network(
    source: str,
    name: str = "",
    revision: str | None = None,
    checkpoint: str = "best",
    params: Path | None = None,
    cache: Any = None,
) -> tuple[Network, dict[str, Any]]:
    """A trained network in eval mode, and what it was built from.

    source: the folder of a run, as the stage `train` leaves it or as it lies on the Hub, or a repository on the Hub.
    name: of the run there. params: that of a run of the pipeline, if not the one of the folder where it was made.
    """
    folder = Path(source, name)
    if (folder / CONFIG).is_file():
        config, file = read_config(folder / CONFIG), _weights(checkpoint)
    elif (folder / "run.json").is_file():
        config, file = _config(folder, checkpoint, params), f"{checkpoint}.safetensors"
    elif folder.exists():
        raise EquidynError(f"{folder}: not the folder of a run: neither run.json nor {CONFIG} is there")
    else:
        folder, file = _fetched(source, name, revision, checkpoint, cache), _weights(checkpoint)
        config = read_config(folder / CONFIG)
    return built(config, folder / file), config


def _weights(checkpoint: str) -> str:
    return WEIGHTS if checkpoint == "best" else f"{checkpoint}.safetensors"


def _fetched(repository: str, name: str, revision: str | None, checkpoint: str, cache: Any) -> Path:
    wanted = name.strip("/").removeprefix("runs/")
    root = on_hub("model", repository, [f"runs/{wanted}*{CONFIG}"], revision, cache)
    folder = chosen("run", root, CONFIG, wanted, repository)
    return on_hub("model", repository, [f"{folder}/{_weights(checkpoint)}"], revision, cache) / folder


def _config(folder: Path, checkpoint: str, params: Path | None) -> dict[str, Any]:
    """What a run of the pipeline was built from: its record has all but the domain and the source of its data."""
    run = read_record(folder / "run.json")
    try:
        cell = Cell(*(run[key] for key in ("study", "dataset", "variant", "seed", "control")))
        recorded = run["provenance"]["params"]
        task, variant = (recorded[f"studies.{cell.study}.{key}"] for key in ("task", f"variants.{cell.variant}"))
        read_checked(folder / f"{checkpoint}.safetensors", run["sha256"][checkpoint], "run.json")
    except (KeyError, TypeError):
        told = f"not the record of a training with a checkpoint {checkpoint}"
        raise EquidynError(f"{folder / 'run.json'}: {told}") from None
    depth = len(paths.run(cell).parts)
    file = params or Path(folder.resolve(), *[".."] * depth, PARAMS_FILE).resolve()
    try:
        study = read_yaml(file)["studies"][cell.study]
        about = {"domain": study["domain"], "source": study["source"]}
    except (KeyError, TypeError):
        raise EquidynError(f"{file}: it has no study {cell.study}, whose domain and source the network needs") from None
    made = {"library_name": "equidyn", "run": str(cell)}
    return made | about | {"task": task, "variant": variant, "seed": cell.seed}
