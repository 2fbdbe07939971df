"""Known answers of the layers on volumes: from the definitions, by sums."""

import itertools

import numpy as np
import pytest
import torch
from equidyn.domains.turbulence.models.convolve import convolved
from equidyn.domains.turbulence.models.interpolation import upsampled
from scipy.ndimage import map_coordinates
from torch.nn import functional

from equidyn.domains.turbulence.models.volume_cnn import PlainVolumeConv
from equidyn.domains.turbulence.models.volume_gcnn import CubeConv, SeparableCubeConv
from equidyn.symmetry.fields import BoxType, moved_grid
from equidyn.symmetry.groups import CUBE

COUNTS = {  # weights per pair of fields: (output components) x (input components) x 27, in orbits of 24 rotations
    ("vector", "regular"): 81,
    ("regular", "vector"): 81,
    ("scalar", "regular"): 27,
    ("regular", "scalar"): 27,
    ("regular", "regular"): 24 * 27,
    ("vector", "scalar"): 3,  # what points outwards: on faces, edges and corners
    ("scalar", "scalar"): 4,
}
OFFSETS = np.array(list(itertools.product((-1, 0, 1), repeat=3)))  # (z, y, x)


def _random(layer: torch.nn.Module) -> torch.nn.Module:
    for parameter in layer.double().parameters():
        parameter.data.normal_()
    return layer


def _averaged(kernel: torch.Tensor, inputs: BoxType, outputs: BoxType) -> torch.Tensor:
    """Mean over the rotations of output(g) K(g^-1 p) input(g)^-1, by matrices and turned grids."""
    total = torch.zeros_like(kernel)
    for element in range(CUBE.order):
        left, right = (
            torch.block_diag(*[torch.from_numpy(kind.action.matrices()[element])] * kind.multiplicity)
            for kind in (outputs, inputs)
        )
        total += torch.einsum("ab,bczyx,dc->adzyx", left, moved_grid(kernel, CUBE, element), right)
    return total / CUBE.order


def _as_pairs(kernel: torch.Tensor, inputs: BoxType, outputs: BoxType) -> torch.Tensor:
    """In the shape of strict_parts()."""
    split = (outputs.multiplicity, outputs.dimension, inputs.multiplicity, inputs.dimension, 27)
    return kernel.reshape(split).transpose(1, 2).flatten(3)


@pytest.mark.parametrize("kinds", COUNTS, ids="-".join)
def test_kernels_are_their_own_average_over_the_rotations(kinds):
    inputs, outputs = BoxType(CUBE, kinds[0], 2), BoxType(CUBE, kinds[1], 1)
    layer = _random(CubeConv(inputs, outputs))
    kernel = layer.kernel().detach()
    assert (kernel - _averaged(kernel, inputs, outputs)).abs().max() <= 1e-14
    assert (layer.bias is None) == (kinds[1] == "vector")


@pytest.mark.parametrize("kinds", [kinds for kinds in COUNTS if kinds != ("regular", "regular")], ids="-".join)
def test_they_span_all_such_kernels(kinds):
    """The rank of the average is its trace: the mean over the group of the traces of what it averages."""
    inputs, outputs = BoxType(CUBE, kinds[0], 1), BoxType(CUBE, kinds[1], 1)
    places = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), axis=-1).reshape(-1, 3)[:, ::-1]  # (x, y, z)
    still = [(places @ matrix == places).all(1).sum() for matrix in CUBE.matrices]
    traces = [np.trace(kind.action.matrices(), axis1=1, axis2=2) for kind in (outputs, inputs)]
    layer = CubeConv(inputs, outputs)
    assert layer.weight.numel() == COUNTS[kinds] == round(np.mean(traces[0] * traces[1] * still))
    expanded = [_kernel_of(layer, one).flatten() for one in torch.eye(layer.weight.numel())]
    assert torch.linalg.matrix_rank(torch.stack(expanded)) == COUNTS[kinds]


