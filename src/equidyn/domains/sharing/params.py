"""The study of parameter sharing: which pictures of it the report shows. It has no data, no networks, no training.

The bounds keep every picture readable and the report small.
"""

import math
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from equidyn.core.params.types import Name, PositiveInt, Strict

MOST_AXES = 3
MOST_INDICES = 300  # in the whole array: a weight is then as small as a pixel of a common screen
MOST_PIXELS = 16  # per side of a grid
MOST_SHOWN = 36  # elements of a basis
MOST_PICTURES = 6  # of either kind

AxisName = Annotated[Name, StringConstraints(max_length=12)]  # a legend has no room for more
Side = Annotated[int, Field(ge=1, le=MOST_PIXELS)]


class SharingScheme(Strict):
    """An array of which every axis may be permuted on its own: how a linear map on it shares its weights."""

    sizes: list[PositiveInt] = Field(min_length=1, max_length=MOST_AXES, description="entries along each axis")
    axes: list[AxisName] = Field(
        min_length=1, max_length=MOST_AXES, description="what each axis is called; in the singular"
    )

    @model_validator(mode="after")
    def _every_axis_has_a_name(self) -> "SharingScheme":
        if len(self.axes) != len(self.sizes):
            raise ValueError(f"sizes has {len(self.sizes)} entries and axes {len(self.axes)}; each axis needs both")
        if len(set(self.axes)) != len(self.axes):
            raise ValueError("axes must differ in their names")
        return self

    @model_validator(mode="after")
    def _can_be_drawn(self) -> "SharingScheme":
        if self.indices > MOST_INDICES:
            product = " x ".join(map(str, self.sizes))
            raise ValueError(f"sizes: {product} = {self.indices} entries; at most {MOST_INDICES} can be drawn")
        return self

    @property
    def indices(self) -> int:
        """Entries of the array: the rows, and the columns, of a linear map on it."""
        return math.prod(self.sizes)


class BasisPictures(Strict):
    """The Reynolds basis of the C4-equivariant linear maps from one square pixel grid to another."""

    inputs: Side = Field(description="pixels per side of the input grid")
    outputs: Side = Field(description="pixels per side of the output grid")
    shown: Annotated[int, Field(ge=1, le=MOST_SHOWN)] = Field(
        description="so many elements are shown, the first ones; all of them if there are fewer"
    )


class Sharing(Strict):
    """How symmetry shares parameters, in pictures."""

    schemes: list[SharingScheme] = Field(
        min_length=1, max_length=MOST_PICTURES, description="arrays whose axes may each be permuted"
    )
    bases: list[BasisPictures] = Field(
        min_length=1, max_length=MOST_PICTURES, description="pairs of grids that turn by quarter turns"
    )

    @field_validator("schemes")
    @classmethod
    def _distinct_schemes(cls, schemes: list[SharingScheme]) -> list[SharingScheme]:
        _refuse_twice([tuple(scheme.sizes) for scheme in schemes], "sizes {}")
        return schemes

    @field_validator("bases")
    @classmethod
    def _distinct_bases(cls, bases: list[BasisPictures]) -> list[BasisPictures]:
        _refuse_twice([(basis.inputs, basis.outputs) for basis in bases], "inputs and outputs {}")
        return bases


def _refuse_twice(entries: list[tuple[int, ...]], words: str) -> None:
    """Pictures are files, called by these numbers."""
    for entry in entries:
        if entries.count(entry) > 1:
            raise ValueError(f"{words.format(list(entry))} stand here twice")


Pictures = Sharing
