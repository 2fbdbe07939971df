"""The types that keys of params.yaml may have, and the strict base of every model of a sub-tree."""

import difflib
import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator


def _refuse_even(value: int) -> int:
    if value % 2 == 0:
        raise ValueError("must be odd")
    return value


def _refuse_no_square(value: int) -> int:
    side = math.isqrt(value)
    if side**2 != value:
        raise ValueError(f"must be a square number, for an image that can be turned: {side**2} or {(side + 1) ** 2}")
    return value


def real(**bounds: float) -> Any:
    """A finite number within bounds (pydantic's gt, ge, lt, le)."""
    return Annotated[float, Field(allow_inf_nan=False, **bounds)]


Real = real()
PositiveFloat = real(gt=0)
NonNegativeFloat = real(ge=0)
UnitFloat = real(ge=0, le=1)
MOST = 10**9  # of whatever is counted: torch, numpy, HDF5 and JSON hold it, and its products with a few others
Integer = Annotated[int, Field(ge=-MOST, le=MOST)]
PositiveInt = Annotated[int, Field(ge=1, le=MOST)]
Blocks = Annotated[
    PositiveInt,
    Field(
        description="N: seed k = 1 to N trains, validates and tests on block k of N + 1 disjoint ones; block 0 is for "
        "tuning; each has the numbers of `split`"
    ),
]
NonNegativeInt = Annotated[int, Field(ge=0, le=MOST)]
# A seed and an epoch are folded to one number, of which torch takes 64 bits (core/training/draws.py).
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
MOST_EPOCHS = 10**6
Epochs = Annotated[int, Field(ge=1, le=MOST_EPOCHS)]
OddInt = Annotated[
    int, Field(ge=1, le=MOST, json_schema_extra={"not": {"multipleOf": 2}}), AfterValidator(_refuse_even)
]
SquareInt = Annotated[int, Field(ge=1, le=MOST), AfterValidator(_refuse_no_square)]
Widths = Annotated[list[PositiveInt], Field(min_length=1)]  # of a network's stages, in their order
Rate = real(ge=0, lt=1)
Norm = Literal["none", "batch"]
Generators = list[list[NonNegativeInt]]  # permutations of 0, 1, ..., each as the list of its images
# A name becomes a file name, a wildcard of Snakemake and a key of DVC: dots and slashes would be misread there. Where
# names stand in one file name, -- is between them: so none has that, and all of them together fit into 255 bytes.
NAME = "[A-Za-z0-9][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*"
Name = Annotated[str, StringConstraints(pattern=f"^{NAME}$", max_length=64)]


class Strict(BaseModel):
    """A frozen sub-tree of params.yaml in which an unknown key is an error that names its neighbours."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _name_unknown_keys(cls, value: Any) -> Any:
        if isinstance(value, dict):
            for key in value:
                if key not in cls.model_fields:
                    raise ValueError(unknown(key, cls.model_fields))
        return value


def unknown(key: Any, allowed: Any) -> str:
    """Say that `key` is not one of `allowed`, and which one may have been meant."""
    near = difflib.get_close_matches(str(key), list(allowed), n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"unknown key {str(key)!r}{hint}; allowed: {', '.join(allowed) or 'none'}"
