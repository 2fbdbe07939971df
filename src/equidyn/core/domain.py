"""Domains: kinds of data, each a package that holds everything that only it has.

A study names its domain: one of those in equidyn/domains/, or the dotted path of a package of the user's own. What lies
where in such a package is said here and in docs/architecture.md; nothing else in core, report, grids, curvature or
symmetry knows a domain.

    params          Source, Dataset, Task: types of the entries of params.yaml; Pictures, of a domain without studies
    source.KIND     make(source, wanted, name, clock) -> a dataset
    cards.KIND      describe(folder, dataset, source, wanted) -> facts, beside the template KIND.md.j2
    tasks.KIND      task (TASK, DATASET, io_types), recipe (RECIPE), context (CONTEXT)
    models, relaxations, impose, treatments, measures, audit.models, audit.measures: one file per entry
        (core/params/signatures.py)
    report          SECTIONS and more; claims.yaml beside it
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from equidyn.core.errors import EquidynError, broken

_HOME = "equidyn.domains"


@dataclass(frozen=True)
class Domain:
    """name: as params.yaml writes it; package: its dotted path."""

    name: str
    package: str

    def path(self, *parts: str) -> str:
        """Dotted path of a module of the domain."""
        return ".".join((self.package, *parts))

    def module(self, *parts: str) -> ModuleType:
        """A module of the domain, imported."""
        return imported(self.path(*parts))

    def has(self, *parts: str) -> bool:
        """Whether the domain has such a module; the packages that hold it are imported, it is not."""
        return is_module(self.path(*parts))

    @property
    def folder(self) -> Path:
        """Where the package lies."""
        return folder_of(self.package)


def built_in() -> tuple[str, ...]:
    """Names of the domains that come with equidyn."""
    names = (entry.name for entry in iter_modules(import_module(_HOME).__path__))
    return tuple(sorted(filter(str.isidentifier, names)))  # of "x (copy)" Python would make a module too


@cache
def find(name: str) -> Domain:
    """The domain of this name or dotted path; raises ValueError that says what there is."""
    if name in built_in():
        return Domain(name, f"{_HOME}.{name}")
    if all(part.isidentifier() for part in name.split(".")) and is_module(f"{name}.params"):
        return Domain(name, name)
    choice = ", ".join(built_in())
    raise ValueError(f"not a domain: {choice}, or the dotted path of an importable package with a module `params`")


def is_module(path: str) -> bool:
    """Whether there is a module at a dotted path; raises EquidynError if a package that would hold it is broken."""
    try:
        return find_spec(path) is not None
    except Exception as fault:
        if isinstance(fault, ModuleNotFoundError) and f"{path}.".startswith(f"{fault.name}."):
            return False
        raise EquidynError(broken(fault)) from fault


def imported(path: str) -> ModuleType:
    """The module at a dotted path; raises EquidynError with the file and line at which its import stopped."""
    try:
        return import_module(path)
    except Exception as fault:
        raise EquidynError(broken(fault)) from fault


@cache
def folder_of(package: str) -> Path:
    """The folder of a package."""
    return Path(next(iter(find_spec(package).submodule_search_locations)))
