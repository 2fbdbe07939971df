"""What the report says of the rotations of the cube: who is exact, and what relaxed weights have found."""

import re
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from equidyn.domains.digits.report.figures.rotations import Map, rotation_maps
from equidyn.domains.turbulence.report.stabiliser import change, keep_axis
from reporting_studies import params
from reporting_volumes import VARIANTS, edit_measure, upscale, write_volumes

from equidyn.core.params import Params
from equidyn.domains.turbulence.report import cube_equivariance, cube_relaxation
from equidyn.report.gather import StudyResults, gather
from equidyn.report.sections import decomposition, distance
from equidyn.symmetry.groups import CUBE

NAMES = ["trilinear", "cnn", "gcnn-scalar", "gcnn-vector", "rgcnn-vector"]


def _study(variants: list[str] = NAMES, seeds: int = 3, levels: tuple[float, ...] = (0.0, 0.5)) -> Params:
    return params(turbulence=upscale(variants, list(levels), seeds))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    """Results of all variants on isotropic and on anisotropic flow."""
    chosen = _study(list(VARIANTS))
    with chdir(tmp_path_factory.mktemp("rotations")):
        write_volumes(chosen)
        return gather(chosen)[0]


@pytest.fixture
def own(workplace: Path) -> Params:
    """Cells that a test may change."""
    write_volumes(_study())
    return _study()


def test_who_is_exact_under_which_action_is_told(study):
    (said,) = cube_equivariance.section(study).finding
    assert "Exact under both actions, to round-off: trilinear." in said
    assert "Exact under the true action only: gcnn-vector and relax-anneal." in said
    assert re.search(r"action on scalars only, so off by this much when vectors turn: gcnn-scalar \(0\.55\)\.", said)
    assert re.search(r"Exact under neither, .*: cnn \(0\.1\d and 1\.\d\), cnn-aug", said) and "Built to be" not in said


def test_a_broken_construction_is_told(own):
    wrong = {"absolute": 1e-3, "relative": 2e-3, "by_element": [0.0, *[2e-3] * (CUBE.order - 1)]}
    edit_measure(own, "gcnn-vector", "cube_equivariance", vector=wrong)
    (said,) = cube_equivariance.section(gather(own)[0]).finding
    assert "Built to be exact, but not so here: gcnn-vector. The command equidyn check" in said
    assert "gcnn-vector (0.0020 and 1." in said and "true action only" not in said


def test_exact_networks_alone_have_no_map_of_rotations(workplace):
    chosen = _study(["trilinear", "gcnn-vector"], 2, (0.0,))
    write_volumes(chosen)
    section = cube_equivariance.section(gather(chosen)[0])
    assert [shown.name for shown in section.pictures] == ["turbulence-cube-equivariance"]


def test_the_change_of_weights_finds_the_symmetry_that_is_left():
    axis = np.abs(CUBE.matrices[:, 0]).argmax(axis=1)
    found = change(np.array([3.0, 1.0, 1.5])[axis])
    assert (found[keep_axis()] < 1e-12).all() and (found[~keep_axis()] > 1).all() and keep_axis().sum() == 8


def test_the_change_of_weights_is_the_same_for_renumbered_outputs():
    weights = np.random.default_rng(0).standard_normal(CUBE.order)
    for element in range(CUBE.order):
        np.testing.assert_allclose(change(weights[CUBE.products[:, element]]), change(weights))


def test_the_change_of_weights_without_order_is_one_on_average():
    random = np.random.default_rng(0)
    squares = np.mean([np.square(change(random.standard_normal(CUBE.order))) for _ in range(2000)], axis=0)
    np.testing.assert_allclose(squares[1:], 1.0, atol=0.05)
    assert squares[0] == 0


def test_weights_that_are_alike_have_no_change_and_no_preference(own):
    tied = {"weights": [1.0] * CUBE.order, "preferred": 0, "preferred_share": 1 / CUBE.order, "total": 0.0}
    edit_measure(own, "rgcnn-vector", "cube_relaxation", **tied)
    results = gather(own)[0]
    assert change(np.ones(CUBE.order)) is None
    assert set(cube_relaxation.preferred(results)["rgcnn-vector", "eps000"]) == {"none"}
    section = cube_relaxation.section(results)
    assert [shown.name for shown in section.pictures] == ["turbulence-cube-weights", "turbulence-cube-spread"]
    assert "changes: rgcnn-vector by 0 ± 0 (no difference shown)." in section.finding[0]


def test_whether_weights_found_the_forced_axis_is_told(own):
    towards = np.abs(CUBE.matrices[:, 0]).argmax(axis=1)
    noise = 0.01 * np.random.default_rng(1).standard_normal(CUBE.order)
    weights = (np.array([1.3, 0.8, 0.9])[towards] + noise).tolist()
    edit_measure(own, "rgcnn-vector", "cube_relaxation", "eps050", weights=weights)
    said = cube_relaxation.section(gather(own)[0]).finding
    assert re.search(r"From ε = 0 to ε = 0\.5, .*rgcnn-vector by 0\.1\d+ ± 0\.\d+ \(wider\)\.", said[0])
    assert re.search(r"rgcnn-vector at ε = 0\.5: 0\.0\d+ ± 0\.\d+ \(kept more\)\.", said[1])


def test_too_few_seeds_leave_it_open(workplace):
    chosen = _study(["trilinear", "rgcnn-vector"], 2)
    write_volumes(chosen)
    said = " ".join(cube_relaxation.section(gather(chosen)[0]).finding)
    assert said.count("(too few seeds to tell)") == 3 and "wider" not in said


def test_no_relaxed_network_no_section(workplace):
    chosen = _study(["trilinear", "gcnn-vector"], 1, (0.0,))
    write_volumes(chosen)
    assert cube_relaxation.section(gather(chosen)[0]) is None


def test_columns_of_maps_are_in_an_order_for_readers():
    values = np.arange(CUBE.order, dtype=float)[None]
    figure = rotation_maps([Map("one", ["row"], values, {0: 3})], "label", "from 0")
    axes = figure.axes[0]
    shown, names = axes.images[0].get_array()[0], [label.get_text() for label in axes.get_xticklabels()]
    assert names[0] == "identity" and len(names) == CUBE.order and sorted(shown) == list(range(CUBE.order))
    (mark,) = [line for line in axes.lines if line.get_marker() == "x"]
    assert shown[int(mark.get_xdata()[0])] == 3


def test_shared_sections_read_the_measures_of_the_cube(study):
    said = decomposition.section(study).text[0]
    assert said.startswith("The mean square error over the 24 rotations of the cube")
    table = distance.section(study).tables[0]
    assert {"cube_distance.total@best", "cube_relaxation.total@best"} == set(table.data["quantity"])
    assert "held against the action on scalars" in distance.section(study).text[0]
