"""What a measure looks at: a network at one checkpoint, and its task."""

from dataclasses import dataclass
from typing import Any

import torch

from equidyn.core.errors import EquidynError
from equidyn.core.models.network import Network
from equidyn.core.params.study import Study
from equidyn.core.training.task import Batch, Task, module_of


@dataclass(frozen=True)
class EvaluationContext:
    """A network in eval mode and float32, and its task.

    weight_decay: of its training, where weight_decay ||w||^2 / 2 is added to the loss. history: rows of history.csv.
    """

    network: Network
    task: Task
    weight_decay: float = 0.0
    history: tuple[dict[str, float | None], ...] = ()

    def training_sample(self, count: int, steps: int = 1) -> Batch:
        """`count` training samples (all, if there are fewer), with targets over `steps` steps of the training loss."""
        allowed = self.task.loss_steps
        if steps > allowed:
            raise EquidynError(
                f"measures: options.steps = {steps}, but the training loss has {allowed} (task.train_steps)"
            )
        return self.task.sample("train", count, steps)

    def example(self) -> dict[str, torch.Tensor]:
        """Predictions that the report shows, by name."""
        raise TypeError(f"{type(self).__name__} must define example()")


def context_of(study: Study, *parts: Any) -> EvaluationContext:
    """The context of a study's task, from its fields; its class lies in the domain's tasks/KIND/context.py."""
    return module_of(study, "context").CONTEXT(*parts)