def _kernel_of(layer: CubeConv, weight: torch.Tensor) -> torch.Tensor:
    layer.weight.data.copy_(weight.view_as(layer.weight))
    return layer.kernel().detach()


def test_the_strict_part_of_a_plain_kernel_is_its_average():
    inputs, outputs = BoxType(CUBE, "vector", 2), BoxType(CUBE, "scalar", 3)
    layer = _random(PlainVolumeConv(inputs, outputs))
    ((kernel, strict),) = layer.strict_parts()
    averaged = _averaged(layer.weight.detach(), inputs, outputs)
    assert torch.equal(kernel, _as_pairs(layer.weight.detach(), inputs, outputs))
    assert (strict - _as_pairs(averaged, inputs, outputs)).abs().max() <= 1e-14


class _Free(SeparableCubeConv):
    """A separable layer that is not strict."""

    def mixing(self) -> torch.Tensor:
        return super().mixing() * torch.linspace(0, 1, CUBE.order * self.outputs.multiplicity).double()[:, None]

    def taps(self) -> torch.Tensor:
        return super().taps() * torch.linspace(1, 2, len(super().taps())).double()[:, None, None, None]


def test_the_strict_parts_of_a_separable_layer_are_averages():
    fields = BoxType(CUBE, "regular", 2)
    strict, free = _random(SeparableCubeConv(fields, fields)), _random(_Free(fields, fields))
    for whole, part in strict.strict_parts():
        assert (whole - part).abs().max() <= 1e-14
    (mixing, mixing_strict), (taps, taps_strict) = free.strict_parts()
    regular = torch.from_numpy(fields.action.matrices())
    averaged = torch.einsum("gab,oibc,gdc->oiad", regular, mixing, regular) / CUBE.order
    assert (mixing_strict - averaged).abs().max() <= 1e-14
    kernels = taps.view(2 * CUBE.order, 3, 3, 3)
    turned = sum(fields.act(kernels, element) for element in range(CUBE.order)) / CUBE.order
    assert (taps_strict.reshape(kernels.shape) - turned).abs().max() <= 1e-14
    assert min((mixing_strict - mixing).norm(), (taps_strict - taps).norm()) > 0.1


def _around(field: torch.Tensor, offset: np.ndarray) -> torch.Tensor:
    """f(p + offset) at p, periodic; offset: (z, y, x)."""
    return field.roll(tuple(-offset), (-3, -2, -1))


def _at(kernel: torch.Tensor, offset: np.ndarray) -> torch.Tensor:
    """The entry of (..., 3, 3, 3) at an offset (z, y, x) from the middle."""
    return kernel[(..., *(offset + 1))]


def _back(element: int, offset: np.ndarray) -> np.ndarray:
    """R^-1 applied to an offset (z, y, x)."""
    return (CUBE.matrices[element].T @ offset[::-1])[::-1]


def test_a_lift_is_a_correlation_with_the_kernel_turned_by_each_element():
    """z_g(p) = sum_q psi(R^-1 q) . R^-1 v(p + q), with psi the kernel of the identity."""
    inputs, outputs = BoxType(CUBE, "vector", 1), BoxType(CUBE, "regular", 1)
    layer = _random(CubeConv(inputs, outputs))
    field = torch.randn(1, 3, 4, 4, 4, dtype=torch.float64)
    psi = layer.kernel().detach()[0]
    for element in range(CUBE.order):
        back = torch.from_numpy(CUBE.matrices[element].T).double()
        expected = layer.bias + sum(
            torch.einsum("i,ij,jzyx->zyx", _at(psi, _back(element, offset)), back, _around(field[0], offset))
            for offset in OFFSETS
        )
        assert (layer(field)[0, element] - expected).abs().max() <= 1e-12


