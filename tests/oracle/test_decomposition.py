"""Known answers of the equivariance error and of the decomposition of the loss, in float64, under several groups."""

import numpy as np
import pytest
import torch

from equidyn.symmetry.decomposition import decompose, decompose_by_sample
from equidyn.symmetry.error import equivariance_error, error_of_answers
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.group_action import orbit, pull_back
from equidyn.symmetry.groups import C4, CUBE, D4

GROUPS = {"C4": C4, "D4": D4, "cube": CUBE}
VECTOR = FieldType(C4, "vector", 1)
every_group = pytest.mark.parametrize("kind", [FieldType(group, "vector", 1) for group in GROUPS.values()], ids=GROUPS)


def _fields(kind: FieldType, *shape: int) -> torch.Tensor:
    grid = [4] * kind.group.dimension
    generator = torch.Generator().manual_seed(1)
    return torch.randn(*shape, kind.channels, *grid, dtype=torch.float64, generator=generator)


@every_group
def test_an_equivariant_map_has_no_error(kind):
    outputs = orbit(_fields(kind, 5).sin(), kind)
    assert equivariance_error(outputs, kind)["absolute"] == 0
    assert error_of_answers(outputs, kind) == {"absolute": 0.0, "relative": 0.0, "by_element": [0.0] * kind.order}
    assert error_of_answers(orbit(_fields(kind, 5), kind.as_scalars()), kind)["relative"] > 1
    assert decompose(outputs, _fields(kind, 5), kind)["variance"] < 1e-30


def test_a_constant_wind_breaks_the_symmetry_by_its_own_size():
    """f(x) = x + (1, 0): turned back, the winds are the four unit vectors; their distances are 0, sqrt 2, 2, sqrt 2."""
    wind = torch.tensor([1.0, 0.0], dtype=torch.float64)[:, None, None]
    outputs = orbit(_fields(VECTOR, 3), VECTOR) + wind
    rms = (0.5) ** 0.5  # of the difference over the two components
    error = equivariance_error(outputs, VECTOR)
    assert error["absolute"] == pytest.approx(rms * (2 * 2**0.5 + 2) / 4)
    parts = decompose(outputs, _fields(VECTOR, 3), VECTOR)
    assert parts["averaged"] < 1e-30  # the mean wind over the group is zero
    assert parts["variance"] == pytest.approx(0.5)
    assert parts["share"] == pytest.approx(1.0)


def test_reflections_leave_a_wind_along_their_axis():
    """Under D4 the wind (1, 0) comes back as itself from the reflection of y, and reversed from that of x."""
    kind = FieldType(D4, "vector", 1)
    wind = torch.tensor([1.0, 0.0], dtype=torch.float64)[:, None, None]
    found = error_of_answers(orbit(_fields(kind, 3), kind) + wind, kind)
    size = equivariance_error(orbit(_fields(kind, 3), kind) + wind, kind)["absolute"] / found["relative"]
    distances = [np.linalg.norm(matrix.T @ [1, 0] - [1, 0]) * 0.5**0.5 for matrix in D4.matrices]
    assert sorted(np.round(distances, 12)) == sorted(np.round(2 * [0, 1, 1, 2**0.5], 12))
    assert found["by_element"] == pytest.approx([distance / size for distance in distances], abs=1e-14)


@every_group
def test_loss_is_averaged_model_plus_variance_exactly(kind):
    outputs, targets = _fields(kind, kind.order, 5), _fields(kind, 5)
    whole, by_sample = decompose(outputs, targets, kind), decompose_by_sample(outputs, targets, kind)
    for found in (whole, by_sample):
        assert found["loss"] == pytest.approx(found["averaged"] + found["variance"], rel=1e-14)
        assert found["averaged"] < found["loss"]  # Jensen
    assert by_sample == pytest.approx(whole, rel=1e-13)


@every_group
def test_the_relative_error_is_the_mean_over_the_elements_and_has_no_unit(kind):
    outputs = _fields(kind, kind.order, 3)
    found, all_forms = error_of_answers(outputs, kind), equivariance_error(outputs, kind)
    assert sum(found["by_element"]) / kind.order == pytest.approx(found["relative"], rel=1e-14)
    assert all(all_forms[name] == found[name] for name in ("absolute", "relative"))
    scaled = equivariance_error(1000 * outputs, kind)
    assert scaled["relative"] == pytest.approx(found["relative"], rel=1e-12)
    assert scaled["absolute"] == pytest.approx(1000 * found["absolute"], rel=1e-12)
    back = pull_back(outputs, kind)
    gaps = [(one - back[0]).abs().mean().item() for one in back[1:]]
    assert all_forms["published"] == pytest.approx(np.mean(gaps), rel=1e-13)


@every_group
def test_an_answer_of_nothing_has_an_infinite_relative_error(kind):
    outputs = _fields(kind, kind.order, 2)
    outputs[0] = 0
    found = error_of_answers(outputs, kind)
    assert found["relative"] == float("inf") and found["by_element"][1:] == [float("inf")] * (kind.order - 1)
    assert error_of_answers(0 * outputs, kind)["relative"] == 0
