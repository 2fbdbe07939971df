"""Where each output lies, relative to the folder of params.yaml. Both engines take their paths from here.

A study, a dataset or a part of a cell may be a placeholder of an engine as well, such as {seed} or ${item.seed}.
"""

from collections.abc import Iterable
from pathlib import Path

from equidyn.core import checkout
from equidyn.core.params.study import Cell

RUNS, CONTROLS = Path("data/runs"), Path("data/controls")
SOURCES = Path("data/sources")  # for DVC: which source files define each stage
REPORTS = Path("reports")
PAGE, TEXT, METRICS = (str(REPORTS / name) for name in ("report.html", "report.md", "metrics.json"))
PAGES, TABLES, FIGURES, SUMMARIES = (str(REPORTS / name) for name in ("pages", "tables", "figures", "metrics"))
REFERENCE_TABLES = REPORTS / "reference/report/tables"  # of a checkout: of the shipped run of presets/reference
TRAINED = ("best.safetensors", "early.safetensors", "history.csv", "run.json")
MEASURED = ("measures.json", "example.safetensors")


def dataset(study: str, name: str) -> Path:
    """The dataset's HDF5 file."""
    return Path("data/datasets") / study / f"{name}.h5"


def card(study: str, name: str) -> Path:
    """The folder of the dataset's card: card.md and its pictures."""
    return Path("data/datasets") / study / f"{name}.card"


def run(cell: Cell) -> Path:
    """The folder of a training run and of its measures."""
    return (CONTROLS if cell.control else RUNS) / cell.study / cell.dataset / cell.variant / f"seed{cell.seed}"


def in_run(cell: Cell, names: Iterable[str]) -> list[str]:
    """Files of a training run: those of TRAINED or of MEASURED."""
    return [str(run(cell) / name) for name in names]


def tuned(study: str, variant: str) -> Path:
    """The record of a variant's tuning."""
    return Path("data/tuned") / study / f"{variant}.json"


def tuned_table(study: str) -> Path:
    """The shipped table of a study whose values in params.yaml tuning has found."""
    return Path("tuned") / f"{study}.csv"


def tuning(study: str, variant: str, end: str) -> Path:
    """What an unfinished tuning keeps: finished trials (json), and the state of the one that is under way (pt)."""
    return Path("data/resume/tuning") / study / f"{variant}.{end}"


def resume(cell: Cell) -> Path:
    """Where an unfinished training keeps its state: outside the outputs, so that no engine counts or deletes it."""
    return Path("data/resume", *run(cell).parts[1:]).with_suffix(".pt")


def live(cell: Cell) -> Path:
    """Where dvclive writes the course of a training."""
    return Path("dvclive", *run(cell).parts[1:])


def settings_file(sha256: str) -> Path:
    """Settings that Snakemake was given over params.yaml, merged; by what they are."""
    return Path("data/params") / f"{sha256[:16]}.yaml"


def sources(stage: str, *kind: str) -> Path:
    """The list of the source files that define a stage; kind: the study, and the variant, that it depends on."""
    return SOURCES.joinpath(stage, *kind[:-1], f"{kind[-1]}.txt") if kind else SOURCES / f"{stage}.txt"


def reference_tables() -> list[Path]:
    """Claims of the shipped reference run, and their tests; none without a checkout, or where nothing is shipped."""
    root = checkout.of_code()
    found = [root / REFERENCE_TABLES / f"{name}.csv" for name in ("claims", "claims-tests")] if root else []
    return found if all(path.is_file() for path in found) else []
