"""A study is a grid: datasets x variants x seeds, one task, a list of measures (DESIGN 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from equidyn.core.params import compatibility as suits
from equidyn.core.params import signatures
from equidyn.core.params.data import Dataset, Source, makes
from equidyn.core.params.hub import Hub
from equidyn.core.params.task import Task
from equidyn.core.params.training import Training, overridden
from equidyn.core.params.types import Name, NonNegativeInt, PositiveInt, Strict
from equidyn.core.params.variant import Variant
from equidyn.domains.sharing.params import Sharing


class Compute(Strict):
    """The machine. These keys may change the last digits of every result, so every cell depends on them."""

    threads: PositiveInt = Field(description="threads of a job, as both engines and torch use them")
    device: Literal["auto", "cpu", "cuda"] = Field(description="auto: a GPU if there is one")
    precision: Literal["auto", "fp32", "bf16"] = Field(
        description="of training; auto: bf16 where the processor has AMX or there is a GPU, else fp32"
    )


class MeasureSettings(Strict):
    """A measure's options, and the checkpoints at which it is taken."""

    at: list[Literal["best", "early"]] = Field(min_length=1, description="checkpoints")
    options: dict[str, Any] = Field(description="keyword-only arguments of that file's measure()")


class Study(Strict):
    """One grid of the project, with everything that its cells need."""

    seeds: list[NonNegativeInt] = Field(min_length=1, description="one training run per seed")
    source: Source = Field(description="generator, or archive, that all datasets share")
    datasets: dict[Name, Dataset] = Field(min_length=1, description="name -> what tells this dataset from the others")
    task: Task
    training: Training
    variants: dict[Name, Variant] = Field(min_length=1, description="name -> how symmetry is imposed")
    measures: dict[str, MeasureSettings] = Field(min_length=1, description="file in equidyn/measures/ -> settings")

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) != len(seeds):
            raise ValueError("seeds must be distinct")
        return seeds

    @field_validator("measures")
    @classmethod
    def _known_measures(cls, measures: dict[str, MeasureSettings]) -> dict[str, MeasureSettings]:
        for name, settings in measures.items():
            with signatures.within(name):
                signatures.known("measures", name)
            with signatures.within(name, "options"):
                signatures.checked("measures", name, settings.options)
        return measures

    @model_validator(mode="after")
    def _early_epoch_is_reached(self) -> "Study":
        for name in self.variants:
            training = self.training_of(name)
            if training.early_epoch > training.epochs:
                raise ValueError(f"early_epoch {training.early_epoch} of {name} is beyond its {training.epochs} epochs")
        return self

    @model_validator(mode="after")
    def _measured_steps_exist(self) -> "Study":
        for name, settings in self.measures.items():
            steps = settings.options.get("steps", 1)
            if steps > self.task.test_steps:
                raise ValueError(f"measures.{name}: step {steps} is beyond the {self.task.test_steps} test_steps")
        return self

    @model_validator(mode="after")
    def _source_suits_the_task(self) -> "Study":
        if self.task.kind not in self.source.serves:
            raise ValueError(f"task.kind = {self.task.kind!r}: a source of kind {self.source.kind!r} is not for it")
        return self

    @model_validator(mode="after")
    def _source_can_make_its_datasets(self) -> "Study":
        for name, entry in self.datasets.items():
            if not isinstance(entry, makes(self.source)):
                raise ValueError(f"datasets.{name}: a source of kind {self.source.kind!r} cannot make it")
            if getattr(entry, "train", None) is not None and self.source.split.by not in (
                "scene",
                "sample",
                "simulation",
            ):
                raise ValueError(
                    f"datasets.{name}.train: only a source whose splits are counted can have another number"
                )
        return self

    @model_validator(mode="after")
    def _windows_fit(self) -> "Study":
        for split, length in self.source.lengths().items():
            needed = self.task.needed(split)
            if length < needed:
                raise ValueError(f"source: {length} {self.source.unit} for {split}; {self.task.piece} needs {needed}")
        return self

    @model_validator(mode="after")
    def _parts_suit_the_task(self) -> "Study":
        found = list(suits.faults(self))
        if found:
            raise ValueError("; ".join(found))
        return self

    def training_of(self, variant: str) -> Training:
        """The study's training settings with the variant's own."""
        return overridden(self.training, self.variants[variant].training)


class Params(Strict):
    """The whole of params.yaml."""

    compute: Compute
    studies: Annotated[dict[Name, Study], Field(min_length=1, description="name -> grid")]
    sharing: Sharing | None = Field(default=None, description="pictures of parameter sharing, in the report")
    hub: Hub | None = Field(default=None, description="where finished cells are shared; docs/hub.md")

    def cells(self) -> Iterator["Cell"]:
        """Every training run of every study, in the order of params.yaml."""
        for name, study in self.studies.items():
            for dataset in study.datasets:
                for variant in study.variants:
                    for seed in study.seeds:
                        yield Cell(name, dataset, variant, seed)


@dataclass(frozen=True, order=True)
class Cell:
    """One training run: STUDY/DATASET/VARIANT/SEED."""

    study: str
    dataset: str
    variant: str
    seed: int

    def __str__(self) -> str:
        return f"{self.study}/{self.dataset}/{self.variant}/{self.seed}"


def as_json(model: Any) -> Any:
    """A sub-tree as plain JSON data, only with the keys that the file sets."""
    return model.model_dump(mode="json", exclude_unset=True)
