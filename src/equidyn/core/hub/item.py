"""One thing that is pushed or pulled whole: a dataset, a training run, or the report."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from equidyn.core.errors import EquidynError
from equidyn.core.hub.address import Content
from equidyn.core.params.params import Params
from equidyn.core.provenance import digest

RepositoryKind = Literal["dataset", "model"]


class UnfitError(Exception):
    """Why a pulled cell, though it is what it says, cannot be used here; the stage computes it then."""


@dataclass(frozen=True)
class Item(ABC):
    """A cell of params.yaml, or its report, with its address.

    content: what the address is the digest of. KIND: names its folder on the Hub. HOME: kind of repository that it lies
    in. LOCK: the lock under which its outputs are written, with the name put in.
    """

    params: Params
    name: str
    content: Content

    KIND: ClassVar[str]
    HOME: ClassVar[RepositoryKind]
    LOCK: ClassVar[str]

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
        """The name of the lock that its stage holds, too."""
        return self.LOCK.format(self.name)

    @abstractmethod
    def outputs(self) -> dict[str, Path]:
        """Its files here, by their names in its folder; they need not exist."""

    @abstractmethod
    def allows(self, names: set[str]) -> bool:
        """Whether a folder with files of these names may be such a cell."""

    @abstractmethod
    def fault(self) -> str | None:
        """Why what lies here is not its finished result, in words; None if it is."""

    @abstractmethod
    def provenance(self) -> dict[str, Any]:
        """Where the result that lies here comes from."""

    @abstractmethod
    def check(self, files: dict[str, Path]) -> None:
        """Raise EquidynError if pulled files are not this cell's; UnfitError if they do not go with what is here."""

    @abstractmethod
    def place(self, files: dict[str, Path]) -> Path:
        """Move pulled files to where its stage would have written them, whole; returns what the stage returns."""


def missing(files: dict[str, Path]) -> str | None:
    """Name the first file that is not there."""
    return next((f"{path} is not there" for path in files.values() if not path.is_file()), None)


def unfinished(item: Item) -> str | None:
    """Why what lies here is not the item's finished result, torn files included; None if it is."""
    try:
        return item.fault()
    except EquidynError as fault:
        return str(fault)


def contents(folder: Path) -> list[Path]:
    """What lies in an output that is a folder, without the mark that Snakemake leaves there."""
    return sorted(path for path in folder.glob("*") if not path.name.startswith("."))


def foreign(record: dict[str, Any], params: dict[str, Any], content: Content) -> str | None:
    """Why a provenance is not that of a cell with these params and this content; None if it is.

    Compared are the values of params in their order: the keys name the study, which may be called otherwise elsewhere.
    """
    if list(record.get("params", {}).values()) != list(params.values()):
        return "made with other params than params.yaml has now"
    if record.get("sources_sha256") != content["sources_sha256"]:
        return "made by other source files than those that are here now"
    return None
