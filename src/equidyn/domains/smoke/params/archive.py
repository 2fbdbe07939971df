"""The published smoke sets, read from a zip archive as their authors wrote it instead of being simulated here.

Two layouts were published (PUBLISHED.md). `rotation`: one member raw_data_K_SIDE.pt per simulation of the Rotation
protocol. `levels`: a folder E_K per level with one member per direction, which the generator calls data_J.pt and the
loader raw_data_J.pt. Each member is one tensor of torch.save, float32, (time, 2, y, x): the velocity (vx, vy) on the
faces of a staggered grid, cut to the cells' number, so that vx lies half a cell to the left of the cells' centres and
vy half a cell below. No smoke is stored.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from equidyn.core.params.hub import Digest, Repository, RepositoryPath, Revision
from equidyn.core.params.types import PositiveInt
from equidyn.domains.smoke.params.rotation import RotationData, SplitByTask, Task, check_named_once
from equidyn.domains.smoke.params.smoke import FrameSplitSource, PublishedLevel, SplitByTime

_PLACES = "give either path, or repository, revision and file"


class ArchiveSource(FrameSplitSource):
    """A published set in a zip archive: where it lies, and what is expected in it."""

    kind: Literal["archive"]
    path: str | None = Field(
        default=None,
        description="local zip archive, from the folder of params.yaml; give sha256 too, or nobody notices a new one",
    )
    repository: Repository | None = Field(default=None, description="dataset on the Hugging Face Hub, owner/name")
    revision: Revision | None = Field(default=None, description="its commit, 40 hexadecimal digits")
    file: RepositoryPath | None = Field(default=None, description="the zip archive's path in the repository")
    sha256: Digest | None = Field(
        default=None,
        description="of the archive; if given, any other file is refused. What was read is always recorded",
    )
    frames: PositiveInt = Field(
        description="frames of each member that are used, from its first; a shorter one is refused"
    )

    @model_validator(mode="after")
    def _one_place(self) -> "ArchiveSource":
        remote = [self.repository, self.revision, self.file]
        if not (all(remote) if self.path is None else remote == [None] * 3):
            raise ValueError(_PLACES)
        return self


class RotationArchive(ArchiveSource):
    """Layout `rotation`: the simulations of the Rotation protocol; its datasets are those of a source `rotation`."""

    makes = (RotationData,)

    layout: Literal["rotation"]
    train: list[Task] = Field(min_length=1, description="simulations trained on")
    domain: list[Task] = Field(min_length=1, description="simulations held out for the test split domain")
    split: SplitByTask

    @model_validator(mode="after")
    def _no_simulation_is_named_twice(self) -> "RotationArchive":
        check_named_once("train, domain", [list(task) for task in [*self.train, *self.domain]])
        return self


class LevelsArchive(ArchiveSource):
    """Layout `levels`: levels E_k, each one simulation per direction that was turned afterwards.

    The authors turned with a rotation of their own: pictures clockwise, but vectors counter-clockwise. So at "left" and
    "right" the stored velocity is the negative of what the turned flow has, and the stored set has the symmetry of that
    action, not of the true one that networks here impose. `vector_action` says which way it is made to fit.
    """

    makes = (PublishedLevel,)

    layout: Literal["levels"]
    vector_action: Literal["true", "published"] = Field(
        description="true: left and right are negated, and all four directions are then turns of a real flow; "
        "published: vy is negated everywhere, so that nets under the true action learn what nets under the published "
        "one would"
    )
    split: SplitByTime


Archive = Annotated[RotationArchive | LevelsArchive, Field(discriminator="layout")]
