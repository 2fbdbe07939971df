"""How far every layer of a network on images is from commuting with quarter turns, or from being invariant."""

import torch

from equidyn.domains.digits.models.images import ImageNetwork
from equidyn.symmetry.images import ImageType


def group(network: ImageNetwork, inputs: ImageType) -> str:
    """All are measured under the quarter turns of the plane."""
    return "C4"


def errors(network: ImageNetwork, inputs: ImageType, outputs: object, dtype: torch.dtype) -> dict[str, float]:
    """Name of each activation that C4 acts on -> max_g ||f(g x) - g f(x)|| / ||f(x)||, f the layers up to it."""
    images = noise(inputs, dtype)
    with torch.no_grad():
        found = network.activations(images)
        turned = {turns: network.activations(inputs.act(images, turns)) for turns in (1, 2, 3)}
    return {
        name: max(_relative(turned[turns][name], kind.act(found[name], turns)) for turns in turned)
        for name, kind in network.kinds.items()
        if kind is not None
    }


def noise(inputs: ImageType, dtype: torch.dtype) -> torch.Tensor:
    """Grey noise from 0 to 1, the same at each call: the largest test of a symmetry, having no symmetry itself."""
    generator = torch.Generator().manual_seed(inputs.side)
    return torch.rand(8, inputs.side, inputs.side, generator=generator, dtype=dtype)


def _relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    return ((found - expected).norm() / expected.norm()).item()
