"""A training run on the Hub."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from equidyn.core import paths
from equidyn.core.files import read_record, sha256, write_record
from equidyn.core.hub import pretrained
from equidyn.core.hub.dataset_item import attributes
from equidyn.core.hub.item import Files, Item, move
from equidyn.core.params.names import find_cell
from equidyn.core.params.study import Cell
from equidyn.core.params.subtrees import training_params
from equidyn.core.provenance import digest

_CHECKED = {"best": "best.safetensors", "early": "early.safetensors", "history": "history.csv"}  # by run.json


class RunItem(Item):
    """STUDY/DATASET/VARIANT/SEED[/control]: checkpoints, history and record of a training."""

    KIND, HOME, LOCK, ORIGIN = "run", "model", "train/{}", "run.json"
    REQUIRED = frozenset({pretrained.WEIGHTS, pretrained.CONFIG, "early.safetensors", "history.csv", "run.json"})

    def outputs(self) -> Files:
        return {name: paths.run(self.cell) / name for name in paths.TRAINED}

    def names(self) -> set[str]:
        return set(self.REQUIRED)

    def packed(self, folder: Path, link: str) -> Files:
        found = self.outputs()
        found[pretrained.WEIGHTS] = found.pop(_CHECKED["best"])
        text = json.dumps(pretrained.config_of(self.params, self.cell), indent=1) + "\n"
        (folder / pretrained.CONFIG).write_text(text, encoding="utf-8")
        return found | {pretrained.CONFIG: folder / pretrained.CONFIG}

    def unpacked(self, files: Files, folder: Path) -> Files:
        kept = {name: path for name, path in files.items() if name in paths.TRAINED}
        return kept | {_CHECKED["best"]: files[pretrained.WEIGHTS]}

    def provenance(self, files: Files) -> dict[str, Any]:
        return read_record(files["run.json"])["provenance"]

    def mismatch(self, files: Files) -> str | None:
        run = read_record(files["run.json"])
        try:
            odd = [name for key, name in _CHECKED.items() if run["sha256"][key] != sha256(files[name])]
            origin = self._foreign(run["provenance"], training_params(self.params, self.cell))
        except (KeyError, TypeError, AttributeError):
            return "it is not the record of a training"
        return f"its checksum of {odd[0]} is another" if odd else origin

    def unfit(self, files: Files) -> str | None:
        data = paths.dataset(self.cell.study, self.cell.dataset)
        if not data.is_file():
            return f"its dataset {data} is not there; pull or prepare {self.cell.study}/{self.cell.dataset} first"
        if read_record(files["run.json"]).get("dataset_sha256") != attributes(data)[1]:
            return f"trained on other data than {data} holds, though with the same params"
        return None

    def place(self, files: Files) -> Path:
        """run.json goes first and comes last, so that it never stands beside the files of another run."""
        record, targets = self._renamed(read_record(files["run.json"])), self.outputs()
        targets["run.json"].unlink(missing_ok=True)
        for name in _CHECKED.values():
            move(files[name], targets[name])
        write_record(targets["run.json"], record)
        paths.resume(self.cell).unlink(missing_ok=True)
        return paths.run(self.cell)

    @property
    def cell(self) -> Cell:
        """The cell of params.yaml."""
        return find_cell(self.params, self.name)

    def _renamed(self, run: dict[str, Any]) -> dict[str, Any]:
        """The record with the names that the cell has here."""
        cell, params = self.cell, training_params(self.params, self.cell)
        origin = run["provenance"] | {"params": params, "params_sha256": digest(params)}
        return run | asdict(cell) | {"provenance": origin}
