"""Random directions in weight space, and how much a loss changes along them."""

from collections.abc import Callable

import torch

from equidyn.curvature.landscape import Landscape

RADII = (0.1, 0.4, 0.7, 1.0)  # as in the published code of Zhao et al. 2023 (arXiv 2305.13404)


def towards(landscape: Landscape, count: int, seed: int = 0) -> dict[str, torch.Tensor]:
    """Directions, each (count, weights): "sphere", uniform on the unit sphere; "adaptive", the same by filter."""
    sphere = sphere_directions(landscape.point, count, seed)
    adaptive = torch.stack([filter_normalised(landscape, direction) for direction in sphere])
    return {"sphere": sphere, "adaptive": adaptive}


def mean_change(
    loss: Callable[[torch.Tensor], float], point: torch.Tensor, here: float, directions: torch.Tensor, radius: float
) -> float:
    """Mean of `changes`."""
    found = changes(loss, point, here, directions, radius)
    return sum(found) / len(found)


def changes(
    loss: Callable[[torch.Tensor], float], point: torch.Tensor, here: float, directions: torch.Tensor, radius: float
) -> list[float]:
    """|loss(point + radius d) - here| of each direction d of (count, weights), where here = loss(point)."""
    return [abs(loss(point + radius * direction) - here) for direction in directions]


def sphere_directions(point: torch.Tensor, count: int, seed: int = 0) -> torch.Tensor:
    """Directions uniform on the unit sphere around `point`, (count, weights); the same at each call."""
    drawn = torch.randn(count, len(point), generator=torch.Generator().manual_seed(seed)).to(point)
    return drawn / drawn.norm(dim=1, keepdim=True)


def filter_normalised(landscape: Landscape, direction: torch.Tensor) -> torch.Tensor:
    """The direction with each filter scaled to the norm of the network's filter (Li et al. 2018, arXiv 1712.09913).

    A filter: a slice along the first axis of a weight, which is an output field, or a bank of filters. Biases and
    norms stay as they are, as in that paper.
    """
    parts, weights = landscape.parts(direction).values(), landscape.parts(landscape.point).values()
    return torch.cat([_scaled(part, weight).flatten() for part, weight in zip(parts, weights, strict=True)])


def _scaled(part: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    if weight.dim() < 2:
        return torch.zeros_like(part)
    ratios = weight.flatten(1).norm(dim=1) / part.flatten(1).norm(dim=1)
    return part * ratios.view(-1, *[1] * (part.dim() - 1))
