"""What is pushed or pulled whole: a dataset, a training run, or the report; and how each is found in params.yaml."""

import json
import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import h5py

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import atomic, read_record, sha256, whole_folder, write_record
from equidyn.core.hub.address import Content, Contents
from equidyn.core.params.names import find_cell, find_dataset
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, as_json
from equidyn.core.params.subtrees import prepare_keys, subtree, training_params
from equidyn.core.provenance import commit, digest
from equidyn.core.publish import OWN, replaced
from equidyn.core.tuning.tuned import is_tuned, tuned

RepositoryKind = Literal["dataset", "model"]
Files = dict[str, Path]  # by their names in the item's folder on the Hub
REPORT = "report"
_CHECKED = {"best": "best.safetensors", "early": "early.safetensors", "history": "history.csv"}  # by run.json
_PAGES = ("report.html", "report.md")


@dataclass(frozen=True)
class Item(ABC):
    """A cell of params.yaml, or its report.

    content: what the address is the digest of. KIND: names its folder on the Hub. HOME: kind of repository it lies in.
    LOCK: the lock of the stage that writes it. ORIGIN: the file that records where it comes from. REQUIRED: files that
    it must have; OPTIONAL: names that others may have.
    """

    params: Params
    name: str
    content: Content

    KIND: ClassVar[str]
    HOME: ClassVar[RepositoryKind]
    LOCK: ClassVar[str]
    ORIGIN: ClassVar[str]
    REQUIRED: ClassVar[frozenset[str]]
    OPTIONAL: ClassVar[str] = ""

    @cached_property
    def address(self) -> str:
        """64 hexadecimal digits."""
        return digest(self.content)

    @property
    def folder(self) -> str:
        """Its folder in the repository."""
        return f"{self.KIND}s/{self.address}"

    @property
    def lock(self) -> str:
        """Name of the lock that its stage holds as well."""
        return self.LOCK.format(self.name)

    def allows(self, names: set[str]) -> bool:
        """Whether such an item may have files of these names."""
        return names >= self.REQUIRED and all(re.fullmatch(self.OPTIONAL, name) for name in names - self.REQUIRED)

    def unfinished(self) -> str | None:
        """Why the local files are not the finished result; None if they are."""
        files = self.outputs()
        try:
            return _absent(files.values()) or self.mismatch(files) or self.unfit(files)
        except EquidynError as fault:
            return str(fault)

    @abstractmethod
    def outputs(self) -> Files:
        """Its local files; they need not exist."""

    @abstractmethod
    def provenance(self, files: Files) -> dict[str, Any]:
        """Where the result in these files comes from."""

    @abstractmethod
    def mismatch(self, files: Files) -> str | None:
        """Why these files are not what the address says; None if they are."""

    def unfit(self, files: Files) -> str | None:
        """Why these files, though what the address says, cannot be used beside what is here; None if they can."""
        return None

    @abstractmethod
    def place(self, files: Files) -> Path:
        """Move pulled files to where the stage would have written them, whole; returns what the stage returns."""

    def _foreign(self, record: dict[str, Any], params: dict[str, Any]) -> str | None:
        """Compared are the values of params in their order: the keys name the study, which may have another name."""
        if list(record.get("params", {}).values()) != list(params.values()):
            return "made with other params than params.yaml has now"
        if record.get("sources_sha256") != self.content["sources_sha256"]:
            return "made by other source files than those that are here now"
        return None


class DatasetItem(Item):
    """STUDY/DATASET: its HDF5 file and its card."""

    KIND, HOME, LOCK, ORIGIN = "dataset", "dataset", "prepare/{}", "data.h5"
    REQUIRED, OPTIONAL = frozenset({"data.h5", "card/card.md"}), r"card/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(md|png)"

    def outputs(self) -> Files:
        card = paths.card(*self._names)
        pictures = {f"card/{path.name}": path for path in _visible(card)}
        return {"data.h5": paths.dataset(*self._names), "card/card.md": card / "card.md"} | pictures

    def provenance(self, files: Files) -> dict[str, Any]:
        return _attributes(files["data.h5"])[0]

    def mismatch(self, files: Files) -> str | None:
        return self._foreign(self.provenance(files), subtree(as_json(self.params), prepare_keys(*self._names)))

    def place(self, files: Files) -> Path:
        target = paths.dataset(*self._names)
        with whole_folder(paths.card(*self._names)) as folder:
            for name in files.keys() - {"data.h5"}:
                shutil.copyfile(files[name], folder / Path(name).name)
            _move(files["data.h5"], target)
        return target

    @property
    def _names(self) -> tuple[str, str]:
        study, dataset = self.name.split("/")
        return study, dataset


