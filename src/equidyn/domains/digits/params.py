"""Handwritten digits: MNIST from the Hugging Face Hub, or the small set that scikit-learn brings along."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator

from equidyn.core.params.base import DatasetSettings, SourceSettings, TaskSettings
from equidyn.core.params.files import FilesSource, or_files
from equidyn.core.params.hub import Repository, RepositoryPath, Revision
from equidyn.core.params.types import Blocks, PositiveInt, Seed, Strict

Origin = Literal["huggingface", "optdigits"]
_NAMES = {"mnist": "MNIST"}  # of repositories, as they are called


class FilesOfDigits(Strict):
    """The parquet files of the two splits that MNIST has."""

    train: RepositoryPath = Field(description="of the 60,000 training images")
    test: RepositoryPath = Field(description="of the 10,000 test images")


class SplitOfImages(Strict):
    """Train and validation are different images of the origin's training set, test of its test set."""

    by: Literal["sample"]
    train: PositiveInt = Field(description="images for training, at most; fewer where the origin has fewer")
    validation: PositiveInt = Field(description="images for validation, at most")
    test: PositiveInt = Field(description="images for testing, at most")


class DigitsData(DatasetSettings):
    """One dataset of digits: where its images come from, and how many there are to train on."""

    origins: list[Origin] = Field(
        min_length=1,
        description="tried in this order: huggingface (its cache first), optdigits (1,797 images in scikit-learn)",
    )
    train: PositiveInt | None = Field(
        default=None, description="training images; overrides source.split.train: data-size axis"
    )

    noun = "image"

    def label(self, name: str, source: "DigitsSource") -> str:
        """Its origin, if only one may be."""
        return source.name_of(self.origins[0]) if len(self.origins) == 1 else name

    def as_prepared(self, checks: Mapping[str, Any]) -> Self:
        """With the one origin that its images came from."""
        return self.model_copy(update={"origins": [checks["origin"]]})

    @field_validator("origins")
    @classmethod
    def _distinct(cls, origins: list[str]) -> list[str]:
        if len(set(origins)) != len(origins):
            raise ValueError("each origin at most once")
        return origins


class DigitsSource(SourceSettings):
    """Images of handwritten digits, side x side pixels from 0 (paper) to 1 (ink)."""

    serves = ("reconstruct", "classify_images")
    makes = (DigitsData,)
    unit = "images"

    kind: Literal["digits"]
    repository: Repository = Field(description="dataset on the Hugging Face Hub, owner/name, of origin huggingface")
    revision: Revision = Field(description="its commit, 40 hexadecimal digits")
    files: FilesOfDigits
    side: Annotated[int, Field(ge=4, le=28)] = Field(description="pixels per side; how from 28, see resize")
    resize: Literal["area", "bilinear"] = Field(
        default="area", description="area: means over areas; bilinear: with anti-aliasing, as published"
    )
    split: SplitOfImages
    blocks: Blocks | None = Field(
        default=None, description="each with images of its own; without, all seeds share those of `split`, as published"
    )
    seed: Seed = Field(description="seed of the choice of images")

    def beside(self) -> Self:
        """Images with one pixel more per side."""
        return self.model_copy(update={"side": self.side + 1})

    def name_of(self, origin: Origin) -> str:
        """What readers call an origin."""
        repository = self.repository.rpartition("/")[2]
        return _NAMES.get(repository, repository) if origin == "huggingface" else origin


class FilesOfImages(FilesSource):
    """Square grey images of a user's own, pixels from 0 to 1, with a class of each, from 0 to 9."""

    serves = ("reconstruct", "classify_images")
    order = ("image", "y", "x")
    equal = ("y", "x")
    labelled = True
    unit = "images"

    @property
    def side(self) -> int:
        """Pixels per side."""
        return self.sizes["x"]


class ReconstructTask(TaskSettings):
    """Give an image back through a narrow place: an auto-encoder, with the mean square over pixels as its loss."""

    takes = ("ImageType", "ImageType")
    contexts = ("ReconstructContext",)
    augments = ("none", "c4")
    microseconds = 1.0  # measured: 0.1

    kind: Literal["reconstruct"]

    def values(self, source: DigitsSource) -> int:
        """Pixels of an image."""
        return source.side**2


class ClassifyImagesTask(TaskSettings):
    """Tell which digit an image shows: ten logits, and the cross-entropy as its loss."""

    takes = ("ImageType", "Invariants")
    contexts = ("ClassifyImagesContext",)
    augments = ("none", "c4")
    microseconds = 3.0  # measured: 0.5

    kind: Literal["classify_images"]

    def needed(self, split: str) -> int:
        """Two images, so that one can be compared with another."""
        return 2

    def values(self, source: DigitsSource) -> int:
        """Pixels of an image."""
        return source.side**2


Source = Annotated[DigitsSource | FilesOfImages, Field(discriminator="kind")]
Dataset = or_files(DigitsData)
Task = Annotated[ReconstructTask | ClassifyImagesTask, Field(discriminator="kind")]
