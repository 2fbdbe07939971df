"""Isotropic turbulence of the Johns Hopkins databases (JHTDB), as published for super-resolution on the Hub.

What is known of the dataset `dl2-g32/jhtdb`, from reading public code and pages, not the files:
- It holds configurations (small_50, small_100, large_50, large_100, large_200), each a folder of `datasets/jhtdb/` with
  one metadata_*.csv per split that tells all about its samples (dataset card; other people name such a file's address).
- A sample is `lrs`, three coarse velocity fields (3, 16, 16, 16), and `hr`, the fine one (3, 64, 64, 64) at their
  middle time, all float32. Of large_50, 40 samples are for training, 5 for validation and 5 for testing; of large_100,
  80, 10 and 10 (dataset card; data module of dgcnz/relaxed-equivariance-dynamics).
- The generator's settings (total_samples, domain_size, lr_factor, time_range, window_size, seed, token) are those of
  NVIDIA Modulus's JHTDB example. There a sample is a cube of domain_size voxels along an edge, at full resolution, at a
  random time step and place of isotropic1024coarse: a piece of the periodic box of 1024^3. So it is not periodic, nor
  the whole box thinned out, as the published text says. Its coarse fields are the same cut-out, with a step and a box
  filter of lr_factor voxels. An array is an .npy of what pyJHTDB's getCutout gives: float32, (z, y, x, component).
What is not known: the names of the metadata's columns and of the arrays, whether these lie one by one or in a zip
archive per split (the published sizes say: not compressed), and whether components are moved to the front before or
after they are stored. So params.yaml says the names; components first or last, and the frames of a sample in one array
or each in its own, are told by the shapes; the order of axes is checked by the divergence; and all else is refused.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from equidyn.core.params.hub import Repository, RepositoryPath, Revision
from equidyn.core.params.types import OddInt, PositiveInt, Strict

Column = Annotated[str, Field(min_length=1, max_length=100)]
_PLACES = "give either path, or repository and revision"


class FilesOfSplit(Strict):
    """Where a split lies, from the top of the repository, or of the folder `path`."""

    metadata: RepositoryPath = Field(description="CSV with a header and one row per sample")
    arrays: RepositoryPath = Field(
        description="zip archive (.zip) of .npy files, or the folder that the paths in the metadata start from"
    )


class FilesOfSplits(Strict):
    """The files of all splits."""

    train: FilesOfSplit
    validation: FilesOfSplit
    test: FilesOfSplit


class Columns(Strict):
    """Which columns of the metadata name the arrays of a sample."""

    coarse: list[Column] = Field(
        min_length=1, description="of the coarse frames, oldest first; a cell may hold one path, or a list of several"
    )
    fine: Column = Field(description="of the fine frame")

    @field_validator("coarse")
    @classmethod
    def _distinct(cls, columns: list[str]) -> list[str]:
        if len(set(columns)) != len(columns):
            raise ValueError("each column at most once")
        return columns


class SplitAsPublished(Strict):
    """How many samples the published splits have; other numbers in the files are refused."""

    by: Literal["sample"]
    train: PositiveInt = Field(description="rows of its metadata")
    validation: PositiveInt = Field(description="rows of its metadata")
    test: PositiveInt = Field(description="rows of its metadata")


class JhtdbSource(Strict):
    """Pieces of one simulation of forced isotropic turbulence, coarse and fine, on the Hub or in a folder.

    A sample is `context` coarse frames at successive stored time steps (0.002 apart), and the fine frame at their
    middle time. The box is cut out of a larger one: networks pad with zeros, as the published ones do.
    """

    serves: ClassVar[tuple[str, ...]] = ("upscale",)  # kinds of the tasks that it has data for
    unit: ClassVar[str] = "samples"  # of lengths()
    periodic: ClassVar[bool] = False

    kind: Literal["jhtdb"]
    path: str | None = Field(default=None, description="folder with the files, from the folder of params.yaml")
    repository: Repository | None = Field(default=None, description="dataset on the Hugging Face Hub, owner/name")
    revision: Revision | None = Field(default=None, description="its commit, 40 hexadecimal digits")
    files: FilesOfSplits
    columns: Columns
    axes: Literal["zyx", "xyz"] = Field(
        description="order of the arrays' axes in space; zyx as pyJHTDB gives them. Divergence tells, and is asked"
    )
    resolution: Annotated[int, Field(ge=8, le=128)] = Field(description="voxels along an edge of the fine frames")
    factor: Literal[2, 4, 8] = Field(description="fine voxels along an edge per coarse one; published: 4")
    context: OddInt = Field(description="coarse frames of a sample; published: 3")
    split: SplitAsPublished

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits, test splits last."""
        return ("train", "validation", "test")

    def lengths(self) -> dict[str, int]:
        """Samples of each split."""
        return {name: getattr(self.split, name) for name in self.splits}

    @model_validator(mode="after")
    def _one_place(self) -> "JhtdbSource":
        remote = [self.repository, self.revision]
        if not (all(remote) if self.path is None else remote == [None] * 2):
            raise ValueError(_PLACES)
        return self

    @model_validator(mode="after")
    def _grids_fit(self) -> "JhtdbSource":
        coarse, rest = divmod(self.resolution, self.factor)
        if rest or coarse < 2:
            raise ValueError(
                f"resolution {self.resolution}: factor {self.factor} must divide it, and leave at least 2 coarse voxels"
            )
        if coarse == 3:
            raise ValueError(f"resolution {self.resolution}: 3 coarse voxels along an edge look like 3 components")
        return self

    @model_validator(mode="after")
    def _columns_fit(self) -> "JhtdbSource":
        if len(self.columns.coarse) > self.context:
            raise ValueError(f"columns.coarse: {len(self.columns.coarse)} columns for {self.context} frames (context)")
        return self


class JhtdbData(Strict):
    """One dataset of pieces: how many of them there are to train on."""

    boxes: PositiveInt = Field(
        description="training samples, the first so many of the published ones: data-size axis; at most split.train"
    )
