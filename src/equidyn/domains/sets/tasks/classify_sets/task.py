"""The task classify: to which of two classes a sample belongs."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from equidyn.core.data.labelled import Labelled
from equidyn.core.models.network import Network
from equidyn.core.training.labelled import LabelledTask, Samples, share
from equidyn.domains.sets.params import ClassifySetsTask, GaussianSource
from equidyn.symmetry.sets import Invariants, SetType


class ClassifySets(LabelledTask):
    """Samples of two classes, and the cross-entropy of a network's logits.

    Inputs are sets (sample, points, dimensions); labels (sample,) float, 1 for the second class.
    float32 throughout: sets are too small to gain by narrower numbers.
    """

    def __init__(self, settings: ClassifySetsTask, dataset: Labelled, device: torch.device) -> None:
        self.settings, self.device, self.attributes = settings, device, dataset.attributes
        self.inputs, self.outputs = classify_sets_types(*dataset.inputs.shape[1:])
        self.splits = {name: self.placed(*dataset.of(name)) for name in dataset.splits}

    def placed(self, inputs: np.ndarray, labels: np.ndarray) -> Samples:
        """Arrays as samples on the task's device."""
        return Samples(torch.from_numpy(inputs).to(self.device), torch.from_numpy(labels).float().to(self.device))

    def sample(self, split: str, count: int, steps: int = 1) -> Samples:
        """The first `count` samples (all, if there are fewer): classes alternate, so both are in equal numbers."""
        return self.splits[split].part(slice(0, count))

    def loss(self, network: Network, batch: Samples) -> torch.Tensor:
        """Mean binary cross-entropy [nats]."""
        return cross_entropy(network(batch.inputs), batch.labels)

    def predictions(self, network: Network, inputs: torch.Tensor) -> torch.Tensor:
        """Logits (sample, 1) of sets (sample, points, dimensions), without gradients."""
        with torch.no_grad():
            return network(inputs)

    def rates(self, logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean binary cross-entropy [nats], and accuracy."""
        return cross_entropy(logits, labels), accuracy(logits, labels)


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy of logits (sample, 1) against labels (sample,) [nats]."""
    return functional.binary_cross_entropy_with_logits(logits[:, 0], labels)


def accuracy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Share of samples on whose side of 0 the logit (sample, 1) lies; a logit of exactly 0 says the first class."""
    return share((logits[:, 0] > 0) == (labels > 0.5), logits)


def classify_sets_types(points: int, dimensions: int) -> tuple[SetType, Invariants]:
    """From a set of vectors to the logit of the second of two classes."""
    return SetType(points, dimensions), Invariants(1)


def io_types(task: ClassifySetsTask, source: GaussianSource) -> tuple[Any, Any]:
    """Types of the inputs and outputs of the networks of a study."""
    return classify_sets_types(source.points, source.dimensions)


TASK, DATASET = ClassifySets, Labelled
