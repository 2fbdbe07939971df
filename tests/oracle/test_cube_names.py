"""Names of rotations against rotations that are built from their angle and axis."""

import re
from collections import Counter

import numpy as np
import pytest

from equidyn.symmetry.actions import vector_action
from equidyn.symmetry.cube_names import Turn, element_name, sorted_elements, turns
from equidyn.symmetry.groups import CUBE


def _matrix(turn: Turn) -> np.ndarray:
    """By Rodrigues' formula."""
    if not turn.angle:
        return np.eye(3)
    axis = np.array(turn.axis) / np.linalg.norm(turn.axis)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    angle = np.radians(turn.angle)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


@pytest.mark.parametrize("element", range(CUBE.order))
def test_angle_and_axis_give_the_rotation_back(element):
    np.testing.assert_allclose(_matrix(turns()[element]), CUBE.matrices[element], atol=1e-12)


def test_names_are_distinct_and_plain():
    names = [element_name(element) for element in range(CUBE.order)]
    assert len(set(names)) == CUBE.order and names[0] == "identity"
    assert all(re.fullmatch(r"(90|180|270)° about [xyz]|180° about [xyz][+−][xyz]|(120|240)° about x[+−]y[+−]z", name)
               for name in names[1:])  # fmt: skip


def test_a_quarter_turn_about_z_sends_x_to_y():
    element = next(element for element in range(CUBE.order) if element_name(element) == "90° about z")
    action = vector_action(CUBE)
    turned = action.sign[element] * np.array([1, 0, 0])[action.source[element]]
    assert turned.tolist() == [0, 1, 0]


def test_the_inverse_turns_back_about_the_same_axis():
    for element, turn in enumerate(turns()):
        back = turns()[int(CUBE.inverses[element])]
        assert back.axis == turn.axis and (turn.angle + back.angle) % 360 == 0


def test_the_order_for_readers_has_each_element_once_and_goes_by_sorts():
    order = sorted_elements()
    assert sorted(order) == list(range(CUBE.order))
    sorts = [turns()[element].sort for element in order]
    assert Counter(sorts) == {"identity": 1, "axes": 9, "midlines": 6, "diagonals": 8}
    assert list(dict.fromkeys(sorts)) == ["identity", "axes", "midlines", "diagonals"]
    assert sorts == sorted(sorts, key=list(dict.fromkeys(sorts)).index)
    assert [element_name(element) for element in order[:5]] == [
        "identity",
        "90° about x",
        "180° about x",
        "270° about x",
        "90° about y",
    ]
