"""audit/sharpness: the sharpness as the code of the blog (GRaM 2024) computes it.

From reading dgcnz/relaxed-equivariance-dynamics. Where it differs from curvature/sharpness.py: the loss at w is taken
in train mode, where batch norm uses the batch at hand, and the loss at w + t d in eval mode, where it uses running
averages, so that a net with batch norm is "sharp" at t = 0 too; the normal direction d is divided by the number N of
weights, so that its length is about N^-1/2; each batch is compared on its own; and the loss holds the regulariser.
Every look in train mode moves the running averages, from which the next perturbed copy is made.

The e2cnn package expands kernels and biases when a net goes to eval mode, which happens before the perturbation there.
So steerable nets of that kind run here with the filters of the unperturbed weights: only their norms are perturbed.
"""

import copy
from typing import Any

import torch

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.measures.quantities import Quantity
from equidyn.core.models.network import Network
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.types import PositiveInt
from equidyn.core.training.task import Batch, Task
from equidyn.curvature.audit.train_mode import train_mode
from equidyn.curvature.directions import RADII

QUANTITIES = (
    Quantity("published_mean", "as published, mean over t", "{loss}", "lower", "log"),
    Quantity("radii", "t", axis="radii", scale="log"),
    Quantity("published", "as published", "{loss}", "lower", "log", axis="radii"),
    Quantity("control", "as published, t = 0", "{loss}"),
)


def measure(
    context: EvaluationContext,
    *,
    windows: PositiveInt = 16,
    batch_size: PositiveInt = 8,
    steps: PositiveInt = 1,
    directions: PositiveInt = 5,
) -> dict[str, Any]:
    """The published function for each of `radii`, and at t = 0 (control) [loss].

    windows: training samples (of rollouts: windows), as the task chooses them; published: all, in batches of 8 to 16,
    with 6 rollout steps. published_mean: over the radii, which is the published number. Empty for a network without
    weights.
    """
    if not count_parameters(context.network):
        return {}
    chosen = context.training_sample(windows, steps)
    batches = [chosen.part(slice(start, start + batch_size)) for start in range(0, len(chosen), batch_size)]
    generator = torch.Generator().manual_seed(0)
    context.network.begin(0, 0)  # what it draws in train mode comes out alike each time
    with train_mode(context.network), torch.no_grad():
        control, *published = [_change(context, batches, radius, directions, generator) for radius in (0.0, *RADII)]
    mean = sum(published) / len(published)
    return {"published_mean": mean, "radii": list(RADII), "published": published, "control": control}


def _change(
    context: EvaluationContext, batches: list[Batch], radius: float, directions: int, generator: torch.Generator
) -> float:
    """Mean over fresh directions and batches of |loss of the perturbed copy - loss of the network in train mode|."""
    changes = []
    for _ in range(directions):
        moved = perturbed(context.network, radius, generator)
        changes += [
            _loss(context.task, moved, batch) - _loss(context.task, context.network, batch) for batch in batches
        ]
    return torch.stack(changes).abs().mean().item()


def perturbed(network: Network, radius: float, generator: torch.Generator) -> Network:
    """A copy in eval mode, each weight moved by radius x normal / N, N the number of trainable weights."""
    moved = copy.deepcopy(network).eval()
    moved.expand()
    weights = [weight for weight in moved.parameters() if weight.requires_grad]
    count = sum(weight.numel() for weight in weights)
    for weight in weights:
        weight.add_(torch.randn(weight.shape, generator=generator).to(weight), alpha=radius / count)
    return moved


def _loss(task: Task, network: Network, batch: Batch) -> torch.Tensor:
    return task.loss(network, batch) + network.penalty()
