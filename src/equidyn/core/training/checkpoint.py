"""Trained networks from their files, which must be whole, and made with the params.yaml that is read now."""

import csv
import io
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_bytes

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_checked, read_record
from equidyn.core.models.network import Network
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell
from equidyn.core.params.subtrees import training_params
from equidyn.core.provenance import digest

_ADVICE = "train the cell again (snakemake or dvc repro)"


def read_run(params: Params, cell: Cell) -> dict[str, Any]:
    """The cell's run.json; raises EquidynError if it is missing, torn, altered, or of a training with other params."""
    path = paths.run(cell) / "run.json"
    run = read_record(path)
    wanted = digest(training_params(params, cell))
    try:
        found = run["provenance"]["params_sha256"]
    except (KeyError, TypeError):
        raise EquidynError(f"{path}: not the record of a training; {_ADVICE}") from None
    if found != wanted:
        raise EquidynError(
            f"{path}: trained with other params (SHA-256 {found}) than params.yaml has now ({wanted}); {_ADVICE}"
        )
    return run


def read_history(folder: Path, run: dict[str, Any]) -> tuple[dict[str, float | None], ...]:
    """Rows of history.csv, epoch 0 first; None where a column has no value.

    Raises EquidynError unless it is the one that `run` vouches for.
    """
    text = read_checked(folder / "history.csv", run["sha256"]["history"], "run.json").decode()
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return tuple({name: float(value) if value else None for name, value in row.items()} for row in rows)


def load(network: Network, folder: Path, checkpoint: str, run: dict[str, Any]) -> Network:
    """`network` in eval mode with the weights of "best" or "early", which must be those that `run` vouches for."""
    path = folder / f"{checkpoint}.safetensors"
    try:
        content = read_checked(path, run["sha256"][checkpoint], "run.json")
        network.load_state_dict(load_bytes(content))
    except (SafetensorError, RuntimeError, KeyError) as fault:
        raise EquidynError(f"{path}: not a whole checkpoint of this variant ({fault}); {_ADVICE}") from None
    return network.eval()
