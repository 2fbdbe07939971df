"""Smoke simulated with PhiFlow: the generator's settings and the levels of symmetry breaking (DESIGN 6)."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from equidyn.core import domain as domains
from equidyn.core.params import signatures
from equidyn.core.params.base import DatasetSettings, SourceSettings
from equidyn.core.params.types import (
    Blocks,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Seed,
    Strict,
    UnitFloat,
)


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


class SceneSettings(Strict):
    """What stands in the box beside the inflow: obstacles, further inflows, other walls."""

    by: str = Field(description="dotted path of a module with a function scene() that builds it")
    options: dict[str, Any] = Field(default={}, description="keyword-only arguments of that function")

    @model_validator(mode="after")
    def _is_known(self) -> "SceneSettings":
        home = domains.find("smoke")
        with signatures.within("by", value=self.by):
            signatures.known(home, "scenes", self.by)
        with signatures.within("options"):
            signatures.checked(home, "scenes", self.by, self.options)
        return self


class SplitByScene(Strict):
    """Train, validation and test are different simulations."""

    by: Literal["scene"]
    train: PositiveInt = Field(description="independent scenes for training, each in four directions")
    validation: PositiveInt = Field(description="independent scenes for validation")
    test: PositiveInt = Field(description="independent scenes for testing")


Range = Annotated[tuple[NonNegativeInt, PositiveInt], Field(strict=False, description="frames [start, stop)")]


class SplitOfFrames(Strict):
    """Splits that are ranges of stored frames; each field of type Range is one."""

    by: str

    def ranges(self) -> dict[str, tuple[int, int]]:
        """Split -> frames [start, stop)."""
        return {name: value for name, value in self if isinstance(value, tuple)}

    def lengths(self) -> dict[str, int]:
        """Split -> number of frames."""
        return {name: stop - start for name, (start, stop) in self.ranges().items()}

    def check_within(self, frames: int) -> None:
        """Raise ValueError unless all ranges lie within so many stored frames."""
        if max(stop for _, stop in self.ranges().values()) > frames:
            raise ValueError(f"split by {self.by} reaches beyond the {frames} stored frames")

    @model_validator(mode="after")
    def _ranges_ascend(self) -> "SplitOfFrames":
        for name, (start, stop) in self.ranges().items():
            if start >= stop:
                raise ValueError(f"{name}: start {start} must be below stop {stop}")
        return self


class SplitByTime(SplitOfFrames):
    """Train, validation and test are ranges of frames of the same simulations, as published."""

    by: Literal["time"]
    train: Range
    validation: Range
    test: Range


class SimulatedSource(SourceSettings):
    """What all sets of simulated smoke have in common: the box, its time steps, and how many are stored."""

    serves = ("rollout",)
    unit = "frames"

    resolution: Annotated[int, Field(ge=8, le=512)] = Field(description="cells per side")
    size: PositiveFloat = Field(description="side of the closed box [length units]")
    dt: PositiveFloat = Field(description="time step of the velocity [time units]")
    warmup: NonNegativeInt = Field(description="steps before the first stored frame")
    frames: PositiveInt = Field(description="stored frames, one per step")

    @property
    def input_grid(self) -> tuple[int, ...]:
        """Cells along y and x."""
        return (self.resolution,) * 2


class FrameSplitSource(SimulatedSource):
    """A source whose splits are ranges of its frames; subclasses have a field `split`, a SplitOfFrames."""

    @property
    def can_count(self) -> bool:
        """Ranges of frames have no number of scenes."""
        return False

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits, test splits last."""
        return tuple(self.split.ranges())

    def lengths(self) -> dict[str, int]:
        """Frames that each split can cut windows from."""
        return self.split.lengths()

    @model_validator(mode="after")
    def _ranges_fit(self) -> "FrameSplitSource":
        self.split.check_within(self.frames)
        return self


class _Level(DatasetSettings):
    """What levels of every kind may say."""

    noun = "scene"

    train: PositiveInt | None = Field(
        default=None, description="independent training scenes; overrides source.split.train: data-size axis"
    )


class EpsLevel(_Level):
    """Mean-preserving level: buoyancy 0.02 (1 + eps (-1, -1/3, 1/3, 1)) for up, right, down, left."""

    level: Literal["eps"]
    value: UnitFloat = Field(description="eps; 0 is exactly symmetric [1]")

    def label(self, name: str, source: Any) -> str:
        """Its level."""
        return f"ε = {self.value:g}"


class PublishedLevel(_Level):
    """Level E_k of Wang, Walters, Yu 2022: buoyancy 0.005 (2 + j k), j = 0..3 for up, right, down, left."""

    level: Literal["E"]
    value: Annotated[int, Field(ge=0, le=9)] = Field(description="k of E_k; 0 is exactly symmetric")

    def label(self, name: str, source: Any) -> str:
        """Its level."""
        return f"E{'₀₁₂₃₄₅₆₇₈₉'[self.value]}"


SmokeLevel = EpsLevel | PublishedLevel


class SmokeSource(SimulatedSource):
    """One smoke set: C4 directions x scenes, simulated in float64 with an exact pressure projection."""

    makes = (EpsLevel, PublishedLevel)

    kind: Literal["smoke"]
    inflow: Inflow
    jitter: Jitter
    scene: SceneSettings | None = Field(
        default=None, description="what else stands in the box, the same in all four directions; none: nothing"
    )
    split: Annotated[SplitByScene | SplitByTime, Field(discriminator="by")]
    blocks: Blocks | None = Field(default=None, description="of a split by scene, which needs it; not of one by time")
    seed: Seed = Field(description="seed of the scenes")

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """The file of its scene."""
        return (("scenes", self.scene.by),) if self.scene else ()

    @property
    def scenes(self) -> int:
        """Number of independent simulations per direction, of each block."""
        split = self.split
        return split.train + split.validation + split.test if isinstance(split, SplitByScene) else 1

    @property
    def can_count(self) -> bool:
        """Whether its splits are counted in scenes."""
        return isinstance(self.split, SplitByScene)

    def lengths(self) -> dict[str, int]:
        """Frames that each split can cut windows from."""
        split = self.split
        return dict.fromkeys(self.splits, self.frames) if isinstance(split, SplitByScene) else split.lengths()

    def with_train(self, scenes: int | None) -> "SmokeSource":
        """The same source with so many training scenes (None: its own); raises ValueError if it splits by time."""
        if scenes is None:
            return self
        if not isinstance(self.split, SplitByScene):
            raise ValueError("train: only a source that splits by scene has training scenes to count")
        return self.model_copy(update={"split": self.split.model_copy(update={"train": scenes})})

    @model_validator(mode="after")
    def _consistent(self) -> "SmokeSource":
        if max(self.inflow.x, self.inflow.y) >= self.size:
            raise ValueError(f"the inflow's centre must lie inside the box of size {self.size}")
        if isinstance(self.split, SplitByTime):
            self.split.check_within(self.frames)
        if self.can_count == (self.blocks is None):
            raise ValueError(
                "blocks: needed with split by scene, the number of seeds that can have scenes of their own"
                if self.can_count
                else "blocks: only for a split by scene; by time, all seeds share the one scene"
            )
        return self
