"""Handwritten digits: MNIST from the Hugging Face Hub, or the small set that scikit-learn brings along."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from equidyn.core.params.hub import Repository, RepositoryPath, Revision
from equidyn.core.params.types import NonNegativeInt, PositiveInt, Strict

Origin = Literal["huggingface", "optdigits"]


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


class DigitsSource(Strict):
    """Images of handwritten digits, side x side pixels from 0 (paper) to 1 (ink)."""

    serves: ClassVar[tuple[str, ...]] = ("reconstruct", "recognise")  # kinds of the tasks that it has data for
    unit: ClassVar[str] = "images"  # of lengths()

    kind: Literal["digits"]
    repository: Repository = Field(description="dataset on the Hugging Face Hub, owner/name, of origin huggingface")
    revision: Revision = Field(description="its commit, 40 hexadecimal digits")
    files: FilesOfDigits
    side: Annotated[int, Field(ge=4, le=28)] = Field(
        description="pixels per side; from 28 by averaging over areas, which commutes with quarter turns"
    )
    split: SplitOfImages
    seed: NonNegativeInt = Field(description="seed of the choice of images")

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits, test splits last."""
        return ("train", "validation", "test")

    def lengths(self) -> dict[str, int]:
        """Images of each split, at most."""
        return {name: getattr(self.split, name) for name in self.splits}


class DigitsData(Strict):
    """One dataset of digits: where its images come from, and how many there are to train on."""

    origins: list[Origin] = Field(
        min_length=1,
        description="tried in this order: huggingface (its cache first), optdigits (1,797 images in scikit-learn)",
    )
    train: PositiveInt | None = Field(
        default=None, description="training images; overrides source.split.train: data-size axis"
    )

    @field_validator("origins")
    @classmethod
    def _distinct(cls, origins: list[str]) -> list[str]:
        if len(set(origins)) != len(origins):
            raise ValueError("each origin at most once")
        return origins
