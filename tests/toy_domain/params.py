"""What params.yaml says of clouds of points: one source, its datasets, and the task."""

from typing import Annotated, Literal

from pydantic import Field

from equidyn.core.params.base import DatasetSettings, SourceSettings, TaskSettings
from equidyn.core.params.types import Blocks, NonNegativeInt, PositiveFloat, PositiveInt, Strict


class Split(Strict):
    """How many clouds each split has."""

    train: PositiveInt
    validation: PositiveInt
    test: PositiveInt


class PointsData(DatasetSettings):
    """One dataset: how far its points reach along z, beside x and y."""

    stretch: PositiveFloat = Field(description="standard deviation along z over that along x and y; 1: isotropic")


class PointsSource(SourceSettings):
    """Clouds of points, Gaussian about the origin."""

    serves = ("vector",)
    makes = (PointsData,)

    kind: Literal["points"]
    points: PositiveInt = Field(description="points of a cloud")
    split: Split
    blocks: Blocks
    seed: NonNegativeInt


class VectorTask(TaskSettings):
    """Tell the mean over the points of |p|^2 p, a vector that turns with the cloud."""

    takes = ("PointType", "PointType")
    contexts = ("VectorContext",)
    augments = ("none", "rotations")
    microseconds = 10.0

    kind: Literal["vector"]

    def values(self, source: PointsSource) -> int:
        """Numbers of a cloud."""
        return 3 * source.points


Source, Dataset, Task = PointsSource, Annotated[PointsData, Field()], VectorTask
