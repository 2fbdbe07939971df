"""The convolution channel by channel against the sum that it stands for, with first and second derivatives."""

from itertools import product

import pytest
import torch

from equidyn.grids import tiles as tiling
from equidyn.grids.depthwise import depthwise
from equidyn.grids.tiles import buffer_for, surrounded, tiles

SHAPES = [(2, 3, 4, 5, 3), (1, 2, 1, 2, 1), (1, 2, 6, 6, 6)]
OFFSETS = list(product((-1, 0, 1), repeat=3))
PRECISIONS = [(torch.float64, 1e-13), (torch.float32, 1e-5), (torch.bfloat16, 2e-2)]


@pytest.fixture(params=[2_000_000, 500, 1], ids=["one tile", "some tiles", "a tile per line"])
def size(request, monkeypatch):
    monkeypatch.setattr(tiling, "TILE_BYTES", request.param)


def _moved(field: torch.Tensor, axis: int, step: int, periodic: bool) -> torch.Tensor:
    """The value at p + step along an axis."""
    moved = field.roll(-step, axis)
    if step and not periodic:
        moved = moved.clone()
        moved.narrow(axis, -1 if step > 0 else 0, 1).zero_()
    return moved


def _plain(field: torch.Tensor, kernel: torch.Tensor, periodic: bool) -> torch.Tensor:
    """sum over offsets of kernel[channel, offset] field[channel, p + offset], by its definition."""
    total = torch.zeros_like(field)
    for offset in OFFSETS:
        moved = field
        for axis, step in zip((2, 3, 4), offset, strict=True):
            moved = _moved(moved, axis, step, periodic)
        z, y, x = (step + 1 for step in offset)
        total = total + kernel[:, z, y, x][:, None, None, None] * moved
    return total


def _given(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(len(shape) + shape[2])
    field = torch.randn(shape, generator=generator, dtype=torch.float64)
    kernel = torch.randn(shape[1], 3, 3, 3, generator=generator, dtype=torch.float64)
    return field.to(dtype).requires_grad_(), kernel.to(dtype).requires_grad_()


def _weights(like: torch.Tensor) -> torch.Tensor:
    """A gradient that comes from behind."""
    return torch.cos(torch.arange(like.numel(), dtype=torch.float64)).view_as(like)


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS, ids=["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_the_sum_over_neighbours_and_so_are_its_gradients(shape, periodic, dtype, tolerance):
    field, kernel = _given(shape, dtype)
    answer = depthwise(field, kernel, periodic)
    found = torch.autograd.grad(answer, (field, kernel), _weights(answer).to(dtype))
    exact = [given.detach().double().requires_grad_() for given in (field, kernel)]
    plain = _plain(*exact, periodic)
    known = torch.autograd.grad(plain, exact, _weights(answer).to(dtype).double())
    assert all(part.dtype == dtype for part in (answer, *found))
    for mine, expected in zip((answer, *found), (plain, *known), strict=True):
        assert (mine.double() - expected).abs().max() <= tolerance * (1 + expected.abs().max())


@pytest.mark.parametrize("periodic", [True, False])
def test_first_and_second_derivatives_are_differences(periodic):
    given = _given((1, 2, 3, 2, 3))
    assert torch.autograd.gradcheck(lambda *parts: depthwise(*parts, periodic), given)
    assert torch.autograd.gradgradcheck(lambda *parts: depthwise(*parts, periodic), given)


@pytest.mark.parametrize("periodic", [True, False])
def test_products_with_the_hessian_are_those_of_the_plain_form(periodic):
    """Of a function of the answer that is not linear, in float32, where the fast gradients are at work."""
    products = []
    for convolve, dtype in ((depthwise, torch.float32), (_plain, torch.float64)):
        field, kernel = (part.detach().to(dtype).requires_grad_() for part in _given((1, 2, 3, 4, 5)))
        slope = torch.autograd.grad(convolve(field, kernel, periodic).pow(3).sum(), (field, kernel), create_graph=True)
        along = sum((part * _weights(part).to(dtype)).sum() for part in slope)
        products.append(torch.autograd.grad(along, (field, kernel)))
    for mine, expected in zip(*products, strict=True):
        assert (mine.double() - expected).norm() <= 1e-5 * expected.norm()


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("periodic", [True, False])
def test_once_means_the_same_gradient_in_the_memory_of_the_field(periodic):
    field, kernel = _given((2, 3, 4, 5, 3))
    known = torch.autograd.grad(_plain(field, kernel, periodic).square().sum(), (field, kernel))
    inner = 1.0 * field.contiguous(memory_format=torch.channels_last_3d)
    before = inner.detach().clone()
    loss = depthwise(inner, kernel, periodic, once=True).square().sum()
    found = torch.autograd.grad(loss, (field, kernel), retain_graph=True)
    for mine, expected in zip(found, known, strict=True):
        assert (mine - expected).abs().max() <= 1e-12 * expected.abs().max()
    assert not torch.equal(inner, before)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        torch.autograd.grad(loss, (field, kernel))


def test_in_bf16_under_autocast_and_channels_last_in_memory():
    field, kernel = _given((1, 2, 3, 4, 5), torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        answer = depthwise(field, kernel, True)
    assert answer.dtype == torch.bfloat16
    assert answer.is_contiguous(memory_format=torch.channels_last_3d)
    assert (answer - _plain(field, kernel, True)).abs().max() <= 0.1


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("shape", [(7, 5, 3, 2), (1, 1, 1, 1), (9, 16, 2, 3)])
def test_tiles_cover_each_voxel_once_and_see_their_neighbours(shape, periodic):
    rows = torch.randn(shape)
    whole = torch.zeros([length + 2 for length in shape[:3]] + [shape[3]])
    whole[1:-1, 1:-1, 1:-1] = rows
    if periodic:
        for axis, length in enumerate(shape[:3]):
            whole.narrow(axis, 0, 1).copy_(whole.narrow(axis, length, 1))
            whole.narrow(axis, length + 1, 1).copy_(whole.narrow(axis, 1, 1))
    seen, buffer = torch.zeros(shape[:2]), buffer_for(rows)
    for z, y in tiles(rows):
        seen[z, y] += 1
        expected = whole[z.start : z.stop + 2, y.start : y.stop + 2]
        assert torch.equal(surrounded(rows, z, y, periodic, buffer), expected)
    assert torch.equal(seen, torch.ones(shape[:2]))
