"""The report of networks that upscale a flow: what it shows, and what it says of numbers that are known."""

import re
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from equidyn.core.published import published
from reporting_cells import write_cells
from reporting_studies import levels, params
from reporting_volume_measures import FACTOR, SIDE
from reporting_volumes import VARIANTS, edit_measure, upscale, write_volumes

from equidyn.core.params import Cell, Params
from equidyn.domains.turbulence.report import cube_equivariance, cube_relaxation, spectra_of_flow, super_resolution
from equidyn.domains.turbulence.report import slices as slices_section
from equidyn.domains.turbulence.report.figures.slices import Pane, slices
from equidyn.report.cells import read_slices
from equidyn.report.gather import StudyResults, gather
from equidyn.report.report import run
from equidyn.report.sections import (
    checkpoints,
    convergence,
    cost,
    decomposition,
    distance,
    hessian,
    learning,
    sections_for,
    sharpness,
)

OWN = (super_resolution, spectra_of_flow, slices_section, cube_equivariance, cube_relaxation)
SHARED = (learning, convergence, sharpness, hessian, checkpoints, cost, decomposition, distance)
DIVERGED = Cell("turbulence", "eps050", "cnn-aug", 2)
NAMES = ["trilinear", "cnn", "gcnn-scalar", "gcnn-vector", "rgcnn-vector"]


