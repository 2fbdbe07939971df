"""The stage measure: all measures of one trained cell, at the checkpoints that params.yaml names."""

import math
from pathlib import Path
from typing import Any

from safetensors.torch import save

from equidyn.core import paths
from equidyn.core.data.store import Stored
from equidyn.core.domain import imported
from equidyn.core.files import write_bytes, write_record
from equidyn.core.locks import sole_writer
from equidyn.core.measures.context import EvaluationContext, context_of
from equidyn.core.measures.quantities import measured
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network
from equidyn.core.params.params import Params
from equidyn.core.params.signatures import checked, module
from equidyn.core.params.study import Cell, MeasureSettings, Study, as_json
from equidyn.core.params.subtrees import measure_keys, subtree
from equidyn.core.provenance import Clock
from equidyn.core.randomness import seeded
from equidyn.core.training.checkpoint import load, read_history, read_run
from equidyn.core.training.precision import device_of, set_up
from equidyn.core.training.task import dataset_of, task_of
from equidyn.core.tuning.tuned import tuned


def run(params: Params, cell: Cell) -> Path:
    """Measure `cell`; returns the path of its measures.json."""
    with sole_writer(f"measure/{cell}"):
        params = tuned(params, [cell])
        clock = Clock(subtree(as_json(params), measure_keys(cell)), f"run {cell}")
        set_up(params.compute)
        study, folder = params.studies[cell.study], paths.run(cell)
        trained = read_run(params, cell)
        dataset = dataset_of(study, paths.dataset(cell.study, cell.dataset), cell.seed)
        task = task_of(study, dataset, device_of(params.compute))
        network = build_network(study, cell.variant, task.inputs, task.outputs, cell.seed).to(task.device)
        weight_decay, history = study.training_for(cell).weight_decay, read_history(folder, trained)
        measures = study.measures_of(cell)
        wanted = {checkpoint for settings in measures.values() for checkpoint in settings.at}
        checkpoints, sums = {}, {"run": trained["checksum"]}
        for name in sorted(wanted | {"best"}):
            loaded = load(network, folder, name, trained).deployed()
            context = context_of(study, loaded, task, weight_decay, history)
            checkpoints[name] = _measured(study, measures, name, context, cell.seed)
            if name == "best":
                with seeded(cell.seed, name, "example"):
                    sums["example"] = _write_example(folder / "example.safetensors", context)
        summary = _finite(_summary(trained, network, dataset) | {"checkpoints": checkpoints}) | {"sha256": sums}
        write_record(folder / "measures.json", summary | {"provenance": clock.provenance()})
    return paths.run(cell) / "measures.json"


def _measured(
    study: Study, measures: dict[str, MeasureSettings], checkpoint: str, context: EvaluationContext, seed: int
) -> dict[str, Any]:
    """Those measures that are wanted at this checkpoint, by name; what the network draws itself is seeded for each."""
    found = {}
    for name, settings in measures.items():
        if checkpoint in settings.at:
            with seeded(seed, checkpoint, name):
                found[name] = _taken(study, name, context)
    return found


def _taken(study: Study, name: str, context: EvaluationContext) -> dict[str, Any]:
    """One measure of a network, with the options that params.yaml gives it."""
    options = checked(study.home, "measures", name, study.measures[name].options)
    return measured(name, imported(module(study.home, "measures", name)), context, **options)


def _summary(trained: dict[str, Any], network: Network, dataset: Stored) -> dict[str, Any]:
    """What the report needs to know of the cell beside its measures."""
    copied = ("study", "dataset", "variant", "seed", "control", "status", "parameters")
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


def _write_example(path: Path, context: EvaluationContext) -> str:
    """Predictions on test samples, for the report's pictures; returns their SHA-256."""
    arrays = {name: array.float().cpu().contiguous() for name, array in context.example().items()}
    return write_bytes(path, save(arrays))


def _finite(tree: Any) -> Any:
    """JSON has no NaN: a number that is not finite becomes null, and the report shows it as such."""
    if isinstance(tree, dict):
        return {key: _finite(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_finite(value) for value in tree]
    return None if isinstance(tree, float) and not math.isfinite(tree) else tree
