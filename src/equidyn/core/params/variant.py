"""A variant of a study: one way of imposing symmetry."""

from typing import Any

from pydantic import Field

from equidyn.core.params.training import TrainingOverride
from equidyn.core.params.types import NonNegativeFloat, Strict


class Imposition(Strict):
    """Symmetry imposed from outside: something is done to the samples before a network, or to its answers after."""

    by: str = Field(description="file in the domain's impose/ that does it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that file's impose()")


class Variant(Strict):
    """One way of imposing symmetry: a model file with its options, and how it differs in training."""

    model: str = Field(description="file in the domain's models/ that builds it, or the dotted path of a module")
    options: dict[str, Any] = Field(description="keyword-only arguments of that file's build()")
    impose: Imposition | None = Field(default=None, description="symmetry imposed on that model from outside")
    augment: str = Field(
        description="group of which a random element moves each training sample; none: samples stay as they are"
    )
    equivariance_penalty: NonNegativeFloat = Field(
        default=0.0, description="weight in the training loss of ||g^-1 f(g x) - f(x)||^2, g a random group element"
    )
    training: TrainingOverride | None = Field(default=None, description="keys of `training` that differ")
    tune: dict[str, list[Any]] | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="the method's knob (equivariance_penalty, options.NAME or impose.options.NAME) -> values to try",
    )
