"""The training loss as a function of the weights: its values, and products of its Hessian with vectors.

Samples, mode (eval) and precision are fixed, so that two values differ by the weights alone. The network itself is left
as it is: other weights are put in its place for the length of one evaluation.
"""

from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.func import functional_call

# Tensors that the graph of a gradient may keep [bytes]; a product takes about twice as much again while it runs.
GRAPH_BYTES = 1_000_000_000


class Batch(Protocol):
    """Samples, such as those of core/training/task.py."""

    def __len__(self) -> int:
        """Number of samples."""

    def part(self, chosen: slice) -> Self:
        """Some of them."""


class Task(Protocol):
    """What the loss is, such as a task of core/training/task.py."""

    def loss(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """A mean over the batch, differentiable."""


def split_batch(batch: Batch, count: int) -> list[Batch]:
    """The samples dealt out to `count` batches (fewer, if there are fewer samples), each spread over all of them."""
    count = min(count, len(batch))
    return [batch.part(slice(first, None, count)) for first in range(count)]


@runtime_checkable
class Kinked(Protocol):
    """A task whose loss may have kinks: they are most of its curvature, and second derivatives do not see them."""

    def smoothed(self) -> Task:
        """The same task with a loss that has none, for looking at curvature."""


def smooth(task: Task) -> Task:
    """The task whose loss may be differentiated twice: itself, unless its loss has kinks."""
    return task.smoothed() if isinstance(task, Kinked) else task


class Landscape(nn.Module):
    """L(w): the task's loss on a batch, for a flat vector w of all trainable weights.

    Without the regulariser and the weight decay of training.
    """

    def __init__(self, network: nn.Module, task: Task, batch: Batch) -> None:
        super().__init__()
        self.network, self.task, self.batch = network, task, batch
        weights = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
        self.shapes = {name: weight.shape for name, weight in weights.items()}
        self.point = torch.cat([weight.detach().flatten() for weight in weights.values()])

    def forward(self, batch: Batch) -> torch.Tensor:
        """The loss at the weights that the network has just now."""
        return self.task.loss(self.network, batch)

    def loss(self, point: torch.Tensor, batch: Batch | None = None) -> torch.Tensor:
        """L(point), differentiable; point: (weights,). On some of the samples, or on all."""
        weights = {f"network.{name}": part for name, part in self.parts(point).items()}
        return functional_call(self, weights, (self.batch if batch is None else batch,))

    def value(self, point: torch.Tensor) -> float:
        """L(point) as a number."""
        with torch.no_grad():
            return self.loss(point).item()

    def parts(self, vector: torch.Tensor) -> dict[str, torch.Tensor]:
        """A flat vector as views in the shapes of the weights, by name."""
        pieces = vector.split([shape.numel() for shape in self.shapes.values()])
        return {name: piece.view(shape) for (name, shape), piece in zip(self.shapes.items(), pieces, strict=True)}


@dataclass(frozen=True)
class _Slope:
    """The gradient of the loss at a point, with the graph that it was made by."""

    point: torch.Tensor
    gradient: torch.Tensor

    def times(self, vector: torch.Tensor, keep: bool) -> torch.Tensor:
        """H v by differentiating gradient . v: as one number, since torch loads sympy to check a given cotangent."""
        if not self.gradient.requires_grad:  # a loss that is linear in the weights
            return torch.zeros_like(vector)
        slope = self.gradient @ vector
        return torch.autograd.grad(slope, self.point, retain_graph=keep, materialize_grads=True)[0]


class Hessian:
    """v -> H v of a landscape at the network's weights, exact to round-off; counts its products.

    Reverse over reverse: forward over reverse took as long or longer, and torch.func loads torch's compiler. The graph
    of the gradient is kept from product to product if it fits into `graph_bytes`. If not, the samples are split, and
    each part's graph is built anew for every product (half as much work again): the loss is a mean over samples, so
    the products add up. graph_bytes: None: the batch is one whole, as that of a batch norm in train mode.
    """

    def __init__(self, landscape: Landscape, graph_bytes: int | None = GRAPH_BYTES) -> None:
        self.landscape, self.products = landscape, 0
        count = len(landscape.batch) if graph_bytes is not None else 1
        fitting = graph_bytes // max(1, _graph_bytes(landscape)) if count > 1 else 1
        self.parts = split_batch(landscape.batch, -(-count // max(1, fitting)))
        self._kept = _slope(landscape, self.parts[0]) if len(self.parts) == 1 else None

    def __call__(self, vector: torch.Tensor) -> torch.Tensor:
        """H v; vector: (weights,)."""
        self.products += 1
        if self._kept is not None:
            return self._kept.times(vector, keep=True)
        product = torch.zeros_like(vector)
        for part in self.parts:
            share = len(part) / len(self.landscape.batch)
            product.add_(_slope(self.landscape, part).times(vector, keep=False), alpha=share)
        return product


def _slope(landscape: Landscape, batch: Batch) -> _Slope:
    point = landscape.point.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(landscape.loss(point, batch), point, create_graph=True)
    return _Slope(point, gradient)


def _graph_bytes(landscape: Landscape) -> int:
    """What the graph of the gradient keeps for one sample."""
    sizes: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        _slope(landscape, landscape.batch.part(slice(0, 1)))
    return sum(sizes.values())
