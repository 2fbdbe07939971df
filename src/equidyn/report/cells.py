"""The files of one cell, whole or refused."""

import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_checked, read_record
from equidyn.core.params.study import Cell
from equidyn.core.params.subtrees import measure_keys, prepare_keys, subtree, train_keys

_RUN_KEYS = (
    "status",
    "message",
    "parameters",
    "multiply_adds",
    "epochs",
    "best_epoch",
    "early_epoch",
    "device",
    "precision",
    "sha256",
)
_MEASURE_KEYS = ("strict", "checkpoints", "data", "sha256")
_PROVENANCE_KEYS = ("commit", "source", "params", "versions", "wall_seconds")
_DATA_KEYS = ("equivariance", "checks")
_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class CellFiles:
    """run.json, measures.json and history.csv of a cell."""

    cell: Cell
    run: dict[str, Any]
    measures: dict[str, Any]
    history: pd.DataFrame


def read_cell(cell: Cell) -> CellFiles:
    """Read a cell; raises EquidynError that names the file which is missing, torn, altered, or of another run."""
    folder = paths.run(cell)
    run = _tree(folder / "run.json", cell, _RUN_KEYS)
    measures = _tree(folder / "measures.json", cell, _MEASURE_KEYS)
    _need(folder / "measures.json", measures["data"], _DATA_KEYS)
    _need(folder / "measures.json", measures["data"].get("provenance"), _PROVENANCE_KEYS)
    if measures["sha256"]["run"] != run["checksum"]:
        raise _torn(folder / "measures.json", "run.json beside it is of a later training")
    return CellFiles(cell, run, measures, _history(folder / "history.csv", run))


def refuse_stale(files: CellFiles, tree: dict[str, Any]) -> None:
    """Raise EquidynError if a cell, or its dataset, was made with other params than `tree`, of params.yaml, has now.

    Values are compared, not keys: a dataset from the Hub may have been made under other names.
    """
    cell, measures = files.cell, files.measures
    trained = subtree(tree, train_keys(cell)) | {"seed": cell.seed}
    for name, record, wanted in (
        ("run.json", files.run, trained),
        ("measures.json", measures, subtree(tree, measure_keys(cell))),
        ("measures.json", measures["data"], subtree(tree, prepare_keys(cell.study, cell.dataset))),
    ):
        found = list(record["provenance"]["params"].values())
        if found != list(wanted.values()):
            odd = [key for key, value in wanted.items() if value not in found]
            changed = f"made with other params than params.yaml has now ({', '.join(odd)})"
            raise EquidynError(f"{paths.run(cell) / name}: {changed}; run snakemake or dvc repro")


def read_arrays(cell: Cell, kind: type[_Kind]) -> _Kind:
    """What the network of a cell answers to a few test samples: a dataclass `kind`, whose fields are the arrays."""
    path = paths.run(cell) / "example.safetensors"
    sums = _tree(path.with_name("measures.json"), cell, _MEASURE_KEYS)["sha256"]
    try:
        return kind(**load(read_checked(path, sums["example"], "measures.json")))
    except (SafetensorError, TypeError) as fault:
        raise _torn(path, str(fault)) from None


def _tree(path: Path, cell: Cell, keys: tuple[str, ...]) -> dict[str, Any]:
    tree = read_record(path)
    _need(path, tree, (*keys, *asdict(cell)))
    _need(path, tree.get("provenance"), _PROVENANCE_KEYS)
    found = Cell(**{key: tree[key] for key in asdict(cell)})
    if found != cell:
        raise _torn(path, f"it belongs to {found}")
    return tree


def _need(path: Path, tree: Any, keys: tuple[str, ...]) -> None:
    missing = [key for key in keys if not isinstance(tree, dict) or key not in tree]
    if missing:
        raise _torn(path, f"it lacks {', '.join(missing)}")


def _history(path: Path, run: dict[str, Any]) -> pd.DataFrame:
    content = read_checked(path, run["sha256"]["history"], "run.json")
    try:
        history = pd.read_csv(io.BytesIO(content))
    except ValueError as fault:
        raise _torn(path, str(fault)) from None
    if "epoch" not in history or history["epoch"].max() != run["epochs"]:
        raise _torn(path, f"it does not reach epoch {run['epochs']}, as run.json beside it says")
    return history


def _torn(path: Path, fault: str) -> EquidynError:
    return EquidynError(f"{path}: missing or not whole ({fault}); delete it and run again (snakemake or dvc repro)")
