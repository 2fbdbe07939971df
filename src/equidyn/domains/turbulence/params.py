"""Forced homogeneous turbulence in a periodic box, simulated here, for super-resolution (DESIGN 6)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from equidyn.core.params.base import DatasetSettings, SourceSettings
from equidyn.core.params.files import FilesSource, or_files
from equidyn.core.params.types import (
    Blocks,
    NonNegativeInt,
    OddInt,
    PositiveFloat,
    PositiveInt,
    Seed,
    Strict,
    UnitFloat,
)
from equidyn.grids.params import GridTaskSettings


class Forcing(Strict):
    """What keeps the flow going: power that is put into its large scales, all of it at every moment."""

    wavenumber: PositiveFloat = Field(description="modes with 0 < |k| <= this are forced [2 pi / side of the box]")
    power: PositiveFloat = Field(
        description="energy put in [length^2 / time^3], shared by the directions as a dataset says"
    )


class SplitBySimulation(Strict):
    """Train, validation and test are independent simulations."""

    by: Literal["simulation"]
    train: PositiveInt = Field(description="independent simulations for training")
    validation: PositiveInt = Field(description="independent simulations for validation")
    test: PositiveInt = Field(description="independent simulations for testing")


class TurbulenceData(DatasetSettings):
    """One dataset of turbulence: how unequally its forcing treats the directions, and how many simulations train."""

    noun = "simulation"

    anisotropy: UnitFloat = Field(
        description="eps; the forcing weighs vx, vy, vz by 1 + 2 eps, 1 - eps, 1 - eps; 0: isotropic; same power at all"
    )
    train: PositiveInt | None = Field(
        default=None, description="training simulations; overrides source.split.train: data-size axis"
    )

    @property
    def value(self) -> float:
        """The level of symmetry breaking."""
        return self.anisotropy

    def label(self, name: str, source: Any) -> str:
        """Its level."""
        return f"ε = {self.anisotropy:g}"


class TurbulenceSource(SourceSettings):
    """Pseudo-spectral simulations of incompressible flow in a box of side 2 pi, burnt in, then sampled.

    A sample is `context` coarse frames, `spacing` steps apart, and the fine frame at their middle time.
    """

    serves = ("upscale",)
    makes = (TurbulenceData,)

    kind: Literal["turbulence"]
    resolution: Annotated[int, Field(ge=8, le=512)] = Field(description="voxels along an edge of the fine frames")
    factor: Literal[2, 4, 8] = Field(description="fine voxels along an edge per coarse one")
    filter: Literal["box", "spectral"] = Field(
        description="how coarse frames come from fine ones; box: mean over each block; spectral: sharp cut-off"
    )
    viscosity: PositiveFloat = Field(description="kinematic [length^2 / time]")
    dt: PositiveFloat = Field(description="time step [time]")
    forcing: Forcing
    burn_in: NonNegativeInt = Field(description="steps before the first sample; several turnovers of the large eddies")
    samples: PositiveInt = Field(description="samples of each simulation")
    interval: PositiveInt = Field(description="steps from one sample to the next")
    context: OddInt = Field(description="coarse frames of a sample; the fine one is at the time of the middle one")
    spacing: PositiveInt = Field(description="steps between the coarse frames of a sample")
    split: SplitBySimulation
    blocks: Blocks
    seed: Seed = Field(description="seed of the simulations")

    @property
    def input_grid(self) -> tuple[int, ...]:
        """Coarse voxels along z, y and x."""
        return (self.resolution // self.factor,) * 3

    @property
    def simulations(self) -> int:
        """Number of independent simulations of each block."""
        return sum(getattr(self.split, name) for name in self.splits)

    def lengths(self) -> dict[str, int]:
        """Samples of each split."""
        return {name: getattr(self.split, name) * self.samples for name in self.splits}

    def with_train(self, simulations: int | None) -> "TurbulenceSource":
        """The same source with so many training simulations (None: its own)."""
        if simulations is None:
            return self
        return self.model_copy(update={"split": self.split.model_copy(update={"train": simulations})})

    @model_validator(mode="after")
    def _grids_fit(self) -> "TurbulenceSource":
        if self.resolution % self.factor or (self.resolution // self.factor) < 2:
            raise ValueError(
                f"resolution {self.resolution}: factor {self.factor} must divide it, and leave at least 2 coarse voxels"
            )
        if self.resolution % 2:
            raise ValueError(f"resolution {self.resolution}: must be even, for the spectral method")
        if self.forcing.wavenumber >= self.resolution / 3:
            raise ValueError(
                f"forcing.wavenumber {self.forcing.wavenumber:g}: must be below resolution / 3 = "
                f"{self.resolution / 3:.3g}, the largest wavenumber that is kept"
            )
        return self


class FilesOfVolumes(FilesSource):
    """Simulations in a cube from files of a user's own: the fine fields, components vx, vy, vz.

    A sample is `context` coarse frames, `spacing` places in time apart, and the fine frame at their middle one.
    """

    serves = ("upscale",)
    order = ("simulation", "time", "component", "z", "y", "x")
    optional = ("simulation",)
    equal = ("z", "y", "x")

    factor: Literal[2, 4, 8] = Field(description="fine voxels along an edge per coarse one")
    filter: Literal["box", "spectral"] = Field(
        description="how coarse frames come from fine ones; box: mean over each block; spectral: sharp cut-off, for "
        "periodic boxes"
    )
    periodic: bool = Field(description="whether the box repeats; a part that was cut out of a larger flow does not")
    context: OddInt = Field(description="coarse frames of a sample; the fine one is at the time of the middle one")
    spacing: PositiveInt = Field(default=1, description="places in time between the coarse frames of a sample")
    interval: PositiveInt = Field(default=1, description="places in time from one sample to the next")

    @property
    def resolution(self) -> int:
        """Voxels along an edge of the fine frames."""
        return self.sizes["x"]

    @property
    def input_grid(self) -> tuple[int, ...]:
        """Coarse voxels along z, y and x."""
        return (self.resolution // self.factor,) * 3

    def middles(self, split: str) -> range:
        """Places in time of the fine frames of a split."""
        start, stop = getattr(self.split, split) if self.split.by == "time" else (0, self.sizes["time"])
        half = self.context // 2 * self.spacing
        return range(start + half, stop - half, self.interval)

    def lengths(self) -> dict[str, int]:
        """Samples of each split; by time, of each simulation."""
        counts = dict.fromkeys(self.splits, 1) if self.split.by == "time" else super().lengths()
        return {split: count * len(self.middles(split)) for split, count in counts.items()}

    def _faults(self) -> Iterator[str]:
        yield from super()._faults()
        if self.sizes.get("component") not in (None, 3):
            yield "sizes.component: must be 3, vx, vy and vz"
        if self.sizes.get("x", 0) % self.factor:
            yield f"factor: {self.factor} must divide the {self.sizes['x']} voxels along an edge"
        if self.filter == "spectral" and not self.periodic:
            yield "filter: spectral is for periodic boxes; take box"


class UpscaleTask(GridTaskSettings):
    """Super-resolution: from successive coarse velocity fields in a box, the fine one at their middle time."""

    takes = ("BoxType", "BoxType")
    contexts = ("UpscaleContext", "GridContext")
    augments = ("none", "cube")
    microseconds = 150.0  # measured: 10 (2,900 parameters) and 64 (127 k, bf16)

    kind: Literal["upscale"]
    loss: Literal["mae", "mse"] = Field(description="of training, a mean over components and voxels; published: mae")

    def values(self, source: TurbulenceSource) -> int:
        """Voxels of a fine box."""
        return source.resolution**3


Source = Annotated[TurbulenceSource | FilesOfVolumes, Field(discriminator="kind")]
Dataset = or_files(TurbulenceData)
Task = UpscaleTask
