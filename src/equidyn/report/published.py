"""Published figures: each domain ships its own in a data file, with their sources."""

from functools import cache
from importlib.resources import as_file, files
from typing import Annotated, Any, TypeVar

from pydantic import Field

from equidyn.core.params import read_yaml
from equidyn.core.params.study import Study
from equidyn.core.params.types import Real, Strict

Spread = Annotated[tuple[Real, Real], Field(strict=False, description="mean and standard deviation")]
_Published = TypeVar("_Published", bound=Strict)


@cache
def published(package: str, kind: type[_Published]) -> _Published:
    """The file published.yaml of a package."""
    with as_file(files(package) / "published.yaml") as path:
        return kind.model_validate(read_yaml(path))


def differing(study: Study, wanted: dict[str, Any]) -> dict[str, Any]:
    """Dotted settings that are not as `wanted` -> what they are.

    A setting that the study does not have is not held against it: the authors' own files have no resolution to set.
    """
    tree = study.model_dump(mode="json")
    found = {key: _setting(tree, key) for key in wanted}
    return {key: value for key, value in found.items() if value not in (None, wanted[key])}


def setting_words(key: str) -> str:
    """A dotted setting in words."""
    return key.rpartition(".")[2].replace("_", " ")


def _setting(tree: Any, key: str) -> Any:
    for part in key.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree
