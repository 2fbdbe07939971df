"""A variant of a study: one way of imposing symmetry."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from equidyn.core.params.training import TrainingOverride
from equidyn.core.params.types import Strict

ROOMS = {"treatment": "treatments", "impose": "impose"}  # key of a variant -> room of the files that it names


class Imposition(Strict):
    """Symmetry imposed from outside: something is done to the samples before a network, or to its answers after."""

    by: str = Field(description="file in the domain's impose/ that does it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that file's impose()")


class Treatment(Strict):
    """What a loss sees besides the samples: turned copies of them, or a penalty on broken symmetry."""

    by: str = Field(description="file in the domain's treatments/, or in that of all grids, that does it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that file's treat()")


class Variant(Strict):
    """One way of imposing symmetry: a model file with its options, and how it differs in training."""

    model: str = Field(description="file in the domain's models/ that builds it, or the dotted path of a module")
    options: dict[str, Any] = Field(description="keyword-only arguments of that file's build()")
    impose: Imposition | None = Field(default=None, description="symmetry imposed on that model from outside")
    augment: str = Field(
        description="group of which a random element moves each training sample; none: samples stay as they are"
    )
    treatment: Treatment | None = Field(default=None, description="what the loss sees besides the samples")
    training: TrainingOverride | None = Field(default=None, description="keys of `training` that differ")
    tune: dict[str, list[Any]] | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="the method's knob (options.NAME, treatment.options.NAME or impose.options.NAME) -> values to try",
    )

    def parts(self) -> "Iterator[tuple[str, Treatment | Imposition]]":
        """Its treatment and its imposition, those that it has, by their keys."""
        yield from ((key, getattr(self, key)) for key in ROOMS if getattr(self, key))
