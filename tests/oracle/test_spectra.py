"""Known answers of shells, interpolation by Fourier series, and divergence, in float64."""

import math

import numpy as np
import pytest
import torch
from toy_volumes import flow

from equidyn.domains.turbulence.measures.spectra import (
    fourier_upsampled,
    shell_products,
    spectral_slopes,
)
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE


def _random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def _wave(wave: tuple[int, int, int], side: int, phase: float = 0.3) -> torch.Tensor:
    """cos(k . p + phase) at the centres of side^3 voxels of a box of side 2 pi; wave: (k_x, k_y, k_z)."""
    places = 2 * math.pi * (torch.arange(side, dtype=torch.float64) + 0.5) / side
    return torch.cos(wave[2] * places[:, None, None] + wave[1] * places[:, None] + wave[0] * places + phase)


@pytest.mark.parametrize("side", [6, 7])
def test_shells_add_up_to_half_the_mean_product(side):
    first, second = _random(2, 3, side, side, side), _random(2, 3, side, side, side).flip(-1)
    for pair in ((first, first), (first, second)):
        expected = (pair[0] * pair[1]).sum(1).mean((1, 2, 3)) / 2
        assert torch.allclose(shell_products(*pair).sum(-1), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("wave", "shell"),
    [
        ((0, 0, 0), 0),
        ((1, 0, 0), 1),
        ((0, -2, 0), 2),
        ((0, 0, 3), 3),
        ((1, 1, 0), 1),  # 1.41
        ((1, -1, 1), 2),  # 1.73
        ((2, 0, -1), 2),  # 2.24
        ((-2, 1, 1), 2),  # 2.45
        ((2, 2, 2), 3),  # 3.46
    ],
)
def test_a_wave_lies_in_its_shell_with_its_energy(wave, shell):
    amplitudes = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    field = amplitudes[:, None, None, None] * _wave(wave, 8)
    found = shell_products(field, field)
    expected = amplitudes.square().sum().item() * (math.cos(0.3) ** 2 / 2 if shell == 0 else 1 / 4)
    assert found[shell].item() == pytest.approx(expected, rel=1e-12)
    assert found.sum().item() == pytest.approx(expected, rel=1e-12)


def test_waves_out_of_phase_are_not_correlated():
    first, second = (_wave((0, 2, 1), 8, phase).expand(3, -1, -1, -1) for phase in (0.0, math.pi / 2))
    assert shell_products(first, second).abs().max() < 1e-15
    assert shell_products(first, -first)[2].item() == pytest.approx(-3 / 4)


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("side", [6, 7])
def test_fourier_series_are_exact_for_what_the_coarse_grid_resolves(side, factor):
    for wave in ((0, 0, 0), (1, 0, 0), (0, 2, -1), (-2, 2, 2)):
        found = fourier_upsampled(_wave(wave, side)[None], factor)
        assert torch.allclose(found[0], _wave(wave, side * factor), atol=1e-13)


def test_fourier_series_are_the_zero_padded_transform_shifted_in_phase():
    """Another way to the same numbers, for a field that also has the shortest wave."""
    side, factor = 6, 4
    fine = side * factor
    coarse = _random(1, 3, side, side, side)
    waves = np.fft.fftfreq(side, 1 / side)
    found = np.fft.fftn(coarse.numpy(), axes=(-3, -2, -1)) / side**3
    padded = np.zeros((1, 3, fine, fine, fine), dtype=complex)
    halves = [[(wave, 1.0)] if abs(wave) < side / 2 else [(wave, 0.5), (-wave, 0.5)] for wave in waves]
    for place in np.ndindex(side, side, side):
        for z, part_z in halves[place[0]]:
            for y, part_y in halves[place[1]]:
                for x, part_x in halves[place[2]]:
                    shift = np.exp(1j * np.pi * (x + y + z) * (1 / fine - 1 / side))
                    share = part_z * part_y * part_x * shift
                    padded[..., int(z), int(y), int(x)] += share * found[(..., *place)]
    expected = np.fft.ifftn(padded, axes=(-3, -2, -1)) * fine**3
    assert np.abs(expected.imag).max() < 1e-14
    assert np.allclose(fourier_upsampled(coarse, factor).numpy(), expected.real, atol=1e-13)


def test_fourier_series_turn_with_the_field():
    kind, coarse = BoxType(CUBE, "vector", 1), _random(1, 3, 4, 4, 4)
    for element in range(kind.order):
        turned = kind.act(fourier_upsampled(coarse, 2), element)
        assert torch.allclose(fourier_upsampled(kind.act(coarse, element), 2), turned, atol=1e-14)


def test_divergence_of_waves():
    """Of u = a cos(k . p): divergence a . k, gradient |a| |k|, both times a sine."""
    for wave in ((1, 0, 0), (0, 2, 0), (0, 0, 3), (1, -2, 2)):
        amplitudes = torch.tensor([0.5, 2.0, -1.0], dtype=torch.float64)
        vector = torch.tensor(wave, dtype=torch.float64)
        divergence, gradient = spectral_slopes(amplitudes[:, None, None, None] * _wave(wave, 8))
        assert divergence.item() == pytest.approx((amplitudes @ vector).item() ** 2 / 2, rel=1e-12)
        assert gradient.item() == pytest.approx((amplitudes.square().sum() * vector.square().sum()).item() / 2)


def test_a_solenoidal_flow_does_not_diverge_and_the_flow_of_a_potential_does_nothing_else():
    fields = torch.from_numpy(flow(12, np.arange(3.0), seed=1))
    divergence, gradient = spectral_slopes(fields)
    assert divergence.shape == (3,) and (divergence < 1e-26 * gradient).all() and (gradient > 0.1).all()
    wave = torch.tensor([2.0, 1.0, -1.0], dtype=torch.float64)
    potential = wave[:, None, None, None] * _wave((2, 1, -1), 12)
    divergence, gradient = spectral_slopes(potential)
    assert divergence.item() == pytest.approx(gradient.item(), rel=1e-12)


def test_the_shortest_wave_has_no_slope_at_the_voxels():
    shortest = torch.tensor([1.0, -1.0] * 4, dtype=torch.float64).expand(3, 8, 8, 8)
    assert max(part.item() for part in spectral_slopes(shortest)) < 1e-28
