"""The Rotation protocol of Wang, Walters, Yu 2022: smoke from four sides, each simulation with a buoyancy of its own.

Read in the published generator and training script (PUBLISHED.md): simulation k = 1, 2, ... has its inflow on side
(k - 1) mod 4, 5 length units from the middle of that wall, and the buoyancy 0.01 k, but 0.011 k on side 2. The first
frame is dropped. Of the 36 simulations 25 are trained on, 10 are held out for the test Domain, and one, (32, 3), is in
neither list. The published ranges of t count windows, whose frames reach up to 31 beyond t; here they are ranges of
frames, and every window lies inside its range.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from equidyn.core.params.base import DatasetSettings
from equidyn.core.params.types import PositiveFloat, PositiveInt, Strict
from equidyn.domains.smoke.params.smoke import FrameSplitSource, Range, SplitOfFrames

SIDES = 4

Side = Annotated[int, Field(ge=0, lt=SIDES)]
Task = Annotated[
    tuple[PositiveInt, Side], Field(strict=False, description="[k, side]: a simulation, and the side of its inflow")
]


class RotationInflow(Strict):
    """Where smoke enters: a disc before the middle of one wall."""

    distance: PositiveFloat = Field(description="of the centre from the wall [length units of `size`]")
    radius: PositiveFloat = Field(description="radius of the disc [length units of `size`]")


class SplitByTask(SplitOfFrames):
    """Ranges of frames [start, stop): domain of the held-out simulations, the others of those trained on."""

    by: Literal["task"]
    train: Range
    validation: Range
    future: Range
    domain: Range


class RotationData(DatasetSettings):
    """One dataset of the Rotation protocol: as simulated, or as the published action would have it."""

    vector_action: Literal["true", "published"] = Field(
        description="true: as simulated; published: vy negated, so that nets under the true action learn what nets "
        "under the published one would (which turns vectors against the picture)"
    )

    def label(self, name: str, source: Any) -> str:
        """Its action on vectors."""
        return {"true": "true action", "published": "published sign"}[self.vector_action]


class RotationSource(FrameSplitSource):
    """One set of `simulations` smoke simulations, in float64 with an exact pressure projection."""

    makes = (RotationData,)

    kind: Literal["rotation"]
    inflow: RotationInflow
    simulations: PositiveInt = Field(description="k runs from 1 to this; the inflow of k is on side (k - 1) mod 4")
    buoyancy: PositiveFloat = Field(
        description="simulation k gains `buoyancy` * k per step and unit of smoke [length / time]"
    )
    sides: tuple[PositiveFloat, PositiveFloat, PositiveFloat, PositiveFloat] = Field(
        default=(1.0, 1.0, 1.0, 1.0),
        strict=False,
        description="factor of the buoyancy on side 0 (bottom), 1 (right), 2 (top), 3 (left) [1]",
    )
    domain: list[Task] = Field(min_length=1, description="simulations held out for the test split domain")
    unused: list[Task] = Field(default=[], description="simulations that are in no split")
    split: SplitByTask

    def strength(self, k: int) -> float:
        """Buoyancy of simulation k [length / time per step and unit of smoke]."""
        return self.buoyancy * k * self.sides[side_of(k)]

    @model_validator(mode="after")
    def _inflow_is_inside(self) -> "RotationSource":
        if self.inflow.distance >= self.size:
            raise ValueError(f"the inflow's centre must lie inside the box of size {self.size}")
        return self

    @model_validator(mode="after")
    def _named_simulations_exist(self) -> "RotationSource":
        named = {"domain": self.domain, "unused": self.unused}
        for key, tasks in named.items():
            for k, side in tasks:
                self._check_exists(key, k, side)
        numbers = [k for tasks in named.values() for k, _ in tasks]
        check_named_once("domain, unused", numbers)
        if len(numbers) == self.simulations:
            raise ValueError(f"domain, unused: none of the {self.simulations} simulations is left to train on")
        return self

    def _check_exists(self, key: str, k: int, side: int) -> None:
        if k > self.simulations:
            raise ValueError(f"{key}: [{k}, {side}] does not exist; the simulations are 1 to {self.simulations}")
        if side != side_of(k):
            raise ValueError(f"{key}: [{k}, {side}] does not exist; simulation {k} has its inflow on side {side_of(k)}")


def check_named_once(keys: str, simulations: Sequence[int | list[int]]) -> None:
    """Raise ValueError, naming the keys, if a simulation stands twice in what they list together."""
    twice = next((one for one in simulations if simulations.count(one) > 1), None)
    if twice is not None:
        raise ValueError(f"{keys}: simulation {twice} is named twice")


def side_of(k: int) -> int:
    """Side of simulation k's inflow: counter-clockwise quarter turns of the bottom (0: bottom, 1: right, ...)."""
    return (k - 1) % SIDES
