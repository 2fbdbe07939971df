"""Directional derivatives of any map: by forward mode, else by two backward passes, else by central differences."""

from collections.abc import Callable

import torch

from equidyn.symmetry.directional import directional, norms

Map = Callable[[torch.Tensor], torch.Tensor]


class Differentiated:
    """(f, point, direction) -> f(point), J_f(point) [direction], by the first way that f allows.

    method: how; error: relative error of central differences, estimated from two steps; 0 for the others, which are
    exact to round-off. Of several calls, the worst.
    """

    WAYS = ("forward mode", "two backward passes", "central differences")

    def __init__(self) -> None:
        self.method, self.error = self.WAYS[0], 0.0

    def __call__(
        self, function: Map, point: torch.Tensor, direction: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Raises what f raises."""
        for way, derivative in zip(self.WAYS, (directional, _two_backward_passes), strict=False):
            try:
                answer, change = derivative(function, point, direction)
            except RuntimeError:  # NotImplementedError is one: f itself has been evaluated before
                continue
            if change.any() or not direction.any():
                self.method = max(self.method, way, key=self.WAYS.index)
                return answer, change
        answer, change, error = central(function, point, direction)
        self.method, self.error = self.WAYS[2], max(self.error, error)
        return answer, change


def _two_backward_passes(
    function: Map, point: torch.Tensor, direction: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """J v = d/dw (J^T w) v."""
    with torch.enable_grad():
        point = point.detach().requires_grad_()
        answer = function(point)
        weights = torch.ones_like(answer, requires_grad=True)
        (backward,) = torch.autograd.grad(answer, point, weights, create_graph=True)
        return answer.detach(), torch.autograd.grad(backward, weights, direction)[0]


@torch.no_grad()
def central(function: Map, point: torch.Tensor, direction: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, float]:
    """f(point), (f(point + h v) - f(point - h v)) / 2 h, and by how much that differs from a step of 2 h, relative.

    h: the cube root of the precision, where errors of truncation and round-off are about as large, times the ratio of
    the sizes of point and v.
    """
    size = norms(direction[None]).item()
    step = torch.finfo(point.dtype).eps ** (1 / 3) * (norms(point[None]).item() or 1.0) / (size or 1.0)
    near, far = (
        (function(point + h * direction) - function(point - h * direction)).double() / (2 * h) for h in (step, 2 * step)
    )
    answer, length = function(point), norms(near[None]).item()
    return answer, near.to(answer), norms((near - far)[None]).item() / length if length else 0.0
