"""A study is a grid: datasets x variants x seeds of one domain, one task, a list of measures (DESIGN 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Literal

from pydantic import Field, create_model, field_validator, model_validator

from equidyn.core import domain as domains
from equidyn.core.params import compatibility, signatures
from equidyn.core.params.base import DatasetSettings, SourceSettings, TaskSettings
from equidyn.core.params.control import Control
from equidyn.core.params.training import Training, overridden, stretched
from equidyn.core.params.tune import Tune, with_knob
from equidyn.core.params.types import Name, Seed, Strict
from equidyn.core.params.variant import ROOMS, Variant


class MeasureSettings(Strict):
    """A measure's options, and the checkpoints, datasets and variants of which it is taken."""

    at: list[Literal["best", "early"]] = Field(min_length=1, description="checkpoints")
    datasets: list[Name] | None = Field(default=None, min_length=1, description="of the study's, these alone; else all")
    variants: list[Name] | None = Field(default=None, min_length=1, description="of the study's, these alone; else all")
    options: dict[str, Any] = Field(description="keyword-only arguments of that file's measure()")

    def suits(self, dataset: str, variant: str) -> bool:
        """Whether it is taken of a variant trained on a dataset."""
        return dataset in (self.datasets or [dataset]) and variant in (self.variants or [variant])


class Study(Strict):
    """One grid of the project, with everything that its cells need."""

    domain: str = Field(description="kind of data: a folder of equidyn/domains/, or the dotted path of a package")
    seeds: list[Seed] = Field(min_length=1, description="one training run per seed")
    source: SourceSettings = Field(description="generator, or archive, that all datasets share")
    datasets: dict[Name, DatasetSettings] = Field(
        min_length=1, description="name -> what tells this dataset from the others"
    )
    task: TaskSettings
    training: Training
    tune: Tune | None = Field(default=None, description="a search for each variant's learning rate, and its own knob")
    variants: dict[Name, Variant] = Field(min_length=1, description="name -> how symmetry is imposed")
    measures: dict[str, MeasureSettings] = Field(min_length=1, description="file with a measure -> settings")
    control: Control | None = Field(default=None, description="runs trained for longer, to see whether errors move")

    @property
    def home(self) -> domains.Domain:
        """The study's domain."""
        return domains.find(self.domain)

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) != len(seeds):
            raise ValueError("seeds must be distinct")
        return seeds

    @field_validator("variants")
    @classmethod
    def _known_variants(cls, variants: dict[str, Variant], info: Any) -> dict[str, Variant]:
        domain = domains.find(info.data["domain"])
        for name, variant in variants.items():
            _check_variant(domain, variant, name)
            for knob, values in (variant.tune or {}).items():
                for value in values:
                    with signatures.within(name, "tune", knob):
                        _check_variant(domain, with_knob(variant, knob, value))
        return variants

    @field_validator("measures")
    @classmethod
    def _known_measures(cls, measures: dict[str, MeasureSettings], info: Any) -> dict[str, MeasureSettings]:
        domain = domains.find(info.data["domain"])
        for name, settings in measures.items():
            _check_entry(domain, "measures", name, settings.options, (name,), (name, "options"))
        return measures

    @model_validator(mode="after")
    def _is_consistent(self) -> "Study":
        found = list(compatibility.faults(self))
        if found:
            raise ValueError("; ".join(found))
        return self

    @property
    def tunes(self) -> bool:
        """Whether a stage before train finds values for its variants."""
        return self.tune is not None and self.tune.run

    def knob_of(self, variant: str, knob: str) -> Any:
        """The value that the variant's `knob` (core/params/tune.py) has here, or by default."""
        settings, (*place, name) = self.variants[variant], knob.split(".")
        if place == ["options"]:
            return signatures.checked(self.home, "models", settings.model, settings.options)[name]
        part = getattr(settings, place[0])
        return signatures.checked(self.home, ROOMS[place[0]], part.by, part.options)[name]

    def measures_of(self, cell: "Cell") -> dict[str, MeasureSettings]:
        """The measures that are taken of a cell."""
        return {name: one for name, one in self.measures.items() if one.suits(cell.dataset, cell.variant)}

    def training_of(self, variant: str) -> Training:
        """The study's training settings with the variant's own."""
        return overridden(self.training, self.variants[variant].training)

    def training_for(self, cell: "Cell") -> Training:
        """The settings with which a cell is trained: its variant's, for a control stretched by the budget."""
        training = self.training_of(cell.variant)
        return stretched(training, self.control.budget) if cell.control else training


def _check_variant(domain: domains.Domain, variant: Variant, *at: str) -> None:
    """Raise what is wrong with the options of a variant; at: its place in the tree."""
    _check_entry(domain, "models", variant.model, variant.options, (*at, "model"), (*at, "options"))
    for key, part in variant.parts():
        place = (*at, key)
        _check_entry(domain, ROOMS[key], part.by, part.options, (*place, "by"), (*place, "options"))


def _check_entry(
    domain: domains.Domain,
    room: str,
    name: str,
    options: dict[str, Any],
    name_at: tuple[str, ...],
    options_at: tuple[str, ...],
) -> None:
    """Raise, at its place in the tree, what is wrong with the name of a model or measure, or with its options."""
    with signatures.within(*name_at, value=name):
        signatures.known(domain, room, name)  # if its file is broken, what asks for it will say so
    with signatures.within(*options_at):
        signatures.checked(domain, room, name, options)


@cache
def study_model(name: str) -> type[Study]:
    """Study with the types of a domain's own sources, datasets and tasks."""
    params = domains.find(name).module("params")
    about = Study.model_fields
    return create_model(
        f"Study_{name.replace('.', '_')}",
        __base__=Study,
        __doc__=Study.__doc__,
        domain=(Literal[name], Field(description=about["domain"].description)),
        source=(params.Source, Field(description=about["source"].description)),
        datasets=(dict[Name, params.Dataset], Field(min_length=1, description=about["datasets"].description)),
        task=(params.Task, ...),
    )


@dataclass(frozen=True, order=True)
class Cell:
    """One training run: STUDY/DATASET/VARIANT/SEED; with /control behind it the same for longer (Study.control)."""

    study: str
    dataset: str
    variant: str
    seed: int
    control: bool = False

    def __str__(self) -> str:
        return f"{self.study}/{self.dataset}/{self.variant}/{self.seed}{'/control' if self.control else ''}"


def as_json(model: Any) -> Any:
    """A sub-tree as plain JSON data, only with the keys that the file sets."""
    return model.model_dump(mode="json", exclude_unset=True)


def cells_of(studies: dict[str, Study]) -> Iterator[Cell]:
    """Every training run of every study, in their order; a study's controls come after its other runs."""
    for name, study in studies.items():
        grids = [(study.datasets, study.seeds, False)]
        grids += [(study.control.datasets, study.control.seeds, True)] if study.control else []
        for datasets, seeds, control in grids:
            for dataset, variant, seed in product(datasets, study.variants, seeds):
                yield Cell(name, dataset, variant, seed, control)
