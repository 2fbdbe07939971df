"""Coarse frames of turbulence, in float64: filters of waves are known exactly, and turn with the field."""

import numpy as np
import pytest
import torch

from equidyn.domains.turbulence.source.coarse import FILTERS
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE

VECTOR = BoxType(CUBE, "vector", 1)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize(("resolution", "factor"), [(16, 4), (12, 4), (12, 2)])
def test_filters_turn_with_the_field(name: str, resolution: int, factor: int) -> None:
    field = torch.randn(3, *[resolution] * 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    for element in range(CUBE.order):
        one = FILTERS[name](VECTOR.act(field, element), factor)
        torch.testing.assert_close(one, VECTOR.act(FILTERS[name](field, factor), element), atol=1e-14, rtol=0)


@pytest.mark.parametrize("factor", [2, 4])
def test_filters_of_a_wave_are_exact(factor: int) -> None:
    """At the middles of coarse voxels: the sharp filter leaves a low wave and no other, the box one weakens it."""
    along = np.pi / 8 * torch.arange(16, dtype=torch.float64)
    z, y, x = torch.meshgrid(along, along, along, indexing="ij")
    coarse = 16 // factor
    middles = torch.nn.functional.avg_pool3d(torch.stack([x, y, z]), factor)
    low, high = torch.cos(x - y + 0.3), torch.sin(coarse // 2 * x + y - z + 0.2)
    at_middles = torch.cos(middles[0] - middles[1] + 0.3)
    torch.testing.assert_close(FILTERS["spectral"](low + high, factor), at_middles, atol=1e-14, rtol=0)
    half = np.pi / 16
    weaker = (np.sin(factor * half) / factor / np.sin(half)) ** 2
    torch.testing.assert_close(FILTERS["box"](low, factor), weaker * at_middles, atol=1e-14, rtol=0)
    blocks = torch.nn.functional.avg_pool3d(high[None], factor)[0]
    torch.testing.assert_close(FILTERS["box"](high, factor), blocks, atol=1e-14, rtol=0)