class RunItem(Item):
    """STUDY/DATASET/VARIANT/SEED[/control]: checkpoints, history and record of a training."""

    KIND, HOME, LOCK, ORIGIN = "run", "model", "train/{}", "run.json"
    REQUIRED = frozenset({*_CHECKED.values(), "run.json"})

    def outputs(self) -> Files:
        return {name: paths.run(self._cell) / name for name in sorted(self.REQUIRED)}

    def provenance(self, files: Files) -> dict[str, Any]:
        return read_record(files["run.json"])["provenance"]

    def mismatch(self, files: Files) -> str | None:
        run = read_record(files["run.json"])
        try:
            odd = [name for key, name in _CHECKED.items() if run["sha256"][key] != sha256(files[name])]
            origin = self._foreign(run["provenance"], training_params(self.params, self._cell))
        except (KeyError, TypeError, AttributeError):
            return "it is not the record of a training"
        return f"its checksum of {odd[0]} is another" if odd else origin

    def unfit(self, files: Files) -> str | None:
        data = paths.dataset(self._cell.study, self._cell.dataset)
        if not data.is_file():
            return f"its dataset {data} is not there; pull or prepare {self._cell.study}/{self._cell.dataset} first"
        if read_record(files["run.json"]).get("dataset_sha256") != _attributes(data)[1]:
            return f"trained on other data than {data} holds, though with the same params"
        return None

    def place(self, files: Files) -> Path:
        """run.json goes first and comes last, so that it never stands beside the files of another run."""
        record, targets = self._renamed(read_record(files["run.json"])), self.outputs()
        targets["run.json"].unlink(missing_ok=True)
        for name in _CHECKED.values():
            _move(files[name], targets[name])
        write_record(targets["run.json"], record)
        paths.resume(self._cell).unlink(missing_ok=True)
        return paths.run(self._cell)

    @property
    def _cell(self) -> Cell:
        return find_cell(self.params, self.name)

    def _renamed(self, run: dict[str, Any]) -> dict[str, Any]:
        """The record with the names that the cell has here."""
        cell, params = self._cell, training_params(self.params, self._cell)
        origin = run["provenance"] | {"params": params, "params_sha256": digest(params)}
        return run | asdict(cell) | {"provenance": origin}


class ReportItem(Item):
    """The report of all cells: pages, tables and figures."""

    KIND, HOME, LOCK, ORIGIN = "report", "model", "report", "report.html"
    REQUIRED = frozenset(_PAGES)
    OPTIONAL = r"(pages|tables|figures)/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(html|csv|tex|svg|png|gif)"

    def outputs(self) -> Files:
        parts = [path for name in OWN for path in _visible(paths.REPORTS / name)]
        found = [*(paths.REPORTS / name for name in _PAGES), *parts]
        return {str(path.relative_to(paths.REPORTS)): path for path in found}

    def unfinished(self) -> str | None:
        """A report does not record what it has read, so only times tell whether it shows the measures that are here."""
        measures = [paths.run(cell) / "measures.json" for cell in self.params.cells()]
        absent = _absent([*self.outputs().values(), *measures])
        if absent:
            return absent
        written = min(path.stat().st_mtime_ns for path in self.outputs().values())
        newer = next((path for path in measures if path.stat().st_mtime_ns > written), None)
        return f"it is older than {newer}; run `equidyn report`" if newer else None

    def provenance(self, files: Files) -> dict[str, Any]:
        return {"commit": commit()}

    def mismatch(self, files: Files) -> str | None:
        return None  # its address is made of all that it shows, and nothing in its files repeats that

    def place(self, files: Files) -> Path:
        with replaced(paths.REPORTS) as folder:
            for name, path in files.items():
                (folder / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(path, folder / name)
        return paths.REPORTS / _PAGES[0]


class Items:
    """The cells of a params.yaml, and its report, as items."""

    def __init__(self, params: Params) -> None:
        self._params, self._contents = params, Contents(params)

    def dataset(self, study: str, dataset: str) -> DatasetItem:
        """STUDY/DATASET."""
        return DatasetItem(self._params, f"{study}/{dataset}", self._contents.of_dataset(study, dataset))

    def run(self, cell: Cell) -> RunItem:
        """A training run."""
        return RunItem(tuned(self._params, [cell]), str(cell), self._contents.of_run(cell))

    def report(self) -> ReportItem:
        """The report."""
        return ReportItem(self._params, REPORT, self._contents.of_report())

    def all(self) -> list[Item]:
        """Everything, datasets before the runs on them, the report last; without runs of variants still to be tuned."""
        studies = self._params.studies.items()
        datasets = [self.dataset(name, dataset) for name, study in studies for dataset in study.datasets]
        cells = [cell for cell in self._params.cells() if is_tuned(self._params, cell)]
        reports = [self.report()] if len(cells) == len(list(self._params.cells())) else []
        return [*datasets, *map(self.run, cells), *reports]

    def named(self, names: list[str]) -> list[Item]:
        """The items of these names, datasets first; raises EquidynError for a name that params.yaml does not have."""
        found = [self._named(name) for name in dict.fromkeys(names)]
        return sorted(found, key=lambda item: (DatasetItem, RunItem, ReportItem).index(type(item)))

    def _named(self, name: str) -> Item:
        if name == REPORT:
            return self.report()
        if name.count("/") == 1:
            return self.dataset(*find_dataset(self._params, name))
        return self.run(find_cell(self._params, name))


def _absent(files: Iterable[Path]) -> str | None:
    return next((f"{path} is not there" for path in files if not path.is_file()), None)


def _visible(folder: Path) -> list[Path]:
    """Without the marks that Snakemake leaves in folders."""
    return sorted(path for path in folder.glob("*") if not path.name.startswith("."))


def _attributes(path: Path) -> tuple[dict[str, Any], str]:
    """Provenance of a dataset's file, and the checksum of its arrays, which training compares when it reads them."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return json.loads(file.attrs["attributes"])["provenance"], str(file.attrs["sha256"])
    except (OSError, KeyError, ValueError) as fault:
        raise EquidynError(f"{path}: not a whole dataset ({fault}); delete it and prepare it again") from None


def _move(file: Path, target: Path) -> None:
    """Put `file` in the place of `target`, with the time of now: an output older than its inputs counts as stale."""
    with atomic(target) as temporary:
        shutil.move(file, temporary)
        os.utime(temporary)
