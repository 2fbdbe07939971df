"""Known answers of the equivariance error and of the decomposition of the loss, in float64."""

import pytest
import torch

from equidyn.symmetry.decomposition import decompose
from equidyn.symmetry.error import equivariance_error
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.group_action import orbit
from equidyn.symmetry.groups import C4

VECTOR = FieldType(C4, "vector", 1)


def _fields(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, 2, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_an_equivariant_map_has_no_error():
    outputs = orbit(_fields(5).sin(), VECTOR)
    assert equivariance_error(outputs, VECTOR)["absolute"] == 0
    assert decompose(outputs, _fields(5), VECTOR)["variance"] < 1e-31


def test_a_constant_wind_breaks_the_symmetry_by_its_own_size():
    """f(x) = x + (1, 0): turned back, the winds are the four unit vectors; their distances are 0, sqrt 2, 2, sqrt 2."""
    wind = torch.tensor([1.0, 0.0], dtype=torch.float64)[:, None, None]
    outputs = orbit(_fields(3), VECTOR) + wind
    rms = (0.5) ** 0.5  # of the difference over the two components
    error = equivariance_error(outputs, VECTOR)
    assert error["absolute"] == pytest.approx(rms * (2 * 2**0.5 + 2) / 4)
    parts = decompose(outputs, _fields(3), VECTOR)
    assert parts["averaged"] < 1e-30  # the mean wind over the group is zero
    assert parts["variance"] == pytest.approx(0.5)
    assert parts["share"] == pytest.approx(1.0)


def test_loss_is_averaged_model_plus_variance_exactly():
    outputs, target = _fields(4, 3, 7), _fields(3, 7)
    parts = decompose(outputs, target, VECTOR)
    assert parts["loss"] == pytest.approx(parts["averaged"] + parts["variance"], rel=1e-14)
    assert parts["averaged"] <= parts["loss"]  # Jensen


def test_relative_error_does_not_depend_on_the_unit():
    outputs = _fields(4, 3)
    error, scaled = equivariance_error(outputs, VECTOR), equivariance_error(1000 * outputs, VECTOR)
    assert scaled["relative"] == pytest.approx(error["relative"], rel=1e-12)
    assert scaled["absolute"] == pytest.approx(1000 * error["absolute"], rel=1e-12)
