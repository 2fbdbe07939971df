"""How a network is trained. A variant may override any of these keys."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo

from equidyn.core.params.types import Epochs, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, Rate, Strict


class Training(Strict):
    """The optimiser, its schedule, and when to stop."""

    optimiser: Literal["adam", "muon"] = Field(
        default="adam", description="muon: weights of two or more axes by Muon, the others by Adam at the same rate"
    )
    learning_rate: PositiveFloat = Field(description="the optimiser's step size at the start")
    betas: tuple[Rate, Rate] = Field(strict=False, description="Adam's decay rates of the two moments")
    weight_decay: NonNegativeFloat = Field(
        description="L2 penalty, added to the gradient as in torch's Adam; Muon: apart"
    )
    schedule: Literal["constant", "cosine", "exponential"] = Field(description="course of the learning rate")
    decay: PositiveFloat = Field(description="factor per epoch of the exponential schedule")
    batch_size: PositiveInt = Field(description="samples per step")
    steps_per_epoch: PositiveInt = Field(description="optimiser steps per epoch")
    epochs: Epochs = Field(description="epochs at most")
    patience: PositiveInt = Field(description="epochs without a better validation score before stopping early")
    clip: NonNegativeFloat = Field(description="largest norm of the gradient; 0: no clipping")
    early_epoch: NonNegativeInt = Field(description="epoch whose weights are kept as the early checkpoint; 0: start")
    validation_samples: PositiveInt = Field(description="samples on which each epoch is validated")


def _all_optional(model: type[BaseModel], name: str) -> type[BaseModel]:
    """The same keys and checks, each of which may be left out (but not be null, which would override with nothing)."""
    fields = {key: (_checked_type(field), _left_out(field)) for key, field in model.model_fields.items()}
    return create_model(name, __base__=Strict, __doc__=f"Any keys of {model.__name__}, overriding it.", **fields)


def _left_out(field: FieldInfo) -> Any:
    """A field that may be absent; the schema shows no default, since absence means the study's own value."""
    return Field(default=None, description=field.description, json_schema_extra=lambda shown: shown.pop("default"))


def _checked_type(field: FieldInfo) -> Any:
    """A field's type with its constraints."""
    annotation = field.annotation
    for constraint in field.metadata:
        annotation = Annotated[annotation, constraint]
    return annotation


TrainingOverride = _all_optional(Training, "TrainingOverride")


def overridden(training: Training, override: BaseModel | None) -> Training:
    """`training` with the keys that `override` sets."""
    changes = override.model_dump(exclude_unset=True) if override else {}
    return training.model_copy(update=changes)


def stretched(training: Training, budget: float) -> Training:
    """The same course over `budget` times the epochs, rounded: patience, early checkpoint and schedule go with it."""
    epochs = round(budget * training.epochs)
    scaled = {name: round(budget * getattr(training, name)) for name in ("patience", "early_epoch")}
    return training.model_copy(
        update={"epochs": epochs, "decay": training.decay ** (training.epochs / epochs), **scaled}
    )
