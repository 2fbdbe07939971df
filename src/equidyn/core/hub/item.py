"""What is pushed or pulled whole: a dataset, a training run, or the report."""

import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from equidyn.core.errors import EquidynError
from equidyn.core.files import atomic
from equidyn.core.hub.address import Content
from equidyn.core.params.params import Params
from equidyn.core.provenance import digest

RepositoryKind = Literal["dataset", "model"]
SHORT = 12  # digits of an address in a path
Files = dict[str, Path]  # by their names in the item's folder, here or on the Hub


@dataclass(frozen=True)
class Item(ABC):
    """A cell of params.yaml, or its report.

    content: what the address is the digest of. KIND: names its folder on the Hub. HOME: kind of repository it lies in.
    LOCK: the lock of the stage that writes it. On the Hub, ORIGIN: the file that records where it comes from; REQUIRED:
    files that it must have; OPTIONAL: names that others may have.
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
        """Where it is put in the repository: below its name, for readers; its address is what it is found by."""
        below = "" if self.name == self.KIND else f"{self.name}/"
        return f"{self.KIND}s/{below}{self.short}"

    @property
    def short(self) -> str:
        """The beginning of the address; the manifest has all of it."""
        return self.address[:SHORT]

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
            return absent(files.values()) or self.mismatch(files) or self.unfit(files)
        except EquidynError as fault:
            return str(fault)

    @abstractmethod
    def outputs(self) -> Files:
        """Its local files; they need not exist."""

    def names(self) -> set[str]:
        """What its files are called on the Hub; they must be here."""
        return set(self.outputs())

    def packed(self, folder: Path, link: str) -> Files:
        """Its files as they are sent; what it has to make is written into `folder`. link: where they will lie."""
        return self.outputs()

    def unpacked(self, files: Files, folder: Path) -> Files:
        """What `outputs` were, from files of the Hub; what it has to make is written into `folder`.

        Raises EquidynError if they are not whole.
        """
        return files

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


def name_of(dataset: str) -> str:
    """STUDY/DATASET as the name of a configuration on the Hub, where it must be one word."""
    return dataset.replace("/", "--")


def absent(files: Iterable[Path]) -> str | None:
    """What to say of the first file that is not there; None if all are."""
    return next((f"{path} is not there" for path in files if not path.is_file()), None)


def visible(folder: Path) -> list[Path]:
    """Without the marks that Snakemake leaves in folders."""
    return sorted(path for path in folder.glob("*") if not path.name.startswith("."))


def move(file: Path, target: Path) -> None:
    """Put `file` in the place of `target`, with the time of now: an output older than its inputs counts as stale."""
    with atomic(target) as temporary:
        shutil.move(file, temporary)
        os.utime(temporary)
