"""Orbits on pairs of indices, against their definition and against the listed elements of the group."""

from itertools import product

import numpy as np
import pytest

from equidyn.symmetry.actions import Action
from equidyn.symmetry.orbits import intertwiners, invariants
from equidyn.symmetry.permutations import PermutationGroup, cyclic, generated, symmetric, trivial
from equidyn.symmetry.sharing import orbit_names, pair_labels, sharing

SIZES = [(8, 7), (4, 3, 5), (6,), (2, 2), (2, 2, 2), (5, 2), (3, 1, 4), (1, 1), (2, 3, 2, 3)]


def by_definition(sizes):
    """Entry by entry: bit a is set where the two entries' indices on axis a differ."""
    entries = list(product(*map(range, sizes)))
    return np.array(
        [
            [
                sum((one != other) << axis for axis, (one, other) in enumerate(zip(row, column, strict=True)))
                for column in entries
            ]
            for row in entries
        ]
    )


def as_action(group: PermutationGroup) -> Action:
    return Action(group.elements(), np.ones_like(group.elements()))


def product_action(*groups: PermutationGroup) -> Action:
    """All combinations of elements, on the flattened array."""
    source = np.zeros((1, 1), dtype=np.int64)
    for group in groups:
        source = source[:, None, :, None] * group.degree + group.elements()[None, :, None, :]
        source = source.reshape(source.shape[0] * source.shape[1], -1)
    return Action(source, np.ones_like(source))


def same_partition(one, other):
    """Whether two labellings put the same things together: their labels determine each other."""
    pairs = set(zip(np.ravel(one).tolist(), np.ravel(other).tolist(), strict=True))
    return len(pairs) == len(np.unique(one)) == len(np.unique(other))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_sharing_is_its_definition_element_by_element(sizes):
    labels = sharing(sizes)
    assert labels.dtype == np.uint8
    assert np.array_equal(labels, by_definition(sizes))


@pytest.mark.parametrize(("sizes", "classes"), [((6,), 2), ((8, 7), 4), ((4, 3, 5), 8), ((3, 1, 4), 4), ((1, 1), 1)])
def test_number_of_classes(sizes, classes):
    assert len(np.unique(sharing(sizes))) == classes


@pytest.mark.parametrize("sizes", [(3,), (3, 2), (2, 3), (4, 3), (2, 2, 3), (3, 1, 2)], ids=str)
def test_sharing_is_the_orbits_of_the_listed_group(sizes):
    action = product_action(*map(symmetric, sizes))
    orbits = intertwiners(action, action)
    assert same_partition(sharing(sizes), orbits.label)
    assert orbits.count == len(np.unique(sharing(sizes)))


GROUPS = [
    symmetric(1),
    symmetric(2),
    symmetric(5),
    cyclic(6),
    trivial(3),
    generated([[1, 0, 3, 2], [2, 3, 0, 1]]),
    generated([[1, 2, 0, 3], [0, 2, 3, 1]]),
    generated([[1, 0, 2, 3, 4], [0, 1, 3, 4, 2]]),
]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group.name} of degree {group.degree}")
def test_pairs_are_those_of_the_listed_group(group):
    action = as_action(group)
    assert same_partition(pair_labels(group), invariants(action @ action).label)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group.name} of degree {group.degree}")
def test_pairs_are_numbered_by_first_occurrence(group):
    labels, first = np.unique(pair_labels(group), return_index=True)
    assert labels.tolist() == list(range(len(labels)))
    assert (np.diff(first) > 0).all()


def test_pairs_of_known_groups():
    assert np.array_equal(pair_labels(symmetric(50)), 1 - np.eye(50))
    assert np.array_equal(pair_labels(cyclic(5)), (np.arange(5) - np.arange(5)[:, None]) % 5)
    assert np.array_equal(pair_labels(trivial(3)), np.arange(9).reshape(3, 3))


def test_the_largest_pictured_array():
    labels = sharing((20, 20, 20))
    assert labels.shape == (8000, 8000)
    assert np.bincount(labels[4321]).tolist() == [1, 19, 19, 361, 19, 361, 361, 6859]


def test_wide_labels_get_a_wide_type():
    labels = sharing([2] * 9)
    assert labels.dtype == np.uint16
    assert labels[0, -1] == 2**9 - 1


@pytest.mark.parametrize("sizes", [(), (3, 0), (-1,)])
def test_sizes_must_be_positive(sizes):
    with pytest.raises(ValueError, match="one or more positive numbers"):
        sharing(sizes)


def test_names_of_orbits():
    assert orbit_names(["point"]) == ["same entry", "other point"]
    assert orbit_names(["row", "column"]) == [
        "same entry",
        "same column, other row",
        "same row, other column",
        "other row and column",
    ]
    assert orbit_names(["row", "column", "layer"]) == [
        "same entry",
        "same column and layer, other row",
        "same row and layer, other column",
        "same layer, other row and column",
        "same row and column, other layer",
        "same column, other row and layer",
        "same row, other column and layer",
        "other row, column and layer",
    ]


def test_names_fit_the_labels():
    """In a 2 x 3 array: entries 0 and 1 lie in one row, entries 0 and 3 in one column."""
    names, labels = orbit_names(["row", "column"]), sharing((2, 3))
    assert names[labels[0, 1]] == "same row, other column"
    assert names[labels[0, 3]] == "same column, other row"
    assert names[labels[0, 4]] == "other row and column"
