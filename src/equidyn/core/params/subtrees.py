"""Which keys of params.yaml each stage reads. Both engines re-run a stage when, and only when, one of these changes."""

from collections.abc import Iterable
from typing import Any

from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, as_json

OPTIONAL = ("pictures", "claims")  # top-level keys that params.yaml may lack


def prepare_keys(study: str, dataset: str) -> list[str]:
    """Keys that define a dataset."""
    return [f"studies.{study}.source", f"studies.{study}.datasets.{dataset}"]


def tune_keys(study: str, variant: str) -> list[str]:
    """Keys that define the tuning of a variant, beside the dataset."""
    place = f"studies.{study}"
    return ["compute", f"{place}.task", f"{place}.training", f"{place}.tune", f"{place}.variants.{variant}"]


def train_keys(cell: Cell) -> list[str]:
    """Keys that define a training run, beside its seed and its dataset."""
    study = f"studies.{cell.study}"
    budget = [f"{study}.control.budget"] if cell.control else []
    return ["compute", f"{study}.task", f"{study}.training", f"{study}.variants.{cell.variant}", *budget]


def training_params(params: Params, cell: Cell) -> dict[str, Any]:
    """All that params.yaml says about the training of `cell`; run.json keeps it, with its hash."""
    return subtree(as_json(params), train_keys(cell)) | {"seed": cell.seed}


def measure_keys(cell: Cell) -> list[str]:
    """Keys that define the measures of a run."""
    return [*train_keys(cell), f"studies.{cell.study}.measures"]


def report_keys(params: Params) -> list[str]:
    """Keys that define the report: which cells there are, what they are called, pictures that need none, claims."""
    return ["studies", *(key for key in OPTIONAL if getattr(params, key) is not None)]


def subtree(tree: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The parts of `tree` at dotted `keys`; keys of names hold no dot (see types.Name)."""
    return {key: _at(tree, key) for key in keys}


def _at(tree: Any, key: str) -> Any:
    for part in key.split("."):
        tree = tree[part]
    return tree
