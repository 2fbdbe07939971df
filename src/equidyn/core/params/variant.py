"""A variant of a study: one way of imposing symmetry."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from equidyn.core.params.training import TrainingOverride
from equidyn.core.params.types import Strict

# Key of a variant -> room of the files that it names.
ROOMS = {"relax": "relaxations", "treatment": "treatments", "impose": "impose"}


class Imposition(Strict):
    """Symmetry imposed from outside: something is done to the samples before a network, or to its answers after."""

    by: str = Field(description="file in the domain's impose/ that does it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that file's impose()")


class Relaxation(Strict):
    """A strict network whose symmetry may be broken: in training, or for good."""

    by: str = Field(description="file in the domain's relaxations/, or in that of all grids, that does it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that file's relax()")


class Treatment(Strict):
    """What a loss sees besides the samples: turned copies of them, or a penalty on broken symmetry."""

    by: str = Field(description="file in the domain's treatments/, or in that of all grids, that does it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that file's treat()")


class Variant(Strict):
    """One way of imposing symmetry: a model file with its options, and how it differs in training."""

    model: str = Field(description="file in the domain's models/ that builds it, or the dotted path of a module")
    options: dict[str, Any] = Field(description="keyword-only arguments of that file's build()")
    relax: Relaxation | None = Field(default=None, description="how that model, a strict one, is relaxed")
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
        description="the method's knob (options.NAME, or relax.options.NAME and so on) -> values to try",
    )

    @property
    def network(self) -> str:
        """What network it is, whatever its options: the model, and what relaxes it."""
        return f"{self.model}, relaxed by {self.relax.by}" if self.relax else self.model

    def files(self) -> "Iterator[tuple[str, str]]":
        """(room, name) of the files that it names: of its model, and of what is put around that."""
        yield "models", self.model
        yield from ((ROOMS[key], part.by) for key, part in self.parts())

    def parts(self) -> "Iterator[tuple[str, Relaxation | Treatment | Imposition]]":
        """Its relaxation, its treatment and its imposition, those that it has, by their keys."""
        yield from ((key, getattr(self, key)) for key in ROOMS if getattr(self, key))
