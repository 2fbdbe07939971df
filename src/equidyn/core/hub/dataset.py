"""A dataset on the Hub: its HDF5 file and its card."""

import json
import re
import shutil
from pathlib import Path
from typing import Any, ClassVar

import h5py

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import whole_folder
from equidyn.core.hub.item import Item, RepositoryKind, contents, foreign, missing
from equidyn.core.hub.move import move
from equidyn.core.params.study import as_json
from equidyn.core.params.subtrees import prepare_keys, subtree

DATA = "data.h5"
_CARD = re.compile(r"card/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(md|png)")


class DatasetItem(Item):
    """STUDY/DATASET."""

    KIND: ClassVar[str] = "dataset"
    HOME: ClassVar[RepositoryKind] = "dataset"
    LOCK: ClassVar[str] = "prepare/{}"

    def outputs(self) -> dict[str, Path]:
        card = paths.card(*self._names)
        pictures = contents(card) or [card / "card.md"]
        return {DATA: paths.dataset(*self._names)} | {f"card/{path.name}": path for path in pictures}

    def allows(self, names: set[str]) -> bool:
        return {DATA, "card/card.md"} <= names and all(_CARD.fullmatch(name) for name in names - {DATA})

    def fault(self) -> str | None:
        return missing(self.outputs()) or self._foreign(record(paths.dataset(*self._names)))

    def provenance(self) -> dict[str, Any]:
        return record(paths.dataset(*self._names))

    def check(self, files: dict[str, Path]) -> None:
        fault = self._foreign(record(files[DATA]))
        if fault:
            raise EquidynError(f"{self.folder}/{DATA}: {fault}, though its address says otherwise; it is not used")

    def place(self, files: dict[str, Path]) -> Path:
        target = paths.dataset(*self._names)
        with whole_folder(paths.card(*self._names)) as folder:
            for name in files.keys() - {DATA}:
                shutil.copyfile(files[name], folder / Path(name).name)
            move(files[DATA], target)
        return target

    @property
    def _names(self) -> tuple[str, str]:
        study, dataset = self.name.split("/")
        return study, dataset

    def _foreign(self, found: dict[str, Any]) -> str | None:
        return foreign(found, subtree(as_json(self.params), prepare_keys(*self._names)), self.content)


def record(path: Path) -> dict[str, Any]:
    """The provenance that an HDF5 file of the store carries; raises EquidynError if it carries none."""
    return _attributes(path)[0]


def content_sha256(path: Path) -> str:
    """The checksum of its arrays, as the file tells it; training checks it when it reads them."""
    return _attributes(path)[1]


def _attributes(path: Path) -> tuple[dict[str, Any], str]:
    try:
        with h5py.File(path, "r") as file:
            return json.loads(file.attrs["attributes"])["provenance"], str(file.attrs["sha256"])
    except (OSError, KeyError, ValueError) as fault:
        raise EquidynError(f"{path}: not a whole dataset ({fault}); delete it and prepare it again") from None