def _study(variants: list[str] = NAMES, seeds: int = 3, levels: tuple[float, ...] = (0.0, 0.5)) -> Params:
    return params(turbulence=upscale(variants, list(levels), seeds))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the cells of a study and its report; one run diverged."""
    place, chosen = tmp_path_factory.mktemp("upscale"), _study(list(VARIANTS))
    with chdir(place):
        write_volumes(chosen, diverged=(DIVERGED,))
        run(chosen)
    return place


@pytest.fixture(scope="module")
def study(folder: Path) -> StudyResults:
    with chdir(folder):
        return gather(_study(list(VARIANTS)))[0]


@pytest.fixture
def own(workplace: Path) -> Params:
    """Cells that a test may change."""
    write_volumes(_study())
    return _study()


def test_the_page_has_its_sections_and_pictures(folder):
    page = re.sub(r"data:image[^\"]*", "", (folder / "reports" / "report.html").read_text(encoding="utf-8"))
    said = page.partition('<section id="turbulence">\n<h2>')[2].partition("<h2>")[0]
    for module in (*OWN, *SHARED):
        assert f">{module.TITLE}</h3>" in said, module.TITLE
    drawn = {path.stem.removeprefix("turbulence-") for path in (folder / "reports" / "figures").glob("*.svg")}
    assert {"super-resolution", "spectra", "spectra-error", "slices", "slices-eps050", "cube-equivariance"} <= drawn
    assert {"cube-elements", "cube-weights", "cube-changes", "cube-spread", "learning", "cost", "share"} <= drawn
    assert re.findall(r"rollout|persistence|per cell|\bnan\b|\bNone\b", said.partition("Not measured")[0]) == []


def test_sections_belong_to_this_task_alone():
    wanted = sections_for("upscale")
    assert {*OWN, *SHARED} <= set(wanted)
    assert all(
        set(OWN).isdisjoint(sections_for(task))
        for task in ("rollout", "classify_sets", "reconstruct", "classify_images")
    )


def test_pictures_are_small_and_the_same_each_time(folder, study):
    for path in (folder / "reports" / "figures").glob("turbulence-*.svg"):
        assert path.stat().st_size < 250_000, path.name
    with chdir(folder):
        first, again = (slices_section.section(study).pictures for _ in range(2))
    assert [one.files for one in first] == [one.files for one in again]


def test_published_numbers_stand_beside_the_variants_that_are_built_alike(study):
    table = super_resolution.section(study).tables[0]
    view = table.view.set_index("our variant")
    assert view.loc["gcnn-scalar", ["published network", "paper", "blog", "its parameters"]].tolist() == [
        "gcnn",
        "1.12 (0.02)",
        "0.928 (0.04)",
        "123,801",
    ]
    assert view.loc["cnn", "blog"] == "0.992 (0.03)" and view.loc["rgcnn-scalar", "paper"] == "1.00 (0.01)"
    assert (view.loc[["cnn-aug", "gcnn-vector", "rgcnn-vector"], "paper"] == "–").all()
    ours = table.data[(table.data["source"] == "ours") & (table.data["unit"] == "rms velocity")]
    values = study.quantity("super_resolution", "mae").query("variant == 'cnn' and dataset == 'eps000'")["value"]
    mean = ours.set_index(["variant", "dataset"]).loc[("cnn", "eps000"), "mean"]
    assert mean == pytest.approx(values.mean(), rel=1e-12)


def test_published_rows_without_a_variant_of_ours_are_shown(workplace):
    chosen = _study(["gcnn-vector"], 1, (0.0,))
    write_volumes(chosen)
    view = super_resolution.section(gather(chosen)[0]).tables[0].view
    assert view["our variant"].tolist()[:4] == ["not run", "not run", "not run", "gcnn-vector"]
    assert view["our variant"].tolist()[4] == "trilinear interpolation"


def test_references_stand_below_and_are_no_variant_twice(study):
    names = super_resolution.section(study).tables[0].view["our variant"].tolist()
    assert names[-3:] == ["trilinear", "exact Fourier interpolation", "mean flow (0) as the answer"]
    assert "trilinear interpolation" not in names


def test_units_and_scale_of_the_published_are_told(study):
    words = super_resolution.section(study).text[1]
    assert "errors on JHTDB in its own velocity unit" in words and "only the order" in words
    assert f"source.resolution {SIDE} (published: 64)" in words and "source.factor" not in words


def test_who_is_better_than_interpolation_is_told(own):
    edit_measure(own, "cnn", "super_resolution", mae=0.40, spectral={"mae": 0.32, "rmse": 0.4})
    edit_measure(own, "gcnn-vector", "super_resolution", mae=0.24, spectral={"mae": 0.32, "rmse": 0.4})
    said = super_resolution.section(gather(own)[0]).text[2]
    assert said.startswith("MAE against that of the exact Fourier interpolation, which keeps what the coarse grid")
    assert "gcnn-vector (-25.00 ± 0.00 %)" in said.partition("above it are")[0]
    assert "above it are cnn (25.00 ± 0.00 %)" in said and "trilinear" not in said


def test_components_stand_apart(own):
    edit_measure(own, "cnn", "super_resolution", by_component=[0.5, 0.25, 0.125])
    view = super_resolution.section(gather(own)[0]).tables[1].view.set_index(["data", "variant"]).loc[("ε = 0", "cnn")]
    shown = [view[f"MAE of {name}"].partition("\N{NO-BREAK SPACE}")[0] for name in ("vx", "vy", "vz")]
    assert shown == ["0.5000", "0.2500", "0.1250"]


def test_the_best_is_a_finding(study):
    found = super_resolution.section(study).finding
    assert [sentence.partition(",")[0] for sentence in found] == ["At ε = 0", "At ε = 0.5"]
    assert "lowest test MAE" in found[0]


def test_how_far_the_flow_is_found_lies_between_wavenumbers(own):
    correlation = [1.0, 0.9, 0.7, 0.3, *[0.1] * (SIDE // 2 - 4)]
    edit_measure(own, "cnn", "spectrum", correlation=correlation)
    edit_measure(own, "gcnn-vector", "spectrum", correlation=[0.2] * (SIDE // 2))
    edit_measure(own, "gcnn-scalar", "spectrum", correlation=[0.9] * (SIDE // 2))
    edit_measure(own, "rgcnn-vector", "spectrum", correlation=[0.9, 0.8, *[None] * (SIDE // 2 - 2)])
    found = spectra_of_flow.reach(gather(own)[0]).groupby("variant")["value"].first()
    assert found["cnn"] == pytest.approx(3.5) and np.isnan(found["gcnn-vector"])
    assert found["gcnn-scalar"] == SIDE / 2 and found["rgcnn-vector"] == 2


def test_the_end_of_the_coarse_grid_is_told(study):
    assert spectra_of_flow.end_of_coarse(study) == SIDE / FACTOR / 2
    section = spectra_of_flow.section(study)
    assert "resolves wavenumbers up to 4;" in section.text[0] and "faded" not in section.text[0]
    assert "lowest spectral error" in section.finding[0]


def test_slices_show_the_length_of_the_difference_of_vectors():
    truth, turned = np.zeros((3, 2, 2)), np.zeros((3, 2, 2))
    truth[0], turned[1] = 3.0, 4.0
    np.testing.assert_allclose(slices_section.speed(truth), 3.0)
    np.testing.assert_allclose(slices_section.speed(turned - truth), 5.0)


def test_slices_leave_blank_what_is_not_finite_and_mark_diverged_runs(folder, study):
    panes = [Pane("truth", np.ones((4, 4))), Pane("lost", np.full((4, 4), np.nan), np.full((4, 4), np.nan))]
    figure = slices(panes, "1")
    assert [axes.images[0].get_array().mask.sum() for axes in figure.axes[:2]] == [16, 32]
    assert slices_section._fated(study, DIVERGED.dataset, DIVERGED.variant) == "cnn-aug"  # seed 1 did not diverge
    with chdir(folder):
        example = read_slices(Cell("turbulence", "eps000", "cnn", 1))
    assert example.input.shape[-1] * FACTOR == example.truth.shape[-1] == SIDE


def test_many_variants_are_parted_into_charts(workplace):
    many = {name: VARIANTS[name] for name in NAMES} | {f"cnn-{place}": VARIANTS["cnn"] for place in range(10)}
    variants = {name: {"augment": "none"} | entry for name, entry in many.items()}
    chosen = params(turbulence=upscale(NAMES, [0.0], 1) | {"variants": variants})
    write_volumes(chosen)
    results = gather(chosen)[0]
    for module in (super_resolution, learning, cost, cube_equivariance):
        assert module.section(results).pictures, module.TITLE
    names = [shown.name for shown in spectra_of_flow.section(results).pictures]
    assert "turbulence-spectra-2" in names and len(names) == len(set(names))


def test_published_super_resolution_is_complete():
    rows = published().super_resolution.rows
    assert [row.parameters for row in rows] == [132795, 123801, 130175]
    assert {row.model for row in rows} <= {variant["model"] for variant in VARIANTS.values()}


def test_studies_of_other_tasks_have_none_of_it(workplace):
    smoke = params(smoke=levels(["cnn"], [0.0], 1))
    write_cells(smoke)
    assert all(module.section(gather(smoke)[0]) is None for module in OWN)
