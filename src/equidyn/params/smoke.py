"""Smoke simulated with PhiFlow: the generator's settings and the levels of symmetry breaking (DESIGN 6)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from equidyn.params.types import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, Strict, UnitFloat


class Inflow(Strict):
    """Where smoke enters, for the upward direction; the other three directions are its exact rotations."""

    x: PositiveFloat = Field(description="centre, from the left wall [length units of `size`]")
    y: PositiveFloat = Field(description="centre, from the bottom wall [length units of `size`]")
    radius: PositiveFloat = Field(description="radius of the disc [length units of `size`]")


class Jitter(Strict):
    """Seeded perturbations that make the scenes independent; each is uniform in [-value, value]."""

    position: NonNegativeFloat = Field(description="shift of the inflow's centre [length units of `size`]")
    tilt: NonNegativeFloat = Field(description="tilt of the buoyancy from the inflow's axis [rad]")
    strength: UnitFloat = Field(description="relative change of the buoyancy [1]")


class SplitByScene(Strict):
    """Train, validation and test are different simulations."""

    by: Literal["scene"]
    train: PositiveInt = Field(description="independent scenes for training, each in four directions")
    validation: PositiveInt = Field(description="independent scenes for validation")
    test: PositiveInt = Field(description="independent scenes for testing")


class SplitByTime(Strict):
    """Train, validation and test are ranges of frames [start, stop) of the same simulations, as published."""

    by: Literal["time"]
    train: tuple[NonNegativeInt, PositiveInt] = Field(strict=False, description="frames [start, stop)")
    validation: tuple[NonNegativeInt, PositiveInt] = Field(strict=False, description="frames [start, stop)")
    test: tuple[NonNegativeInt, PositiveInt] = Field(strict=False, description="frames [start, stop)")

    @model_validator(mode="after")
    def _ranges_ascend(self) -> "SplitByTime":
        for name in ("train", "validation", "test"):
            start, stop = getattr(self, name)
            if start >= stop:
                raise ValueError(f"{name}: start {start} must be below stop {stop}")
        return self


class SmokeSource(Strict):
    """One smoke set: C4 directions x scenes, simulated in float64 with an exact pressure projection."""

    kind: Literal["smoke"]
    resolution: Annotated[int, Field(ge=8, le=512)] = Field(description="cells per side")
    size: PositiveFloat = Field(description="side of the closed box [length units]")
    dt: PositiveFloat = Field(description="time step of the velocity [time units]")
    warmup: NonNegativeInt = Field(description="steps before the first stored frame")
    frames: PositiveInt = Field(description="stored frames, one per step")
    inflow: Inflow
    jitter: Jitter
    split: Annotated[SplitByScene | SplitByTime, Field(discriminator="by")]
    seed: NonNegativeInt = Field(description="seed of the scenes")

    @property
    def scenes(self) -> int:
        """Number of independent simulations per direction."""
        split = self.split
        return split.train + split.validation + split.test if isinstance(split, SplitByScene) else 1

    @model_validator(mode="after")
    def _consistent(self) -> "SmokeSource":
        if max(self.inflow.x, self.inflow.y) >= self.size:
            raise ValueError(f"the inflow's centre must lie inside the box of size {self.size}")
        split = self.split
        if isinstance(split, SplitByTime) and max(split.train[1], split.validation[1], split.test[1]) > self.frames:
            raise ValueError(f"split by time reaches beyond the {self.frames} stored frames")
        return self


class EpsLevel(Strict):
    """Mean-preserving level: buoyancy 0.02 (1 + eps (-1, -1/3, 1/3, 1)) for up, right, down, left."""

    level: Literal["eps"]
    value: UnitFloat = Field(description="eps; 0 is exactly symmetric [1]")


class PublishedLevel(Strict):
    """Level E_k of Wang, Walters, Yu 2022: buoyancy 0.005 (2 + j k), j = 0..3 for up, right, down, left."""

    level: Literal["E"]
    value: Annotated[int, Field(ge=0, le=9)] = Field(description="k of E_k; 0 is exactly symmetric")


SmokeDataset = Annotated[EpsLevel | PublishedLevel, Field(discriminator="level")]
