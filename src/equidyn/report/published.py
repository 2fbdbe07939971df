"""Published figures, from one data file with their sources."""

from functools import cache
from importlib.resources import as_file, files
from typing import Annotated, Any

from pydantic import Field

from equidyn.core.params import read_yaml
from equidyn.core.params.types import PositiveInt, Real, Strict

Spread = Annotated[tuple[Real, Real], Field(strict=False, description="mean and standard deviation")]


class Row(Strict):
    """One network of the published table; split -> mean and standard deviation."""

    name: str
    models: list[str] = Field(description="model files of ours that stand beside it")
    verified: bool = Field(description="false: from memory, printed as unverified")
    paper: dict[str, Spread]
    blog: dict[str, Spread] = Field(default={})


class Rotation(Strict):
    """The table of the Rotation smoke set, and the scale at which it was made."""

    scale: dict[str, int] = Field(description="dotted settings of a study -> their published value")
    rows: list[Row]


class UpscaleRow(Strict):
    """One network of the published table of super-resolution, and what a variant of ours beside it is built from."""

    name: str
    model: str = Field(description="model file of ours")
    options: dict[str, Any] = Field(description="those of its options that matter")
    parameters: PositiveInt
    paper: Spread
    blog: Spread


class SuperResolution(Strict):
    """The table of super-resolution, and the scale at which it was made."""

    scale: dict[str, int | str] = Field(description="dotted settings of a study -> their published value")
    rows: list[UpscaleRow]


class Network(Strict):
    """A published architecture."""

    name: str
    hidden: PositiveInt
    parameters: PositiveInt


class Networks(Strict):
    """Published architectures, by the name of our model file."""

    input_frames: PositiveInt = Field(description="that they see; with another number they have other parameters")
    by_model: dict[str, Network]

    def of(self, model: str, input_frames: int) -> Network | None:
        """The published network beside a model of ours, if it sees as many frames."""
        return self.by_model.get(model) if input_frames == self.input_frames else None


class Published(Strict):
    """All of published.yaml."""

    sources: dict[str, str]
    rotation: Rotation
    super_resolution: SuperResolution
    networks: Networks


@cache
def published() -> Published:
    """The figures that the project ships."""
    with as_file(files("equidyn.report") / "published.yaml") as path:
        return Published.model_validate(read_yaml(path))
