"""Where each output lies, relative to the folder of params.yaml. Both engines use these very paths."""

from pathlib import Path

from equidyn.core.params.study import Cell

REPORTS = Path("reports")


def dataset(study: str, name: str) -> Path:
    """The dataset's HDF5 file."""
    return Path("data/datasets") / study / f"{name}.h5"


def card(study: str, name: str) -> Path:
    """The folder of the dataset's card: card.md and its pictures."""
    return Path("data/datasets") / study / f"{name}.card"


def run(cell: Cell) -> Path:
    """The folder of a training run and of its measures."""
    return Path("data/runs") / cell.study / cell.dataset / cell.variant / f"seed{cell.seed}"


def resume(cell: Cell) -> Path:
    """Where an unfinished training keeps its state: outside the outputs, so that no engine counts or deletes it."""
    return Path("data/resume") / cell.study / cell.dataset / cell.variant / f"seed{cell.seed}.pt"
