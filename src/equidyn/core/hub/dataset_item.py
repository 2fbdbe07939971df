"""A dataset on the Hub."""

import json
import shutil
from pathlib import Path
from typing import Any

import h5py

from equidyn.core import paths
from equidyn.core.data.store import write
from equidyn.core.domain import Domain
from equidyn.core.errors import EquidynError
from equidyn.core.files import whole_folder
from equidyn.core.hub import columns as columns_of
from equidyn.core.hub import croissant, parquet
from equidyn.core.hub.fields import fields_of
from equidyn.core.hub.item import Files, Item, move, visible
from equidyn.core.hub.whole import outline, read
from equidyn.core.params.study import as_json
from equidyn.core.params.subtrees import prepare_keys, subtree

STORED = "data.h5"


class DatasetItem(Item):
    """STUDY/DATASET: its HDF5 file and its card; on the Hub, parquet files in place of the former."""

    KIND, HOME, LOCK, ORIGIN = "dataset", "dataset", "prepare/{}", parquet.DATA
    REQUIRED = frozenset({parquet.DATA, croissant.NAME, "card/card.md"})
    OPTIONAL = r"card/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(md|png)|data/\w+(-\d{5}-of-\d{5})\.parquet"

    def outputs(self) -> Files:
        return {STORED: paths.dataset(*self._names), "card/card.md": self._card / "card.md"} | self._pictures

    @property
    def domain(self) -> Domain:
        """The kind of data."""
        return self.params.studies[self._names[0]].home

    def names(self) -> set[str]:
        return {*self.REQUIRED, *self._pictures, *parquet.files(outline(self.outputs()[STORED]))}

    def packed(self, folder: Path, link: str) -> Files:
        found = self.outputs()
        whole = read(found.pop(STORED))
        source, _ = whole.settings
        columns = fields_of(self.domain, whole)
        found |= parquet.write(folder, whole, columns)
        terms = columns_of.licence(self.domain, source, whole.attributes["checks"])
        text = croissant.text_of(self.name, link, found, columns, terms, whole.attributes["provenance"]["written"])
        (folder / croissant.NAME).write_text(text, encoding="utf-8")
        return found | {croissant.NAME: folder / croissant.NAME}

    def unpacked(self, files: Files, folder: Path) -> Files:
        write(folder / STORED, parquet.restored(files))
        return {STORED: folder / STORED} | {name: path for name, path in files.items() if name.startswith("card/")}

    def provenance(self, files: Files) -> dict[str, Any]:
        return attributes(files[STORED])[0]

    def mismatch(self, files: Files) -> str | None:
        return self._foreign(self.provenance(files), subtree(as_json(self.params), prepare_keys(*self._names)))

    def place(self, files: Files) -> Path:
        target = paths.dataset(*self._names)
        with whole_folder(self._card) as folder:
            for name in files.keys() - {STORED}:
                shutil.copyfile(files[name], folder / Path(name).name)
            move(files[STORED], target)
        return target

    @property
    def _names(self) -> tuple[str, str]:
        study, dataset = self.name.split("/")
        return study, dataset

    @property
    def _card(self) -> Path:
        return paths.card(*self._names)

    @property
    def _pictures(self) -> Files:
        return {f"card/{path.name}": path for path in visible(self._card)}


def attributes(path: Path) -> tuple[dict[str, Any], str]:
    """Provenance of a dataset's file, and the checksum of its arrays, which training compares when it reads them."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return json.loads(file.attrs["attributes"])["provenance"], str(file.attrs["sha256"])
    except (OSError, KeyError, ValueError) as fault:
        raise EquidynError(f"{path}: not a whole dataset ({fault}); delete it and prepare it again") from None
