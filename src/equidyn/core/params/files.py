"""Data of a user's own in files: what params.yaml says of them, whatever kind of data they hold.

A domain admits them by a subclass of FilesSource in its params, with the axes that its task asks for, and a module
source/files.py that makes its kind of dataset of what core/data/files.py reads.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from equidyn.core.params.base import DatasetSettings, SourceSettings
from equidyn.core.params.types import Blocks, NonNegativeFloat, NonNegativeInt, PositiveInt, Seed, Strict

ENDINGS = (".npy", ".npz", ".h5", ".hdf5", ".parquet")
Axis = Literal["simulation", "image", "set", "time", "component", "point", "z", "y", "x"]
Span = Annotated[tuple[NonNegativeInt, PositiveInt], Field(strict=False, description="places in time [start, stop)")]


class SplitOfSamples(Strict):
    """Train, validation and test are different simulations, images or sets: so many of each."""

    by: Literal["sample"]
    train: PositiveInt = Field(description="for training")
    validation: PositiveInt = Field(description="for validation")
    test: PositiveInt = Field(description="for testing")


class SplitOfFiles(SplitOfSamples):
    """The same, each from a file of its own; so many of each are used."""

    by: Literal["file"]


class SplitOfTime(Strict):
    """Train, validation and test are different times of the same simulations."""

    by: Literal["time"]
    train: Span
    validation: Span
    test: Span

    @model_validator(mode="after")
    def _apart(self) -> "SplitOfTime":
        spans = sorted((self.train, self.validation, self.test))
        for start, stop in spans:
            if start >= stop:
                raise ValueError(f"split: start {start} must be below stop {stop}")
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise ValueError("split: train, validation and test share places in time; let each begin where one ends")
        return self


class ThreeFiles(Strict):
    """A file for each split."""

    train: str
    validation: str
    test: str


class FilesData(DatasetSettings):
    """One dataset: its file or, with split by file, its three; and how far it is from symmetric, if that is known."""

    file: str | None = Field(
        default=None, description=f"from the folder of params.yaml; one of {', '.join(ENDINGS)}; not with split by file"
    )
    files: ThreeFiles | None = Field(default=None, description="with split by file: one for each split")
    value: NonNegativeFloat | None = Field(
        default=None, description="level of symmetry breaking, for curves along levels; 0: symmetric"
    )
    train: PositiveInt | None = Field(
        default=None, description="its own number for training; overrides source.split.train: data-size axis"
    )

    @property
    def paths(self) -> dict[str, str]:
        """Split -> its file; or all of them in one, under ""."""
        return self.files.model_dump() if self.files else {"": self.file}

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.file is None) == (self.files is None):
            raise ValueError("give either file, or files with train, validation and test")
        for path in self.paths.values():
            if not path.endswith(ENDINGS):
                raise ValueError(f"{path!r}: not one of {', '.join(ENDINGS)}")
        return self


def own_files(study: Any, dataset: str) -> list[str]:
    """Files of the user's own from which a dataset of a study is made."""
    entry = study.datasets[dataset]
    return [reduce(getattr, key.split("."), entry) for key in study.source.watched]


def or_files(dataset: Any) -> Any:
    """The type of a domain's datasets: its own, or those in files, told apart by their keys."""
    # Tags in brackets, so that none is taken for a key.
    return Annotated[Annotated[dataset, Tag("(own)")] | Annotated[FilesData, Tag("(files)")], Discriminator(_tag)]


def _tag(entry: Any) -> str:
    keys = entry if isinstance(entry, dict) else getattr(type(entry), "model_fields", ())
    return "(files)" if "file" in keys or "files" in keys else "(own)"


class FilesSource(SourceSettings):
    """Arrays of a user's own.

    order: axes that datasets of the domain have, the samples' first; optional: of those that files may lack, one long;
    equal: axes that must be as long as each other, for the group that acts; labelled: whether samples have classes.
    """

    makes = (FilesData,)
    own_words = False
    order: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()
    equal: ClassVar[tuple[str, ...]] = ()
    labelled: ClassVar[bool] = False

    kind: Literal["files"]
    axes: list[Axis] = Field(min_length=1, description="of the array, in the order in which the file has them")
    sizes: dict[Axis, PositiveInt] = Field(description="length of each axis but the samples', whose are in split")
    key: str | None = Field(default=None, description="name of the array in npz or HDF5, of the column in parquet")
    labels: str | None = Field(default=None, description="the same of the classes, whole numbers from 0")
    units: str = Field(default="1", description="of the values, for the data card")
    split: Annotated[SplitOfSamples | SplitOfFiles | SplitOfTime, Field(discriminator="by")]
    blocks: Blocks | None = Field(
        default=None, description="each with samples of its own; without, all seeds share those of `split`"
    )
    seed: Seed = Field(default=0, description="of the order in which samples are dealt out to blocks and splits")

    @property
    def watched(self) -> tuple[str, ...]:
        """The file of a dataset, or its three."""
        return tuple(f"files.{name}" for name in self.splits) if self.split.by == "file" else ("file",)

    @property
    def can_count(self) -> bool:
        """Ranges of time have no number of samples."""
        return self.split.by != "time"

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes of one sample, in the domain's order; 1 where files lack one."""
        return tuple(self.sizes.get(axis, 1) for axis in self.order[1:])

    def refuses(self, entry: FilesData) -> Iterator[str]:
        """A file where there should be three, or three where there should be one."""
        if (entry.files is not None) != (self.split.by == "file"):
            keys = "files, one for each split," if self.split.by == "file" else "file, one for all splits,"
            yield f"give {keys} since source.split is by {self.split.by}"

    def lengths(self) -> dict[str, int]:
        """How many samples, or frames, each split has."""
        if self.split.by == "time":
            return {name: stop - start for name in self.splits for start, stop in [getattr(self.split, name)]}
        return super().lengths()

    @model_validator(mode="after")
    def _axes_fit(self) -> Self:
        faults = list(self._faults())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        first, needed = self.order[0], [axis for axis in self.order if axis not in self.optional]
        if len(set(self.axes)) < len(self.axes) or not set(needed) <= set(self.axes) <= set(self.order):
            brackets = "".join(f", {axis}" for axis in self.optional)
            also = f", and may have{brackets[1:]}" if brackets else ""
            yield f"axes: must be {', '.join(needed)}, in any order{also}; got {', '.join(self.axes)}"
        elif set(self.sizes) != set(self.axes) - {first}:
            yield f"sizes: must be of {', '.join(axis for axis in self.axes if axis != first)}"
        elif len({self.sizes[axis] for axis in self.equal}) > 1:
            told = ", ".join(f"{axis} {self.sizes[axis]}" for axis in self.equal)
            yield f"sizes: {told}: must be equal, so that the grid can be turned"
        elif first not in self.axes and self.split.by != "time":
            yield f"split by {self.split.by}: the axes have no {first}; give it, or split by time"
        elif self.split.by == "time" and "time" not in self.axes:
            yield "split by time: the axes have no time"
        elif self.split.by == "time" and max(getattr(self.split, name)[1] for name in self.splits) > self.sizes["time"]:
            yield f"split by time: reaches beyond the {self.sizes['time']} places in time"
        elif self.split.by == "time" and self.blocks is not None:
            yield "blocks: not with split by time, where all seeds share the simulations"
        elif self.labelled and self.labels is None:
            yield "labels: required, the name of the classes in the files"
        elif self.labels is not None and self.key is None:
            yield "key: required beside labels, since both are in one file"
