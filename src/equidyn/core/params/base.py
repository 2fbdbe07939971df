"""What core asks of the sources, datasets and tasks that domains define (equidyn/domains/*/params)."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from equidyn.core.params.types import Strict


class DatasetSettings(Strict):
    """What tells one dataset of a study from the others. noun: what its samples are called, in the singular."""

    noun: ClassVar[str] = "sample"

    @property
    def own_size(self) -> int | None:
        """Its own number of training samples, of classes with a field `train`; None: what the source says."""
        return getattr(self, "train", None)

    @property
    def breaking(self) -> float | None:
        """Its level of symmetry breaking, 0 for symmetric data, of classes with a `value`; None: it has none."""
        return getattr(self, "value", None)

    @property
    def fresh(self) -> bool:
        """Whether each epoch draws its training samples anew."""
        return False

    def label(self, name: str, source: Any) -> str:
        """What readers see of it, beside its number of training samples; name: its key in params.yaml."""
        return name

    def as_prepared(self, checks: Mapping[str, Any]) -> Self:
        """The same with what its preparation chose, where params.yaml leaves a choice; checks: of the dataset."""
        return self


class SourceSettings(Strict):
    """Where the datasets of a study come from. Subclasses have a field `kind`, the name of their module in source/.

    serves: kinds of the tasks that it has data for; makes: classes of datasets that it can make; unit: of `lengths`;
    splits: names of the splits, test splits last; own_words: whether the domain's report has words for its data.
    """

    serves: ClassVar[tuple[str, ...]]
    makes: ClassVar[tuple[type[DatasetSettings], ...]]
    unit: ClassVar[str] = "samples"
    splits: ClassVar[tuple[str, ...]] = ("train", "validation", "test")
    own_words: ClassVar[bool] = True

    @property
    def watched(self) -> tuple[str, ...]:
        """Dotted keys of a dataset's entry that name files of the user's own; engines look whether those change."""
        return ()

    def refuses(self, entry: DatasetSettings) -> Iterator[str]:
        """What is wrong with a dataset, of a class that it makes, in words."""
        return iter(())

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files, as of core/params/signatures.py, by which it makes its datasets."""
        return ()

    @property
    def input_grid(self) -> tuple[int, ...]:
        """Cells along each axis of what networks are given, of data on grids; () where the types of inputs say it."""
        return ()

    def beside(self) -> Self | None:
        """The same source with samples one larger, so odd for even: what networks are checked on too, of those that are
        built for one size. None: `input_grid` says it, or samples have no size."""
        return None

    @property
    def block_count(self) -> int:
        """Disjoint blocks that a dataset holds, block 0 for tuning; 1, without `blocks`, seeds share all."""
        return 1 + (getattr(self, "blocks", None) or 0)

    def lengths(self) -> dict[str, int]:
        """How many samples, or frames, each split has at most."""
        return {name: getattr(self.split, name) for name in self.splits}

    @property
    def can_count(self) -> bool:
        """Whether a dataset may have its own number of training samples."""
        return True


class TaskSettings(Strict):
    """What a network is trained to do. Subclasses have a field `kind`, the name of their package in tasks/.

    takes: types that a model's build() takes, as they are written there; contexts: those that a measure may take;
    augments: groups that may move training samples; treats, relaxes: types that a treatment or a relaxation may take,
    none if variants may have no such key; imposes: whether they may have `impose`; piece: what `needed` counts for, in
    words; microseconds: of one core for one value of one training sample, measured, from above.
    """

    takes: ClassVar[tuple[str, ...]]
    contexts: ClassVar[tuple[str, ...]]
    augments: ClassVar[tuple[str, ...]] = ("none",)
    treats: ClassVar[tuple[str, ...]] = ()
    relaxes: ClassVar[tuple[str, ...]] = ()
    imposes: ClassVar[bool] = False
    piece: ClassVar[str] = "the task"
    microseconds: ClassVar[float]

    @property
    def steps(self) -> int:
        """Steps of a test, of tasks with a field `test_steps`."""
        return getattr(self, "test_steps", 1)

    def needed(self, split: str) -> int:
        """How many samples, or frames, a split must have."""
        return 1

    def values(self, source: SourceSettings) -> int:
        """Numbers that a network answers with for one sample: what its cost grows with."""
        raise TypeError(f"{type(self).__name__} must define values()")

    def faults(self, study: Any) -> Iterator[str]:
        """What else of a study does not suit the task, in words."""
        return iter(())
