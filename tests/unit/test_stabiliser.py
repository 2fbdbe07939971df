"""Which rotations relaxed weights keep: known answers."""

import numpy as np

from equidyn.domains.turbulence.measures.stabiliser import change, keep_axis, stabiliser
from equidyn.symmetry.groups import CUBE


def test_weights_that_depend_on_the_axis_alone_keep_the_rotations_that_keep_it():
    axis = np.abs(CUBE.matrices[:, 0]).argmax(axis=1)
    found = stabiliser(np.array([3.0, 1.0, 1.5])[axis])
    changes = np.array(found["change"])
    assert keep_axis().sum() == 8 and (changes[keep_axis()] < 1e-12).all() and (changes[~keep_axis()] > 1).all()
    assert found["change_ratio"] < 1e-12


def test_renumbered_outputs_change_nothing():
    weights = np.random.default_rng(0).standard_normal(CUBE.order)
    for element in range(CUBE.order):
        np.testing.assert_allclose(change(weights[CUBE.products[:, element]]), change(weights))


def test_weights_without_order_change_by_one_on_average():
    random = np.random.default_rng(0)
    squares = np.mean([np.square(change(random.standard_normal(CUBE.order))) for _ in range(2000)], axis=0)
    np.testing.assert_allclose(squares[1:], 1.0, atol=0.05)
    assert squares[0] == 0


def test_weights_that_are_alike_have_no_change():
    assert stabiliser(np.ones(CUBE.order)) == {}
