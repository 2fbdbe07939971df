"""Known answers of the layers on grids, in two and three dimensions: from the definitions, by sums."""

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates
from torch.nn import functional
from toy import randomised

from equidyn.grids.convolve import convolved, correlated, product_first
from equidyn.grids.depthwise import depthwise
from equidyn.grids.families import strict_conv, strict_separable
from equidyn.grids.interpolation import upsampled
from equidyn.grids.trained import trained
from equidyn.grids.winograd import by_tiles
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE, D4

GROUPS = pytest.mark.parametrize("group", [D4, CUBE], ids=["D4", "cube"])


def _offsets(dimension: int) -> np.ndarray:
    """Of neighbours, (y, x) or (z, y, x)."""
    return np.array(list(itertools.product((-1, 0, 1), repeat=dimension)))


def _around(field: torch.Tensor, offset: np.ndarray) -> torch.Tensor:
    """f(p + offset) at p, periodic; offset: (z, y, x)."""
    return field.roll(tuple(-offset), tuple(range(-len(offset), 0)))


def _at(kernel: torch.Tensor, offset: np.ndarray) -> torch.Tensor:
    """The entry of (..., 3, 3, 3) at an offset (z, y, x) from the middle."""
    return kernel[(..., *(offset + 1))]


def _back(group, element: int, offset: np.ndarray) -> np.ndarray:
    """R^-1 applied to an offset (z, y, x)."""
    return (group.matrices[element].T @ offset[::-1])[::-1]


@GROUPS
def test_a_lift_is_a_correlation_with_the_kernel_moved_by_each_element(group):
    """z_g(p) = sum_q psi(R^-1 q) . R^-1 v(p + q), with psi the kernel of the identity."""
    inputs, outputs = BoxType(group, "vector", 1), BoxType(group, "regular", 1)
    layer = randomised(strict_conv(inputs, outputs).double())
    field = torch.randn(1, inputs.channels, *[4] * group.dimension, dtype=torch.float64)
    psi, answer = layer.kernel().detach()[0], layer(field).detach()[0]
    for element in range(group.order):
        back = torch.from_numpy(group.matrices[element].T).double()
        expected = layer.bias.weight.detach() + sum(
            torch.einsum("i,ij,j...->...", _at(psi, _back(group, element, offset)), back, _around(field[0], offset))
            for offset in _offsets(group.dimension)
        )
        assert (answer[element] - expected).abs().max() <= 1e-12


@GROUPS
def test_a_separable_layer_is_a_group_convolution(group):
    """y_o,g(p) = sum_q V_o(R_g^-1 q) sum_i,h w_oi(g^-1 h) z_i,h(p + q)."""
    inputs, outputs = BoxType(group, "regular", 2), BoxType(group, "regular", 1)
    layer = randomised(strict_separable(inputs, outputs).double())
    field = torch.randn(1, inputs.channels, *[3] * group.dimension, dtype=torch.float64)
    answer, regular = layer(field).detach()[0], field[0].unflatten(0, (2, group.order))
    spatial = layer.depthwise.weight.detach().view([3] * group.dimension)
    for element in range(group.order):
        weights = layer.pointwise.weight.detach()[0][:, group.products[group.inverses[element]]]
        mixed = torch.einsum("ih,ih...->...", weights, regular)
        expected = sum(
            _at(spatial, _back(group, element, offset)) * _around(mixed, offset) for offset in _offsets(group.dimension)
        )
        assert (answer[element] - expected).abs().max() <= 1e-12


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(("inputs", "outputs"), [(3, 4), (60, 2)])
@pytest.mark.parametrize("lengths", [(4, 5), (3, 4, 5)], ids=["plane", "volume"])
def test_convolutions_are_sums_over_neighbours(lengths, inputs, outputs, periodic):
    """All ways in which they are computed: with few outputs, and with many."""
    dimension = len(lengths)
    field = torch.randn(2, inputs, *lengths, dtype=torch.float64)
    kernel = torch.randn(outputs, inputs, *[3] * dimension, dtype=torch.float64)
    bias = torch.randn(outputs, dtype=torch.float64)
    columns = bias.view(-1, *[1] * dimension)
    padded = functional.pad(field, (1, 1) * dimension, mode="circular" if periodic else "constant")
    expected = columns + sum(
        torch.einsum("oi,bi...->bo...", _at(kernel, offset), padded[(..., *_window(offset, lengths))])
        for offset in _offsets(dimension)
    )
    assert (convolved(field, kernel, bias, periodic) - expected).abs().max() <= 1e-12
    assert (convolved(field, kernel, None, periodic) + columns - expected).abs().max() <= 1e-12


