"""Published figures on turbulence: the table of super-resolution."""

from typing import Any

from pydantic import Field

from equidyn.core.params.types import PositiveInt, Strict
from equidyn.report.published import Spread, published


class UpscaleRow(Strict):
    """One network of the published table, and what a variant of ours beside it is built from."""

    name: str
    model: str = Field(description="model file of ours")
    options: dict[str, Any] = Field(description="those of its options that matter")
    parameters: PositiveInt
    paper: Spread
    blog: Spread


class SuperResolution(Strict):
    """The table of super-resolution, and the scale at which it was made."""

    scale: dict[str, int | str] = Field(description="dotted settings of a study -> their published value")
    rows: list[UpscaleRow]


class Published(Strict):
    """All of published.yaml."""

    sources: dict[str, str]
    super_resolution: SuperResolution


def figures() -> Published:
    """The figures of this domain."""
    return published("equidyn.domains.turbulence", Published)


def alike(model: str, options: dict[str, Any]) -> list[UpscaleRow]:
    """Published networks that are built as a model of ours with these options."""
    rows = [row for row in figures().super_resolution.rows if row.model == model]
    return [row for row in rows if all(options.get(key) == value for key, value in row.options.items())]
