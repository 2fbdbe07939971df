"""Published figures on smoke: the table of the Rotation set, and the sizes of the networks of the level study."""

from pydantic import Field

from equidyn.core.params.types import PositiveInt, Strict
from equidyn.report.published import Spread, published


class Row(Strict):
    """One network of the published table; split -> mean and standard deviation."""

    name: str
    models: list[str] = Field(description="model files of ours that stand beside it")
    paper: dict[str, Spread]
    blog: dict[str, Spread] = Field(default={})


class Rotation(Strict):
    """The table of the Rotation smoke set, and the scale at which it was made."""

    scale: dict[str, int] = Field(description="dotted settings of a study -> their published value")
    rows: list[Row]


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
    networks: Networks


def figures() -> Published:
    """The figures of this domain."""
    return published("equidyn.domains.smoke", Published)
