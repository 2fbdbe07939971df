"""What equivariance error and decomposition ask of every type, whatever its group; and groups that are only sampled."""

import numpy as np
import pytest
import torch

from equidyn.symmetry.decomposition import decompose
from equidyn.symmetry.error import error_of_answers
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.group_action import orbit, pull_back
from equidyn.symmetry.groups import C2, CUBE, D4
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.permutations import cyclic, symmetric
from equidyn.symmetry.points import SO3, PointType, RotationGroup
from equidyn.symmetry.sets import Invariants, SetGroup, SetType

EXAMPLES = {
    "fields": (FieldType(D4, "vector", 2), (3, 4, 5, 5)),
    "rectangles": (FieldType(C2, "vector", 2), (3, 4, 5, 2)),
    "volumes": (FieldType(CUBE, "vector", 1), (2, 3, 3, 3, 3)),
    "reversed": (FieldType(D4, "reversed vector", 2), (3, 4, 5, 5)),
    "reversed volumes": (FieldType(CUBE, "reversed vector", 1), (2, 3, 3, 3, 3)),
    "images": (ImageType(4, D4), (3, 4, 4)),
    "sets": (SetType(5, 3), (3, 5, 3)),
    "exchangeable sets": (SetType(5, 3, SetGroup(cyclic(5), symmetric(3))), (3, 5, 3)),
    "points": (PointType(4), (6, 4, 3)),
    "numbers": (Invariants(3), (4, 3)),
}
every_type = pytest.mark.parametrize(("kind", "shape"), EXAMPLES.values(), ids=EXAMPLES)


def _elements(kind):
    return range(3) if kind == Invariants(3) else kind.elements_to_check(8, np.random.default_rng(0))


@every_type
def test_elements_to_check_begin_with_the_identity_and_can_be_undone(kind, shape):
    values = torch.randn(shape, dtype=torch.float64)
    elements = _elements(kind)
    assert torch.equal(kind.act(values, elements[0]), values)
    for element in elements:
        moved = kind.act(values, element)
        assert moved.shape == values.shape
        assert torch.allclose(kind.act(moved, kind.inverse(element)), values, rtol=0, atol=1e-14)
        assert torch.allclose(moved.norm(), values.norm())
    back = pull_back(orbit(values, kind, elements), kind, elements)
    assert torch.allclose(back, values.expand_as(back), rtol=0, atol=1e-14)


@every_type
def test_the_error_is_zero_for_an_equivariant_map_and_not_for_another(kind, shape):
    values = torch.randn(shape, dtype=torch.float64)
    elements = _elements(kind)
    moved = orbit(values, kind, elements)
    exact = error_of_answers(2 * moved, kind, elements)
    assert exact["relative"] < 1e-15 and max(exact["by_element"]) < 1e-15
    noise = torch.randn(moved.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    broken = error_of_answers(moved + noise, kind, elements)
    assert broken["relative"] > 0.5


@every_type
def test_a_loss_is_that_of_the_mean_over_the_elements_and_the_variance(kind, shape):
    elements = _elements(kind)
    outputs, target = torch.randn(len(elements), *shape), torch.randn(shape)
    parts = decompose(outputs, target, kind, elements)
    back = pull_back(outputs, kind, elements).double()
    assert parts["loss"] == pytest.approx(parts["averaged"] + parts["variance"], rel=1e-12)
    assert parts["averaged"] == pytest.approx((back.mean(0) - target).square().mean().item(), rel=1e-12)


def test_sets_are_checked_on_every_generator():
    kind = SetType(5, 3, SetGroup(cyclic(5), symmetric(3)))
    elements = kind.elements_to_check(2, np.random.default_rng(0))
    assert kind.group_name == "C_5 x S_3" and kind.order == 30
    assert len(elements) == 1 + 1 + 2 + 2
    assert [rows.tolist() for rows, _ in elements[1:2]] == [[1, 2, 3, 4, 0]]
    assert SetType(5, 3).group_name == "S_5" and SetType(5, 3).order == 120


@pytest.mark.parametrize("dimension", [2, 3, 4])
def test_random_rotations_are_rotations(dimension):
    found = RotationGroup(dimension).random(50, np.random.default_rng(0))
    assert np.allclose(found @ found.transpose(0, 2, 1), np.eye(dimension), atol=1e-14)
    assert np.allclose(np.linalg.det(found), 1)


def test_random_rotations_are_uniform():
    """Moments of the Haar measure of SO(3): a column is a uniform direction, and the trace 1 + 2 cos(angle) has the
    mean 0 and the variance 1 (the character of the vector representation)."""
    found = SO3.random(40_000, np.random.default_rng(1))
    assert np.abs(found.mean(0)).max() < 0.015  # 5 standard errors: 5 / sqrt(3 * 40,000)
    assert np.abs(np.square(found).mean(0) - 1 / 3).max() < 0.01
    trace = np.trace(found, axis1=1, axis2=2)
    assert abs(trace.mean()) < 0.025 and abs(trace.var() - 1) < 0.05
    assert not np.allclose(SO3.random(2, np.random.default_rng(1))[0], SO3.random(2, np.random.default_rng(2))[0])


def test_a_rotation_moves_each_point_by_its_matrix():
    element = SO3.random(1, np.random.default_rng(0))[0]
    points = torch.randn(2, 4, 3, dtype=torch.float64)
    moved = PointType(4).act(points, element)
    assert all(np.allclose(moved[i, j], element @ points[i, j].numpy()) for i in range(2) for j in range(4))
    with pytest.raises(ValueError, match=r"expected \(\.\.\., 4, 3\)"):
        PointType(4).act(torch.zeros(5, 3), element)


def test_a_group_that_cannot_be_listed_says_so():
    with pytest.raises(ValueError, match=r"SO\(3\) cannot be listed"):
        orbit(torch.zeros(4, 3), PointType(4))
