"""Sets of Gaussian vectors of two variances: which of the two did a set come from? (DESIGN 5, study gaussian)"""

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from equidyn.core.params.types import NonNegativeInt, PositiveInt, Strict, real

Spread = real(ge=1e-6, le=1e6)  # so that squares of values, too, fit single precision
Samples = Annotated[int, Field(ge=2)]  # fewer could not hold both classes


class SplitOfSamples(Strict):
    """Train, validation and test are different samples; half of each are of the first class."""

    by: Literal["sample"]
    train: Samples = Field(description="sets for training")
    validation: Samples = Field(description="sets for validation")
    test: Samples = Field(description="sets for testing")


class GaussianSource(Strict):
    """Sets of `points` vectors in `dimensions` dimensions, all of whose values are independent and of mean 0."""

    serves: ClassVar[tuple[str, ...]] = ("classify",)  # kinds of the tasks that it has data for
    unit: ClassVar[str] = "samples"  # of lengths()

    kind: Literal["gaussian"]
    points: PositiveInt = Field(description="n, vectors in a set")
    dimensions: PositiveInt = Field(description="d, components of a vector")
    spreads: Annotated[tuple[Spread, Spread], Field(strict=False)] = Field(
        description="of the values of the first class and of the second [1]; if equal, nothing can be learnt"
    )
    parameter: Literal["variance", "std"] = Field(description="what spreads are: variances, or standard deviations")
    split: SplitOfSamples
    seed: NonNegativeInt = Field(description="seed of the sets")

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits, test splits last."""
        return ("train", "validation", "test")

    def lengths(self) -> dict[str, int]:
        """Samples of each split."""
        return {name: getattr(self.split, name) for name in self.splits}

    @property
    def variances(self) -> tuple[float, float]:
        """Variance of a value in the first class and in the second [1]."""
        first, second = self.spreads
        return (first, second) if self.parameter == "variance" else (first**2, second**2)

    @property
    def deviations(self) -> tuple[float, float]:
        """Standard deviation of a value in the first class and in the second [1]."""
        first, second = self.spreads
        return (first, second) if self.parameter == "std" else (math.sqrt(first), math.sqrt(second))

    def with_train(self, samples: int | None) -> "GaussianSource":
        """The same source with so many training samples (None: its own)."""
        if samples is None:
            return self
        return self.model_copy(update={"split": self.split.model_copy(update={"train": samples})})


class GaussianData(Strict):
    """One dataset of Gaussian sets: how its training samples come about, and how many there are."""

    sampling: Literal["static", "fresh"] = Field(
        description="static: every epoch trains on the stored training samples; fresh: on as many new ones"
    )
    train: Samples | None = Field(
        default=None, description="training samples; overrides source.split.train: data-size axis"
    )
