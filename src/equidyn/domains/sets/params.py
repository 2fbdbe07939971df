"""Sets of Gaussian vectors of two variances: which of the two did a set come from? (DESIGN 5, study gaussian)"""

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from equidyn.core.params import signatures
from equidyn.core.params.base import DatasetSettings, SourceSettings, TaskSettings
from equidyn.core.params.files import FilesSource, or_files
from equidyn.core.params.types import MOST, Blocks, PositiveInt, Seed, Strict, real
from equidyn.symmetry import permutations

Spread = real(ge=1e-6, le=1e6)  # so that squares of values, too, fit single precision
Samples = Annotated[int, Field(ge=2, le=MOST)]  # fewer could not hold both classes


class SplitOfSamples(Strict):
    """Train, validation and test are different samples; half of each are of the first class."""

    by: Literal["sample"]
    train: Samples = Field(description="sets for training")
    validation: Samples = Field(description="sets for validation")
    test: Samples = Field(description="sets for testing")


class GaussianData(DatasetSettings):
    """One dataset of Gaussian sets: how its training samples come about, and how many there are."""

    sampling: Literal["static", "fresh"] = Field(
        description="static: every epoch trains on the stored training samples; fresh: on as many new ones"
    )
    train: Samples | None = Field(
        default=None, description="training samples; overrides source.split.train: data-size axis"
    )

    noun = "set"

    def label(self, name: str, source: Any) -> str:
        """How its training samples come about."""
        return self.sampling

    @property
    def fresh(self) -> bool:
        """Whether each epoch draws them anew."""
        return self.sampling == "fresh"


class GaussianSource(SourceSettings):
    """Sets of `points` vectors in `dimensions` dimensions, all of whose values are independent and of mean 0."""

    serves = ("classify_sets",)
    makes = (GaussianData,)

    kind: Literal["gaussian"]
    points: PositiveInt = Field(description="n, vectors in a set")
    dimensions: PositiveInt = Field(description="d, components of a vector")
    spreads: Annotated[tuple[Spread, Spread], Field(strict=False)] = Field(
        description="of the values of the first class and of the second [1]; if equal, nothing can be learnt"
    )
    parameter: Literal["variance", "std"] = Field(description="what spreads are: variances, or standard deviations")
    split: SplitOfSamples
    blocks: Blocks
    seed: Seed = Field(description="seed of the sets")

    def beside(self) -> Self:
        """Sets with one vector more."""
        return self.model_copy(update={"points": self.points + 1})

    @property
    def variances(self) -> tuple[float, float]:
        """Variance of a value in the first class and in the second [1]."""
        first, second = self.spreads
        return (first, second) if self.parameter == "variance" else (first**2, second**2)

    @property
    def deviations(self) -> tuple[float, float]:
        """Standard deviation of a value in the first class and in the second [1]."""
        first, second = self.spreads
        return (first, second) if self.parameter == "std" else (math.sqrt(first), math.sqrt(second))

    def with_train(self, samples: int | None) -> "GaussianSource":
        """The same source with so many training samples (None: its own)."""
        if samples is None:
            return self
        return self.model_copy(update={"split": self.split.model_copy(update={"train": samples})})


class FilesOfSets(FilesSource):
    """Sets of vectors of a user's own, with a class of each: 0 or 1."""

    serves = ("classify_sets",)
    order = ("set", "point", "component")
    labelled = True

    @property
    def points(self) -> int:
        """n, vectors in a set."""
        return self.sizes["point"]

    @property
    def dimensions(self) -> int:
        """d, components of a vector."""
        return self.sizes["component"]


class ClassifySetsTask(TaskSettings):
    """Tell which of two classes a sample is of: one logit, and the cross-entropy as its loss."""

    takes = ("SetType", "Invariants")
    contexts = ("ClassifySetsContext",)
    augments = ("none", "permutations")
    imposes = True
    microseconds = 25.0  # measured: 5

    kind: Literal["classify_sets"]

    def needed(self, split: str) -> int:
        """One sample of each class."""
        return 2

    def values(self, source: GaussianSource) -> int:
        """Numbers in a set."""
        return source.points * source.dimensions

    def faults(self, study: Any) -> Iterator[str]:
        """What is wrong with the groups that impositions average over."""
        for name, variant in study.variants.items():
            if variant.impose:
                options = signatures.checked(study.home, "impose", variant.impose.by, variant.impose.options)
                faults = _group_faults(options, study.source.points)
                yield from (f"variants.{name}.impose.options.{fault}" for fault in faults)


def _group_faults(options: dict[str, Any], points: int) -> Iterator[str]:
    """What is wrong with the group that an imposition averages over, if it names one."""
    wanted = options.get("group")
    if wanted is None:
        return
    if (wanted == "generated") != bool(options["generators"]):
        yield "generators: needed with group: generated, and only there"
        return
    try:
        group = {"cyclic": permutations.cyclic, "symmetric": permutations.symmetric}.get(wanted)
        found = group(points) if group else permutations.generated(options["generators"])
    except ValueError as fault:
        yield f"generators: {fault}"
        return
    if found.degree != points:
        yield f"generators: they permute {found.degree} points; the sets have {points}"
    if found.order > permutations.MOST_ELEMENTS:
        yield (
            f"group: {found.name} has {found.order:,} elements, and at most {permutations.MOST_ELEMENTS:,} are "
            "averaged over; take a smaller group, or impose by sampled"
        )


Source = Annotated[GaussianSource | FilesOfSets, Field(discriminator="kind")]
Dataset = or_files(GaussianData)
Task = ClassifySetsTask
