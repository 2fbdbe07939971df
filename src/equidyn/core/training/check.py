"""`equidyn check --trained`: are strict networks still exact after their training? As models/check, on checkpoints."""

import math
from collections.abc import Iterator
from typing import Any

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.models.check import LIMIT, symmetry
from equidyn.core.models.registry import build_network
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell
from equidyn.core.threads import use_threads
from equidyn.core.training.checkpoint import load, read_run
from equidyn.core.training.task import io_types
from equidyn.core.tuning.tuned import tuned

CHECKPOINTS = ("best", "early")


def run_all(params: Params, variant: str | None = None) -> list[dict[str, Any]]:
    """All runs there are of `variant`, or of every strict variant; raises EquidynError if there is none."""
    use_threads(params.compute.threads)
    present = [cell for cell in params.cells() if variant in (None, cell.variant) and _is_trained(cell)]
    entries = [entry for cell in present for entry in _entries(params, cell, only_strict=variant is None)]
    if not entries:
        raise EquidynError(f"no trained run of {variant or 'a strict variant'} in data/runs; train first")
    return entries


def run_cell(params: Params, cell: Cell) -> list[dict[str, Any]]:
    """One entry per checkpoint of one run, as of models.check with {dataset, seed, checkpoint}."""
    return list(_entries(params, cell, only_strict=False))


def _is_trained(cell: Cell) -> bool:
    return (paths.run(cell) / "run.json").exists()


def _entries(params: Params, cell: Cell, only_strict: bool) -> Iterator[dict[str, Any]]:
    params = tuned(params, [cell])
    study = params.studies[cell.study]
    inputs, outputs = io_types(study)
    network = build_network(study, cell.variant, inputs, outputs, cell.seed)
    if only_strict and not network.strict:
        return
    trained = read_run(params, cell)
    for checkpoint in CHECKPOINTS:
        which = {"dataset": cell.dataset, "seed": cell.seed, "control": cell.control, "checkpoint": checkpoint}
        loaded = load(network, paths.run(cell), checkpoint, trained)
        found = symmetry(loaded, inputs, outputs, study.source.input_grid, LIMIT if only_strict else math.inf)
        yield {"variant": cell.variant, "study": cell.study} | which | found
