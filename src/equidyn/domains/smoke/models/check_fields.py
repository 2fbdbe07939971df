"""How far a network on planar fields is from commuting with quarter turns."""

import torch

from equidyn.core.models.network import Network
from equidyn.symmetry.fields import FieldType

SIDES = (16, 32, 64)


def group(network: Network, inputs: FieldType) -> str:
    """All are measured under the quarter turns of the plane."""
    return "C4"


def errors(network: Network, inputs: FieldType, outputs: FieldType, dtype: torch.dtype) -> dict[str, float]:
    """Size of the grid, in words -> relative error."""
    return {f"{side} pixels": relative_error(network, noise(inputs, dtype, side), inputs, outputs) for side in SIDES}


def relative_error(network: Network, field: torch.Tensor, inputs: FieldType, outputs: FieldType) -> float:
    """max_g ||f(g x) - g f(x)|| / ||f(x)|| on field (batch, inputs.channels, n, n)."""
    with torch.no_grad():
        answer = network(field)
        gaps = [network(inputs.act(field, turns)) - outputs.act(answer, turns) for turns in (1, 2, 3)]
    return max((gap.norm() / answer.norm()).item() for gap in gaps)


def noise(inputs: FieldType, dtype: torch.dtype, side: int = min(SIDES)) -> torch.Tensor:
    """Noise, the same at each call: the largest test of a symmetry, having no symmetry itself."""
    generator = torch.Generator().manual_seed(side)
    return torch.randn(2, inputs.channels, side, side, generator=generator, dtype=dtype)