def _window(offset: np.ndarray, lengths: tuple[int, ...]) -> list[slice]:
    return [slice(start, start + length) for start, length in zip(offset + 1, lengths, strict=True)]


def _parts(inputs: int, outputs: int, height: int, width: int, dtype: torch.dtype) -> list[torch.Tensor]:
    """A field of three samples, a kernel and a bias."""
    shapes = (3, inputs, height, width), (outputs, inputs, 3, 3), (outputs,)
    return [torch.randn(shape, dtype=dtype, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("way", [by_tiles, partial(product_first, periodic=False)], ids=["tiles", "product first"])
@pytest.mark.parametrize(("height", "width"), [(8, 12), (13, 7), (1, 2)], ids=["full", "not full", "less than a tile"])
@pytest.mark.parametrize("block", [1, 2 * 3 * 36 * 5, 1 << 18], ids=["a line", "some lines", "all"])
def test_faster_convolutions_and_their_gradients_are_those_of_torch(way, height, width, block, monkeypatch):
    """In float64, with a bias and without, where the gradient by the field is asked for and where it is not."""
    monkeypatch.setattr("equidyn.grids.winograd.BLOCK", block)
    field, kernel, bias = _parts(5, 3, height, width, torch.float64)
    for parts in ([field, kernel, bias], [field, kernel, None], [field.detach(), kernel, bias]):
        found, expected = way(*parts), correlated(*parts)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
        asked = [part for part in parts if part is not None and part.requires_grad]
        slope = torch.randn_like(expected)
        both = (torch.autograd.grad(answer, asked, slope) for answer in (found, expected))
        for ours, theirs in zip(*both, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_gradients_of_tiles_can_be_differentiated():
    parts = _parts(2, 3, 5, 4, torch.float64)
    assert torch.autograd.gradcheck(by_tiles, parts) and torch.autograd.gradgradcheck(by_tiles, parts)


def test_tiles_in_float32_are_as_near_to_the_sum_as_is_said():
    """winograd.py: within 2e-6 of its norm; a direct sum is nearer."""
    field, kernel, _ = _parts(160, 48, 64, 64, torch.float32)
    exact = correlated(field.double(), kernel.double(), None)
    errors = [(way(field, kernel, None) - exact).norm() / exact.norm() for way in (by_tiles, correlated)]
    assert 0 < errors[1] < errors[0] < 2e-6


@pytest.mark.parametrize(
    ("inputs", "outputs", "side", "kernels", "expected"),
    [
        (48, 48, 20, "AVX2", by_tiles),
        (48, 48, 14, "AVX2", correlated),  # a quarter of whose tiles lies beyond the walls
        (40, 160, 64, "AVX2", correlated),
        (48, 48, 20, "AVX512", correlated),
        (96, 96, 14, "AVX512", by_tiles),
        (160, 160, 64, "DEFAULT", correlated),
        (28, 2, 8, "DEFAULT", product_first),
        (27, 2, 8, "AVX2", correlated),
    ],
)
def test_the_way_of_a_convolution_depends_on_channels_tiles_and_processor(
    inputs, outputs, side, kernels, expected, monkeypatch
):
    """Without gradients it is torch's."""
    taken = []
    for way in (by_tiles, correlated, product_first):
        monkeypatch.setattr(f"equidyn.grids.trained.{way.__name__}", lambda *_, way=way, **__: taken.append(way))
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: kernels)
    field, kernel = torch.empty(1, inputs, side, side), torch.empty(outputs, inputs, 3, 3)
    trained(field, kernel, None)
    with torch.no_grad():
        trained(field, kernel, None)
    assert taken == [expected, correlated]


@pytest.mark.parametrize("periodic", [True, False])
def test_a_kernel_for_each_channel_of_a_plane_is_a_convolution_of_that_channel(periodic):
    """Those of volumes: test_depthwise.py."""
    field, kernel = torch.randn(2, 3, 4, 5, dtype=torch.float64), torch.randn(3, 3, 3, dtype=torch.float64)
    found = depthwise(field, kernel, periodic)
    for channel in range(3):
        alone = convolved(field[:, channel, None], kernel[None, channel, None], None, periodic)
        torch.testing.assert_close(found[:, channel, None], alone, rtol=0, atol=1e-14)


def _fine(length: int, factor: int) -> torch.Tensor:
    """Places of fine cells in units of coarse ones, both grids with the same centre."""
    return torch.arange(0.5 / factor, length, 1 / factor, dtype=torch.float64) - 0.5


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_interpolation_is_exact_for_linear_functions_away_from_walls(factor):
    sizes = (4, 5, 6)

    def linear(*places: torch.Tensor) -> torch.Tensor:
        z, y, x = torch.meshgrid(*places, indexing="ij")
        return (1 + 2 * z - 3 * y + 0.5 * x)[None, None]

    coarse = linear(*[torch.arange(size, dtype=torch.float64) for size in sizes])
    fine = linear(*[_fine(size, factor) for size in sizes])
    inner = (..., *[slice(factor, -factor)] * 3)
    for periodic in (True, False):
        assert (upsampled(coarse, factor, periodic)[inner] - fine[inner]).abs().max() <= 1e-13


@pytest.mark.parametrize("sizes", [(5, 6), (4, 5, 6)], ids=["plane", "volume"])
@pytest.mark.parametrize("factor", [1, 2, 3, 4])
@pytest.mark.parametrize(("periodic", "mode"), [(True, "grid-wrap"), (False, "nearest")])
def test_interpolation_is_scipys(sizes, factor, periodic, mode):
    field = torch.randn(2, 3, *sizes, dtype=torch.float64)
    places = np.stack(np.meshgrid(*[_fine(size, factor) for size in sizes], indexing="ij"))
    expected = np.stack([[map_coordinates(part, places, order=1, mode=mode) for part in one] for one in field.numpy()])
    found = upsampled(field, factor, periodic)
    assert found.shape == expected.shape and np.abs(found.numpy() - expected).max() <= 1e-13


@pytest.mark.parametrize(("sizes", "mode"), [((5, 6), "bilinear"), ((4, 5, 6), "trilinear")])
def test_between_walls_interpolation_is_torchs(sizes, mode):
    field = torch.randn(2, 3, *sizes, dtype=torch.float64)
    expected = functional.interpolate(field, scale_factor=4, mode=mode, align_corners=False)
    assert (upsampled(field, 4, False) - expected).abs().max() <= 1e-13


@GROUPS
@pytest.mark.parametrize("periodic", [True, False])
def test_interpolation_on_the_way_is_interpolation_before(group, periodic):
    """A separable layer interpolates between its two factors."""
    coarse, fine = BoxType(group, "regular", 2, 1, periodic), BoxType(group, "regular", 1, 2, periodic)
    layer = randomised(strict_separable(coarse, fine).double())
    after = strict_separable(coarse.refined(2), fine).double()
    after.load_state_dict(layer.state_dict())
    field = torch.randn(1, coarse.channels, *[3] * group.dimension, dtype=torch.float64)
    assert (layer(field) - after(upsampled(field, 2, periodic))).abs().max() <= 1e-12