def test_a_separable_layer_is_a_group_convolution():
    """y_o,g(p) = sum_q V_o(R_g^-1 q) sum_i,h w_oi(g^-1 h) z_i,h(p + q)."""
    inputs, outputs = BoxType(CUBE, "regular", 2), BoxType(CUBE, "regular", 1)
    layer = _random(SeparableCubeConv(inputs, outputs))
    field = torch.randn(1, inputs.channels, 3, 3, 3, dtype=torch.float64)
    answer, regular = layer(field).detach()[0], field[0].unflatten(0, (2, CUBE.order))
    spatial = layer.spatial.detach().view(3, 3, 3)
    for element in range(CUBE.order):
        weights = layer.weight.detach()[0][:, CUBE.products[CUBE.inverses[element]]]
        mixed = torch.einsum("ih,ihzyx->zyx", weights, regular)
        expected = sum(_at(spatial, _back(element, offset)) * _around(mixed, offset) for offset in OFFSETS)
        assert (answer[element] - expected).abs().max() <= 1e-12


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(("inputs", "outputs"), [(3, 4), (60, 2)])
def test_convolutions_are_sums_over_neighbours(inputs, outputs, periodic):
    """Both ways in which they are computed: with few outputs, and with many."""
    field = torch.randn(2, inputs, 3, 4, 5, dtype=torch.float64)
    kernel = torch.randn(outputs, inputs, 3, 3, 3, dtype=torch.float64)
    bias = torch.randn(outputs, dtype=torch.float64)
    padded = functional.pad(field, (1,) * 6, mode="circular" if periodic else "constant")
    expected = bias[:, None, None, None] + sum(
        torch.einsum("oi,bizyx->bozyx", _at(kernel, offset), padded[:, :, z : z + 3, y : y + 4, x : x + 5])
        for offset in OFFSETS
        for z, y, x in [offset + 1]
    )
    assert (convolved(field, kernel, bias, periodic) - expected).abs().max() <= 1e-12
    assert (convolved(field, kernel, None, periodic) + bias[:, None, None, None] - expected).abs().max() <= 1e-12


def _fine(length: int, factor: int) -> torch.Tensor:
    """Places of fine voxels in units of coarse ones, both grids with the same centre."""
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


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
@pytest.mark.parametrize(("periodic", "mode"), [(True, "grid-wrap"), (False, "nearest")])
def test_interpolation_is_scipys(factor, periodic, mode):
    field = torch.randn(2, 3, 4, 5, 6, dtype=torch.float64)
    places = np.stack(np.meshgrid(*[_fine(size, factor) for size in (4, 5, 6)], indexing="ij"))
    expected = np.stack([[map_coordinates(part, places, order=1, mode=mode) for part in one] for one in field.numpy()])
    found = upsampled(field, factor, periodic)
    assert found.shape == expected.shape and np.abs(found.numpy() - expected).max() <= 1e-13


def test_between_walls_interpolation_is_torchs():
    field = torch.randn(2, 3, 4, 5, 6, dtype=torch.float64)
    expected = functional.interpolate(field, scale_factor=4, mode="trilinear", align_corners=False)
    assert (upsampled(field, 4, False) - expected).abs().max() <= 1e-13


@pytest.mark.parametrize("periodic", [True, False])
def test_interpolation_on_the_way_is_interpolation_before(periodic):
    """A separable layer interpolates between its two factors."""
    coarse, fine = BoxType(CUBE, "regular", 2, 1, periodic), BoxType(CUBE, "regular", 1, 2, periodic)
    layer = _random(SeparableCubeConv(coarse, fine))
    after = SeparableCubeConv(BoxType(CUBE, "regular", 2, 2, periodic), fine).double()
    after.load_state_dict(layer.state_dict())
    field = torch.randn(1, coarse.channels, 3, 3, 3, dtype=torch.float64)
    assert (layer(field) - after(upsampled(field, 2, periodic))).abs().max() <= 1e-12


@pytest.mark.parametrize("periodic", [True, False])
def test_interpolation_can_be_differentiated_twice(periodic):
    field = torch.randn(1, 2, 2, 3, 2, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda field: upsampled(field, 2, periodic).pow(3), field)
    assert torch.autograd.gradgradcheck(lambda field: upsampled(field, 2, periodic).pow(3), field)
