"""The report of a study of turbulence: what it says of the data, of the variants and of the units."""

import re
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from equidyn.domains.turbulence.report.pictures_of_turbulence import _guide
from reporting_cells import edit_json
from reporting_studies import levels, params
from reporting_volumes import VARIANTS, upscale, write_volumes

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_json
from equidyn.core.params import Cell, Params
from equidyn.domains.turbulence.params import TurbulenceData
from equidyn.domains.turbulence.report import sizes_of_volumes, variants_of_volumes
from equidyn.report.cells import read_slices
from equidyn.report.gather import StudyResults, gather
from equidyn.report.labels import dataset_kind, level_labels, ordered
from equidyn.report.overview import overview
from equidyn.report.report import run
from equidyn.report.sections import data, sizes, variants
from equidyn.report.tables import latex
from equidyn.report.wording import wording

CELL = Cell("turbulence", "eps000", "cnn", 1)
OTHERS = r"windows|rollout|\bimages\b|digit|persistence|per cell|\bsets of\b|\bnan\b|\bNone\b"


def _params() -> Params:
    return params(turbulence=upscale(list(VARIANTS), [0.0, 0.6], 2))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the cells of a study, all variants on isotropic and on anisotropic turbulence."""
    place = tmp_path_factory.mktemp("turbulence")
    with chdir(place):
        write_volumes(_params())
    return place


@pytest.fixture(scope="module")
def study(folder: Path) -> StudyResults:
    with chdir(folder):
        return gather(_params())[0]


def _with(study: StudyResults, checks: dict[str, object], **settings: object) -> StudyResults:
    """The same results with other checks and other settings."""
    trees = {name: tree | {"checks": tree["checks"] | checks} for name, tree in study.data.items()}
    return replace(study, data=trees, settings=study.settings.model_copy(update=settings))


def test_nothing_said_of_volumes_is_of_other_tasks(folder):
    with chdir(folder):
        page = run(_params()).read_text(encoding="utf-8")
        tables = [path.read_text(encoding="utf-8") for path in Path("reports/tables").glob("turbulence-*.tex")]
    said = re.sub(r"data:image[^\"]*", "", page).partition('<section id="turbulence">\n<h2>')[2].partition("<h2>")[0]
    assert "ε = 0.6" in said and "Data" in said
    assert re.findall(OTHERS, said.partition("Not measured here")[0]) == []
    lines = [line for table in tables for line in table.splitlines()]
    assert tables and all(line.isascii() for line in lines if not line.startswith("%"))


def test_the_head_of_the_page_says_which_flow_there_is(study):
    found = overview([study])
    told = dict(found.brief)["Turbulence"]
    assert told == (
        "simulated here, 8 × 8 × 8 to 32 × 32 × 32 voxels, Re_lambda 32 at ε = 0 and 32 at ε = 0.6; not the data of "
        "the published figures (JHTDB)."
    )
    assert found.notices == []
    two = overview([study, replace(study, name="more")])
    assert [name for name, _ in two.brief if "Turbulence" in name] == ["Turbulence of turbulence", "Turbulence of more"]


@pytest.mark.parametrize(("loss", "unit"), [("mae", "rms velocity"), ("mse", "(rms velocity)²")])
def test_the_unit_of_the_loss_is_that_of_the_one_that_is_chosen(loss, unit):
    chosen = params(turbulence=upscale(["cnn"], [0.0], 1, task={"kind": "upscale", "loss": loss})).studies["turbulence"]
    words = wording(chosen)
    assert (words.loss_unit, words.samples, words.per) == (unit, "boxes", "voxel")
    assert (words.score, words.headline.label) == ("validation_mae", "test MAE [rms velocity]")


def test_the_units_of_other_tasks_stay():
    assert wording(params(a=levels(["cnn"], [0.0], 1)).studies["a"]).loss_unit == "(rms velocity)²"


def test_datasets_are_called_by_their_anisotropy(study):
    assert level_labels(study.settings) == {"eps000": "ε = 0", "eps060": "ε = 0.6"}
    assert dataset_kind(study.settings) == "level of symmetry breaking of the data" and ordered(study.settings)
    sized = {f"n{count}": TurbulenceData(anisotropy=0.0, train=count) for count in (1, 4)}
    chosen = study.settings.model_copy(update={"datasets": sized})
    assert level_labels(chosen) == {"n1": "ε = 0, 1 simulation", "n4": "ε = 0, 4 simulations"}
    assert dataset_kind(chosen) == "level and number of training simulations"


def test_every_check_has_a_row_and_what_is_expected_of_it(study):
    (table,) = data.section(study).tables
    view = table.view.set_index("check")
    assert list(view.columns) == ["ε = 0", "ε = 0.6", "isotropic flow"]
    assert view.loc["skewness of longitudinal gradients [1]"].tolist() == ["-0.430", "-0.430", "about -0.4"]
    assert view.loc["mean of vx², vy², vz² [length²/time²]", "ε = 0.6"] == "0.886, 0.314, 0.317"
    assert view.loc["mean square of transverse over longitudinal gradients [1]", "isotropic flow"] == "2"
    row = table.data.set_index("dataset").loc["eps060"]
    assert row["variance[1]"] == pytest.approx(0.5 * 1.72 * 1.03) and row["rms.test"] == 0.699
    assert row["variance_ratio"] == pytest.approx(row["variance[1]"] / row["variance[2]"])
    assert latex(table).partition("\\begin")[2].isascii()


def test_how_the_samples_were_made_and_what_symmetry_they_have_is_told(study):
    source, samples, _, symmetry = data.section(study).text
    assert source == "Source: pseudo-spectral simulation."
    assert "32 × 32 × 32 voxels" in samples and "4 independent simulations to train on, 2 for validation" in samples
    assert "3 coarse frames of 8 × 8 × 8 voxels, 5 steps apart, each voxel the mean over the block" in samples
    assert symmetry.startswith("The forcing weighs vx, vy and vz by 1 + 2 ε")
    assert "is 1.05 at ε = 0 and 2.82 at ε = 0.6" in symmetry and "is not defined" in symmetry


def test_of_isotropic_flow_alone_nothing_is_said_of_its_forcing(study):
    section = data.section(_with(study, {"anisotropy": 0.0}, source=_sharp(study)))
    assert "forcing weighs" not in section.text[3] and section.text[3].startswith("The largest variance")
    assert "cut off sharply" in section.text[1]


def _sharp(study: StudyResults) -> object:
    return study.settings.source.model_copy(update={"filter": "spectral"})


def test_spectra_have_a_guide_of_slope_five_thirds_above_them(study):
    names = [shown.name for shown in data.section(study).pictures]
    assert names == ["turbulence-data-spectrum", "turbulence-data-variances"]
    checks = study.data["eps000"]["checks"]
    frame = pd.DataFrame({"x": checks["wavenumber"], "y": checks["spectrum"]})
    guide = _guide(frame)
    slopes = np.diff(np.log(guide["y"])) / np.diff(np.log(guide["x"]))
    assert slopes == pytest.approx([-5 / 3] * len(slopes)) and guide["x"].tolist() == list(range(3, 9))
    assert (guide["y"].to_numpy() > frame.set_index("x").loc[guide["x"], "y"].to_numpy()).all()
    assert _guide(frame[frame["x"] <= 2]) is None


def test_what_each_variant_imposes_is_said_in_words(study):
    section = variants.section(study)
    view = section.tables[0].view.set_index("variant")
    assert view["symmetry imposed"].to_dict() == {
        "trilinear": "24 rotations, vectors turned, by interpolation alone",
        "cnn": "none",
        "cnn-aug": "none",
        "gcnn-scalar": "24 rotations, components as scalars",
        "gcnn-vector": "24 rotations, vectors turned",
        "rgcnn-scalar": "relaxed from 24 rotations, components as scalars",
        "rgcnn-vector": "relaxed from 24 rotations, vectors turned",
        "relax-anneal": "24 rotations, vectors turned; trained relaxed, used exact",
    }
    published = view["parameters, published network"]
    assert published[["cnn", "gcnn-scalar", "rgcnn-scalar"]].tolist() == ["132,795", "123,801", "130,175"]
    assert published[["trilinear", "gcnn-vector", "relax-anneal"]].tolist() == ["–"] * 3
    assert view.loc["cnn-aug", "training"] == "augment cube" and view.loc["trilinear", "parameters"] == "0"
    assert view.loc[["gcnn-scalar", "rgcnn-vector"], "exactly equivariant"].tolist() == ["yes", "no"]
    assert view.loc["relax-anneal", "parameters in training"] != view.loc["relax-anneal", "parameters"]
    assert "multiply-adds per voxel" in view.columns


def test_parameters_are_matched_among_what_is_trained(study):
    (words,) = variants.section(study).text
    assert words.startswith("The variants match in parameters, within 5 % (5,010 to 5,229).")
    assert "trilinear has no weights" in words and "relax-anneal has more parameters in training than in use" in words
    assert "Components as scalars" in words
    table = variants.section(study).tables[0].data
    larger = table.assign(parameters=table["parameters"] * (1 + (table["variant"] == "cnn")))
    assert "cnn (10,240) matches no other" in variants_of_volumes.match_words(larger)
    alone = table[table["variant"].isin(["trilinear"])]
    assert variants_of_volumes.match_words(alone).startswith("trilinear has no weights")
    copied = table[table["variant"].isin(["cnn", "gcnn-vector"])].assign(as_published=[False, True])
    assert "gcnn-vector has the published size" in variants_of_volumes.match_words(copied)


def test_more_simulations_are_an_axis_in_the_unit_of_the_simulation(study):
    assert sizes.section(study) is None
    counts = dict(zip(study.datasets, (2, 4), strict=True))
    sized = {name: TurbulenceData(anisotropy=0.0, train=count) for name, count in counts.items()}
    found = _with(study, {}, datasets=sized)
    assert sizes.training_scenes(found) == counts
    section = sizes.section(found)
    assert [shown.name for shown in section.pictures] == ["turbulence-sizes"]
    assert "number of simulations to train on" in section.pictures[0].caption
    assert sizes_of_volumes._rms(found).to_dict() == dict.fromkeys(study.datasets, 0.705)


def test_slices_are_read_whole_or_refused(folder):
    with chdir(folder):
        slices = read_slices(CELL)
        assert slices.input.shape == (3, 8, 8) and slices.truth.shape == slices.prediction.shape == (3, 32, 32)
        path = paths.run(CELL) / "example.safetensors"
        whole = path.read_bytes()
        path.write_bytes(whole[:-8])
        with pytest.raises(
            EquidynError, match=r"example\.safetensors: not the file that measures\.json beside it names"
        ):
            read_slices(CELL)
        path.write_bytes(whole)


def test_a_cell_without_checks_of_its_data_is_refused(workplace):
    chosen = params(turbulence=upscale(["cnn"], [0.0], 1))
    write_volumes(chosen)
    path = paths.run(CELL) / "measures.json"
    told = read_json(path)["data"]
    edit_json(path, data={key: value for key, value in told.items() if key != "checks"})
    with pytest.raises(EquidynError, match="it lacks checks"):
        gather(chosen)
