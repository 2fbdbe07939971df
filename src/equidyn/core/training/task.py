"""What the training loop and the measures expect of a task, whatever it asks of a network.

A task of kind K lies in its domain's tasks/K/: task.py holds its class, the class of its datasets and the types between
which networks map, recipe.py how a variant is trained on it, context.py what its measures look at. They are imported by
name, so that a change of one task re-runs only its own cells.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

import torch

from equidyn.core.data.store import Stored, read
from equidyn.core.domain import imported
from equidyn.core.errors import EquidynError
from equidyn.core.models.network import Network
from equidyn.core.params import signatures
from equidyn.core.params.study import Study
from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant


class Batch(ABC):
    """Inputs with their targets."""

    @abstractmethod
    def __len__(self) -> int:
        """Number of inputs."""

    @abstractmethod
    def part(self, chosen: slice) -> Self:
        """Some of the inputs with their targets."""


class Task(ABC):
    """Inputs and targets from one dataset, and the loss of a network on them.

    inputs, outputs: types between which the network maps; device: where the data are; tests: names of the test splits,
    the principal one first; loss_steps: steps that the training loss has; mixed: whether bf16 may be used in training.
    """

    inputs: Any
    outputs: Any
    device: torch.device
    tests: tuple[str, ...]
    loss_steps: int = 1
    mixed: ClassVar[bool] = False

    @abstractmethod
    def sample(self, split: str, count: int, steps: int) -> Batch:
        """`count` inputs (all, if there are fewer) that stand for a split, with targets over `steps` steps."""

    @abstractmethod
    def loss(self, network: Network, batch: Batch) -> torch.Tensor:
        """The training loss, differentiable: a mean over the batch. Without regularisers and weight decay."""


class TrainingRecipe(ABC):
    """How one variant is trained on a task.

    columns: what is recorded of each training step, the loss first; score: the number of `validate` that decides which
    epoch is best (the lower the better); memory: what it keeps of the steps before, changed in place: a resumed run has
    it again.
    """

    columns: Sequence[str]
    score: str
    memory: Mapping[str, torch.Tensor] = MappingProxyType({})

    @abstractmethod
    def batches(self, epoch: int) -> Iterable[Any]:
        """The epoch's batches: a function of the run's seed and the epoch alone, so that a resumed run repeats them."""

    @abstractmethod
    def loss(self, network: Network, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """What is minimised, without the network's own regulariser; and the values of `columns`, (column,)."""

    def recorded(self, means: Sequence[float] | None) -> dict[str, float | None]:
        """The epoch's means of `columns` for history.csv, so of weights that still moved; None: before training."""
        return dict(zip(self.columns, means or [None] * len(self.columns), strict=True))

    @abstractmethod
    def validate(self, network: Network) -> dict[str, float]:
        """What history.csv holds of the validation split."""


def io_types(study: Study) -> tuple[Any, Any]:
    """Types of the inputs and outputs of every network of a study."""
    return module_of(study, "task").io_types(study.task, study.source)


def dataset_of(study: Study, path: Path, seed: int) -> Stored:
    """What a seed sees of the dataset at `path`, which must be of the kind that the study's task works on."""
    return read(path, module_of(study, "task").DATASET, seed)


def task_of(study: Study, dataset: Stored, device: torch.device) -> Task:
    """The study's task on a dataset."""
    return module_of(study, "task").TASK(study.task, dataset, device)


def recipe_of(study: Study, task: Task, variant: Variant, training: Training, seed: int) -> TrainingRecipe:
    """How a variant is trained on the study's task; its treatment, if it has one, is put around that.

    Raises EquidynError, in the treatment's words, if it does not suit the task.
    """
    recipe = module_of(study, "recipe").RECIPE(task, variant, training, seed)
    if variant.treatment is None:
        return recipe
    offers, options = _treatment(study, variant)
    try:
        return offers.treat(recipe, **options)
    except ValueError as fault:
        raise EquidynError(f"treatment {variant.treatment.by}: {fault}") from fault


def check_treatment(study: Study, name: str, network: Network, inputs: Any) -> None:
    """Ask the treatment of variant `name`, if it has one, whether it suits its network, from `inputs`: its `suits`.

    Raises EquidynError, in the treatment's words, if not.
    """
    variant = study.variants[name]
    offers, options = _treatment(study, variant) if variant.treatment else (None, {})
    try:
        if hasattr(offers, "suits"):
            offers.suits(network, inputs, **options)
    except ValueError as fault:
        raise EquidynError(f"variants.{name}.treatment.{fault}") from fault


def _treatment(study: Study, variant: Variant) -> tuple[Any, dict[str, Any]]:
    """The module of a variant's treatment, and its options."""
    wanted = variant.treatment
    options = signatures.checked(study.home, "treatments", wanted.by, wanted.options)
    return imported(signatures.module(study.home, "treatments", wanted.by)), options


def module_of(study: Study, file: str) -> Any:
    """A module of the study's task: "task", "recipe" or "context"."""
    return study.home.module("tasks", study.task.kind, file)
