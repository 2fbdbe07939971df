"""The stage measure: all measures of one trained cell, at the checkpoints that params.yaml names."""

import hashlib
import math
from importlib import import_module
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from equidyn import paths
from equidyn.data.store import Dataset, read
from equidyn.errors import EquidynError
from equidyn.files import atomic, read_json, sole_writer, write_json
from equidyn.measures.subject import Subject
from equidyn.models.registry import build_network
from equidyn.models.stack import ConvStack
from equidyn.params.signatures import checked
from equidyn.params.study import Cell, Params, Study, as_json
from equidyn.params.subtrees import measure_keys, subtree
from equidyn.provenance import Clock
from equidyn.training.precision import device_of, set_up
from equidyn.training.rollout import Rollout


def run(params: Params, cell: Cell) -> Path:
    """Measure `cell`; returns the path of its measures.json."""
    with sole_writer(f"measure/{cell}"):
        clock = Clock(subtree(as_json(params), measure_keys(cell)), f"run {cell}")
        set_up(params.compute)
        study, folder = params.studies[cell.study], paths.run(cell)
        trained = read_json(folder / "run.json")
        dataset = read(paths.dataset(cell.study, cell.dataset))
        task = Rollout(study.task, dataset, device_of(params.compute))
        network = build_network(study.variants[cell.variant], task.inputs, task.outputs, cell.seed).to(
            task.velocity.device
        )
        wanted = {checkpoint for settings in study.measures.values() for checkpoint in settings.at}
        checkpoints = {}
        for name in sorted(wanted | {"best"}):
            subject = Subject(_loaded(network, folder, name, trained), task)
            checkpoints[name] = _measured(study, name, subject)
            if name == "best":
                _write_example(folder / "example.safetensors", subject)
        summary = _summary(trained, network, dataset) | {"checkpoints": checkpoints}
        write_json(folder / "measures.json", _finite(summary) | {"provenance": clock.provenance()})
    return paths.run(cell) / "measures.json"


def _loaded(network: ConvStack, folder: Path, checkpoint: str, trained: dict[str, Any]) -> ConvStack:
    """The network with a checkpoint's weights, which must be those that run.json vouches for."""
    path = folder / f"{checkpoint}.safetensors"
    advice = "train the cell again (snakemake or dvc repro)"
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest() != trained["sha256"][checkpoint]:
            raise EquidynError(f"{path}: not the checkpoint that run.json beside it names; {advice}")
        network.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError, KeyError) as fault:
        raise EquidynError(f"{path}: not a whole checkpoint of this variant ({fault}); {advice}") from None
    return network.eval()


def _measured(study: Study, checkpoint: str, subject: Subject) -> dict[str, Any]:
    """All measures wanted at this checkpoint, by name."""
    return {
        name: import_module(f"equidyn.measures.{name}").measure(subject, **checked("measures", name, settings.options))
        for name, settings in study.measures.items()
        if checkpoint in settings.at
    }


def _summary(trained: dict[str, Any], network: ConvStack, dataset: Dataset) -> dict[str, Any]:
    """What the report needs to know of the cell beside its measures."""
    copied = ("study", "dataset", "variant", "seed", "status", "parameters")
    checks = dataset.attributes["checks"]
    about = ("epochs", "best_epoch", "early_epoch", "device", "precision", "message")
    return {
        **{key: trained[key] for key in copied},
        "strict": network.strict,
        "data": {
            "equivariance": checks["equivariance"],
            "checks": checks,
            "provenance": dataset.attributes["provenance"],
        },
        "run": {key: trained[key] for key in about} | {"wall_seconds": trained["provenance"]["wall_seconds"]},
    }


def _write_example(path: Path, subject: Subject) -> None:
    """One test window for the report's pictures: the liveliest, the same for every variant of a dataset."""
    targets = subject.windows.targets
    shown = targets.square().mean((0, 2, 3, 4)).argmax()
    arrays = {
        "start": subject.windows.inputs[shown, -2:],
        "truth": targets[:, shown],
        "prediction": subject.prediction[:, shown],
    }
    with atomic(path) as temporary:
        save_file({name: array.float().cpu().contiguous() for name, array in arrays.items()}, temporary)


def _finite(tree: Any) -> Any:
    """JSON has no NaN: a number that is not finite becomes null, and the report shows it as such."""
    if isinstance(tree, dict):
        return {key: _finite(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_finite(value) for value in tree]
    return None if isinstance(tree, float) and not math.isfinite(tree) else tree
