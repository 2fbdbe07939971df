"""How the stage tune searches: learning rates that all variants of a study try, and one knob that a method may have."""

from functools import reduce
from typing import Any

from pydantic import Field, field_validator

from equidyn.core.params.types import Name, PositiveFloat, PositiveInt, Strict
from equidyn.core.params.variant import ROOMS, Variant

SEED = 0  # of all that is tuned, and of the data that it is tuned on


class Tune(Strict):
    """The same number of trials for every variant, judged by the validation score."""

    run: bool = Field(
        description="true: a stage before train finds the values; false: those in this file are what it found, by the "
        "table tuned/STUDY.csv"
    )
    dataset: Name = Field(description="the study's dataset that the trials train and validate on")
    rates: list[PositiveFloat] = Field(min_length=2, description="learning rates, ascending")
    further: PositiveInt = Field(
        description="trials at the best rate, with values of the variant's own knob; without one, at rates beside it"
    )

    @field_validator("rates")
    @classmethod
    def _ascending(cls, rates: list[float]) -> list[float]:
        if rates != sorted(set(rates)):
            raise ValueError("must ascend, each rate once")
        return rates


def with_knob(variant: Variant, knob: str, value: Any) -> Variant:
    """`variant` with another value at the dotted path `knob`; raises ValueError if that is no knob of it."""
    path = knob.split(".")
    tree = variant.model_dump(exclude_unset=True)
    if not _is_knob(variant, path):
        raise ValueError(f"no knob; one of options.NAME, {', '.join(f'{part}.options.NAME' for part in ROOMS)}")
    place = reduce(lambda node, key: node.setdefault(key, {}), path[:-1], tree)
    place[path[-1]] = value
    return Variant.model_validate(tree)


def with_rate(variant: Variant, rate: float) -> Variant:
    """`variant` trained at another learning rate."""
    tree = variant.model_dump(exclude_unset=True)
    tree["training"] = (tree.get("training") or {}) | {"learning_rate": rate}
    return Variant.model_validate(tree)


def _is_knob(variant: Variant, path: list[str]) -> bool:
    places = [["options"], *([part, "options"] for part, _ in variant.parts())]
    return path[:-1] in places
