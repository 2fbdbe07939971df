"""The files of one cell, whole or refused."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_checked, read_record
from equidyn.core.params.study import Cell

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
_PROVENANCE_KEYS = ("commit", "source", "versions", "wall_seconds")
_DATA_KEYS = ("equivariance", "checks")
_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class CellFiles:
    """run.json, measures.json and history.csv of a cell."""

    cell: Cell
    run: dict[str, Any]
    measures: dict[str, Any]
    history: pd.DataFrame


@dataclass(frozen=True)
class Example:
    """The test window with the fastest flow; velocities in units of the data's rms velocity component.

    start: (2, y, x); truth, prediction: (step, 2, y, x).
    """

    start: np.ndarray
    truth: np.ndarray
    prediction: np.ndarray


@dataclass(frozen=True)
class Answers:
    """What a classifier says of the test sets, in their order.

    logits: (sample,), above 0 for the second class; labels: (sample,), 0 or 1.
    """

    logits: np.ndarray
    labels: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """Whether each answer is right, (sample,) bool; as in training, a logit of exactly 0 says the first class."""
        return (self.logits > 0) == (self.labels > 0.5)


@dataclass(frozen=True)
class Reconstructions:
    """Test images of different digits before and after an auto-encoder, 0 for paper and 1 for ink; row 0 is the top.

    inputs, upright: (image, y, x), as they are and as reconstructed. turned_inputs, turned: (image, turn, y, x), the
    same after one, two and three quarter turns. traversal: (latent, step, y, x), the first image decoded with one
    latent moved by -2, -1, 0, 1 and 2 of its standard deviations over the test images. attention: (image, 4), weights
    over the orbit, of a network that has them.
    """

    inputs: np.ndarray
    upright: np.ndarray
    turned_inputs: np.ndarray
    turned: np.ndarray
    traversal: np.ndarray
    attention: np.ndarray | None = None


@dataclass(frozen=True)
class Slices:
    """The middle slice of a test box at the time of the fine frame; velocities over the rms one of the training split.

    input: (3, y, x), the middle coarse frame; truth, prediction, trilinear: (3, Y, X), fine. Components (vx, vy, vz).
    """

    input: np.ndarray
    truth: np.ndarray
    prediction: np.ndarray
    trilinear: np.ndarray


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


def read_example(cell: Cell) -> Example:
    """Read the example rollout of a cell."""
    return _arrays(cell, Example)


def read_answers(cell: Cell) -> Answers:
    """Read what the classifier of a cell says of the test sets."""
    return _arrays(cell, Answers)


def read_reconstructions(cell: Cell) -> Reconstructions:
    """Read what the auto-encoder of a cell makes of a few test images."""
    return _arrays(cell, Reconstructions)


def read_slices(cell: Cell) -> Slices:
    """Read the slice of a test box before and after the network of a cell."""
    return _arrays(cell, Slices)


def _arrays(cell: Cell, kind: type[_Kind]) -> _Kind:
    """The cell's example, whose arrays are the fields of `kind`."""
    path = paths.run(cell) / "example.safetensors"
    sums = _tree(path.with_name("measures.json"), cell, _MEASURE_KEYS)["sha256"]
    try:
        return kind(**load(read_checked(path, sums["example"], "measures.json")))
    except (SafetensorError, TypeError) as fault:
        raise _torn(path, str(fault)) from None


def _tree(path: Path, cell: Cell, keys: tuple[str, ...]) -> dict[str, Any]:
    tree = read_record(path)
    _need(path, tree, (*keys, "study", "dataset", "variant", "seed"))
    _need(path, tree.get("provenance"), _PROVENANCE_KEYS)
    found = Cell(tree["study"], tree["dataset"], tree["variant"], tree["seed"])
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
