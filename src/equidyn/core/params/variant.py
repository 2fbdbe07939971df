"""A variant of a study: one way of imposing symmetry."""

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from equidyn.core.params import signatures
from equidyn.core.params.training import TrainingOverride
from equidyn.core.params.types import NonNegativeFloat, Strict


class Imposition(Strict):
    """Symmetry imposed from outside: something is done to the samples before a network, or to its answers after."""

    by: str = Field(description="file in equidyn/models/impose/ that does it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that file's impose()")

    @field_validator("by")
    @classmethod
    def _known(cls, by: str) -> str:
        signatures.known("models/impose", by)
        return by

    @field_validator("options")
    @classmethod
    def _known_options(cls, options: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if "by" in info.data:  # absent if it is wrong itself, which is told already
            signatures.checked("models/impose", info.data["by"], options)
        return options


class Variant(Strict):
    """One way of imposing symmetry: a model file with its options, and how it differs in training."""

    model: str = Field(description="file in equidyn/models/ that builds it")
    options: dict[str, Any] = Field(description="keyword-only arguments of that file's build()")
    impose: Imposition | None = Field(default=None, description="symmetry imposed on that model from outside")
    augment: Literal["none", "c4", "cube", "permutations"] = Field(
        description="each training sample moved by a random group element; c4: quarter turns; cube: "
        "rotations of the cube; permutations: of S_n"
    )
    equivariance_penalty: NonNegativeFloat = Field(
        default=0.0, description="weight in the training loss of ||g^-1 f(g x) - f(x)||^2, g a random quarter turn"
    )
    training: TrainingOverride | None = Field(default=None, description="keys of `training` that differ")

    @field_validator("model")
    @classmethod
    def _known_model(cls, model: str) -> str:
        signatures.known("models", model)
        return model

    @field_validator("options")
    @classmethod
    def _known_options(cls, options: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if "model" in info.data:  # absent if the model itself is wrong, which is told already
            signatures.checked("models", info.data["model"], options)
        return options
