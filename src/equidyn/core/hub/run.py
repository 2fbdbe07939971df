"""A training run on the Hub: its checkpoints, its history and its record."""

from pathlib import Path
from typing import Any, ClassVar

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_record, sha256, write_record
from equidyn.core.hub.dataset import content_sha256
from equidyn.core.hub.item import Item, RepositoryKind, UnfitError, foreign, missing
from equidyn.core.hub.move import move
from equidyn.core.params.names import find_cell
from equidyn.core.params.study import Cell
from equidyn.core.params.subtrees import training_params
from equidyn.core.provenance import digest

RECORD = "run.json"
VOUCHED = {"best": "best.safetensors", "early": "early.safetensors", "history": "history.csv"}  # by the record
FILES = (*VOUCHED.values(), RECORD)


class RunItem(Item):
    """STUDY/DATASET/VARIANT/SEED."""

    KIND: ClassVar[str] = "run"
    HOME: ClassVar[RepositoryKind] = "model"
    LOCK: ClassVar[str] = "train/{}"

    @property
    def cell(self) -> Cell:
        """The cell of params.yaml."""
        return find_cell(self.params, self.name)

    def outputs(self) -> dict[str, Path]:
        return {name: paths.run(self.cell) / name for name in FILES}

    def allows(self, names: set[str]) -> bool:
        return names == set(FILES)

    def fault(self) -> str | None:
        here = self.outputs()
        return missing(here) or self._fault(here) or self._other_data(read_record(here[RECORD]))

    def provenance(self) -> dict[str, Any]:
        return read_record(self.outputs()[RECORD])["provenance"]

    def check(self, files: dict[str, Path]) -> None:
        fault = self._fault(files)
        if fault:
            raise EquidynError(f"{self.folder}/{RECORD}: {fault}, though its address says otherwise; it is not used")
        other = self._other_data(read_record(files[RECORD]))
        if other:
            raise UnfitError(other)

    def place(self, files: dict[str, Path]) -> Path:
        """run.json goes first and comes last, so that it never vouches for the files of another run."""
        record, targets = self._renamed(files[RECORD]), self.outputs()
        targets[RECORD].unlink(missing_ok=True)
        for name in FILES[:-1]:
            move(files[name], targets[name])
        if record is None:
            move(files[RECORD], targets[RECORD])
        else:
            write_record(targets[RECORD], record)
        paths.resume(self.cell).unlink(missing_ok=True)
        return paths.run(self.cell)

    def _fault(self, files: dict[str, Path]) -> str | None:
        """Why these files are not of this run, or do not belong together."""
        run = read_record(files[RECORD])
        try:
            odd = [name for key, name in VOUCHED.items() if run["sha256"][key] != sha256(files[name])]
            origin = foreign(run["provenance"], training_params(self.params, self.cell), self.content)
        except (KeyError, TypeError, AttributeError):
            return "it is not the record of a training"
        return f"it does not vouch for {odd[0]} beside it" if odd else origin

    def _other_data(self, run: dict[str, Any]) -> str | None:
        """Why the run does not go with the dataset that is here."""
        data = paths.dataset(self.cell.study, self.cell.dataset)
        if not data.is_file():
            return f"its dataset {data} is not there; pull or prepare {self.cell.study}/{self.cell.dataset} first"
        if run.get("dataset_sha256") != content_sha256(data):
            return f"trained on other data than {data} holds, though with the same params"
        return None

    def _renamed(self, path: Path) -> dict[str, Any] | None:
        """The record under the names that the cell has here; None if it has them already."""
        run, cell = read_record(path), self.cell
        names = {"study": cell.study, "dataset": cell.dataset, "variant": cell.variant, "seed": cell.seed}
        params = training_params(self.params, cell)
        if names.items() <= run.items() and run["provenance"]["params_sha256"] == digest(params):
            return None
        provenance = run["provenance"] | {"params": params, "params_sha256": digest(params)}
        return run | names | {"provenance": provenance}
