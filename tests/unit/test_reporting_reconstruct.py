"""The report of auto-encoders of digits: what it shows, and what it says of numbers that are known."""

import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reporting_cells import edit_json, write_cells
from reporting_image_measures import LIMITS
from reporting_images import reconstruct, write_images
from reporting_studies import levels, params
from safetensors.numpy import load_file, save_file
from sealing import sealed

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_json
from equidyn.core.params import Cell, Params
from equidyn.domains.digits.report import angles, attention, reconstruction, reconstructions, traversals
from equidyn.domains.digits.report.figures.images import FRAME, PAPER, UNKNOWN, mosaic
from equidyn.domains.digits.report.linear import limits, sides
from equidyn.report.cells import read_reconstructions
from equidyn.report.gather import StudyResults, gather
from equidyn.report.report import run
from equidyn.report.sections import sections_for

NAMES = ["ae", "ae-aug", "equivariant-ae", "equivariant-ae-attention"]
OWN = (reconstruction, reconstructions, angles, attention, traversals)
DIVERGED = Cell("digits-autoencoder", "digits", "ae-aug", 2)


DIGITS = params(digits_autoencoder=reconstruct(NAMES, 4))
BOTH = params(smoke_levels=levels(["cnn"], [0.0], 1), digits_autoencoder=reconstruct(NAMES, 4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the cells of a study of auto-encoders and one of rollouts, and the report of the first."""
    place = tmp_path_factory.mktemp("coders")
    with chdir(place):
        write_cells(BOTH)
        write_images(BOTH, diverged=(DIVERGED,))
        run(DIGITS)
    return place


@pytest.fixture(scope="module")
def studies(folder: Path) -> dict[str, StudyResults]:
    with chdir(folder):
        return {study.name: study for study in gather(BOTH)}


@pytest.fixture
def own(workplace: Path) -> Params:
    """Cells that a test may change: three seeds of four networks."""
    chosen = params(digits=reconstruct(NAMES, 3))
    write_images(chosen)
    return chosen


def _edit(chosen: Params, variant: str, measure: str, **changes: Any) -> None:
    """Change what a measure says of every run of a variant."""
    for cell in chosen.cells():
        if cell.variant == variant:
            path = paths.run(cell) / "measures.json"
            checkpoints = read_json(path)["checkpoints"]
            checkpoints["best"][measure] |= changes
            edit_json(path, checkpoints=checkpoints)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_has_its_sections_and_pictures(folder):
    page = re.sub(r"data:image[^\"]*", "", (folder / "reports" / "report.html").read_text(encoding="utf-8"))
    said = page.partition('<section id="digits-autoencoder">\n<h2>')[2].partition("<h2>")[0]
    for module in OWN:
        assert f">{module.TITLE}</h3>" in said, module.TITLE
    drawn = {path.stem for path in (folder / "reports" / "figures").glob("digits-autoencoder-*.svg")}
    names = ("reconstruction", "reconstructions", "angles", "attention", "entropy", "traversals")
    assert {f"digits-autoencoder-{name}" for name in names} <= drawn
    assert re.findall(r"velocity|windows|rollout|\bnan\b", said.partition("Not measured here")[0], re.IGNORECASE) == []


def test_pictures_are_small(folder):
    for path in (folder / "reports" / "figures").glob("digits-autoencoder-[art]*.svg"):
        assert path.stat().st_size < 150_000, path.name


def test_studies_of_other_tasks_have_none_of_it(folder, studies):
    with chdir(folder):
        assert all(module.section(studies["smoke-levels"]) is None for module in OWN)
    assert set(OWN) <= set(sections_for("reconstruct"))
    assert set(OWN).isdisjoint(
        {*sections_for("rollout"), *sections_for("classify_sets"), *sections_for("classify_images")}
    )


def test_who_is_equal_at_every_turn_and_who_is_not_is_told(studies):
    said = reconstruction.section(studies["digits-autoencoder"]).text[1]
    assert "(drift below 10⁻⁶ in every run): equivariant-ae and equivariant-ae-attention." in said
    assert re.search(r"Clearly worse on rotated images, by a factor of: ae 4\.\d+ ± 0\.\d+\.", said)
    assert re.search(r"Neither is shown, by factors of: ae-aug [01]\.\d+ ± 0\.\d+\.", said)
    assert said.endswith("as answer to every image, is on upright ones: ae.")


def test_a_broken_construction_is_told(own):
    _edit(own, "equivariant-ae", "reconstruction", drift=3e-3)
    said = reconstruction.section(gather(own)[0]).text[1]
    assert "in every run): equivariant-ae-attention. Built to be so, but not so here: equivariant-ae (0.0030)." in said


def test_a_plain_net_that_does_not_fail_is_not_said_to(own):
    _edit(own, "ae", "reconstruction", excess=0.0, rotated=0.016, drift=2e-7)
    said = reconstruction.section(gather(own)[0]).text[1]
    assert "in every run): ae, equivariant-ae and equivariant-ae-attention." in said
    assert "Clearly worse" not in said and "Worse on rotated" not in said


def test_limits_stand_below_the_networks(studies):
    (table,) = reconstruction.section(studies["digits-autoencoder"]).tables
    view = table.view.set_index("variant")
    assert view.index.tolist()[: len(NAMES)] == NAMES and len(view) == len(NAMES) + 5
    assert view.loc["PCA-9", ["upright", "rotated", "parameters", "drift"]].tolist() == ["0.02610", "0.05830", "–", "–"]
    assert view.loc["PCA-9 that commutes with turns", "rotated / upright"] == "1.000"
    assert view.loc["the mean of the training images", ["upright", "rotated"]].tolist() == ["0.05220", "–"]
    assert "diverged (1 of 4)" in _plain(view.loc["ae-aug", "upright"]) and view.loc["ae", "parameters"] == "15,025"
    data = table.data.set_index(["quantity", "variant"])["mean"]
    assert data["reconstruction.rotated", "(pca, 9)"] == pytest.approx(LIMITS["pca"]["rotated"], rel=1e-12)
    values = studies["digits-autoencoder"].quantity("reconstruction", "upright").query("variant == 'ae'")["value"]
    assert data["reconstruction.upright", "ae"] == pytest.approx(values.mean(), rel=1e-12)


def test_who_is_better_than_pca_is_told(own):
    _edit(own, "ae", "reconstruction", upright=0.020)
    _edit(own, "equivariant-ae", "reconstruction", upright=0.040)
    results = gather(own)[0]
    said = [text for text in reconstruction.section(results).text if text.startswith(("Upright", "No linear"))]
    assert said[0].startswith("Upright, against PCA-9 (0.02610): below it are ae (-23.37 ± 0.00 %)")
    assert "above it are equivariant-ae (53.26 ± 0.00 %)" in said[0]
    assert "equivariant networks against PCA-9 that commutes with turns (0.03520): below it are equi" in said[1]
    assert "; above it are equivariant-ae (13.64 ± 0.00 %)." in said[1] and " ae (" not in said[1]
    assert "can be below 0.02580 on these" in said[2] and "ae-aug and equivariant-ae-attention are below it" in said[2]


def test_no_square_of_latents_leaves_out_the_limits_that_need_one(own):
    for name in NAMES:
        none = {"upright": None, "rotated": None}
        _edit(own, name, "reconstruction", latent=8, pca_symmetric=none, pca_symmetric_best=None)
    results = gather(own)[0]
    found = limits(results)
    assert found["name"].tolist() == ["PCA-8", "PCA-8 fitted to the test images", "the mean of the training images"]
    section = reconstruction.section(results)
    assert not any("commutes with turns (" in text for text in section.text)


def test_networks_of_different_latents_have_their_own_limits(own):
    _edit(own, "ae", "reconstruction", latent=16, upright=0.020, pca={"upright": 0.018, "rotated": 0.05})
    results = gather(own)[0]
    found = limits(results).set_index("name")["upright"]
    assert found[["PCA-16", "PCA-9"]].tolist() == [0.018, 0.0261]
    assert found.index.tolist().count("the mean of the training images") == 1
    assert sides(results, "pca", "digits").above["ae"].startswith("11.11 ±")  # against PCA-16, not PCA-9


def test_seeds_too_few_to_tell_leave_it_open(workplace):
    chosen = params(digits=reconstruct(["ae", "equivariant-ae"], 2))
    write_images(chosen)
    section = reconstruction.section(gather(chosen)[0])
    assert "Clearly" not in " ".join(section.text) and "below it are" not in " ".join(section.text)
    assert "not to be told apart from it are ae" in " ".join(section.text)


def test_the_published_way_is_told_by_how_far_it_is_off(own):
    _edit(own, "ae-aug", "audit/reconstruction", rotated=0.05)
    results = gather(own)[0]
    exact = results.quantity("reconstruction", "rotated").query("variant == 'ae-aug'")["value"]
    off = 100 * (0.05 / exact.min() - 1)
    assert (
        f"differs from the mean over the three turns by {off:.0f} % at most" in reconstruction.section(results).text[-1]
    )


def test_the_summary_names_the_best_upright_and_rotated(studies):
    found = reconstruction.section(studies["digits-autoencoder"]).finding
    assert found[0].startswith("On upright test images, ae has the lowest MSE per pixel (0.016")
    assert re.match(r"On rotated test images, (ae-aug|equivariant-ae-attention) has the lowest MSE per pixel", found[1])
    assert found[2].startswith("Equally wrong upright and rotated")


def test_images_keep_their_shades_and_their_places():
    images = np.zeros((2, 3, 4, 4))
    images[0, 0] = 1.0
    images[0, 1] = -3.0
    images[1, 2] = np.nan
    images[1, 1, 0, 3] = 2.0
    shades, starts = mosaic([images, images])
    assert starts == [0, 3 * 5 + 1 + 5] and shades.shape == (2 * 5 + 1, 2 * (3 * 5 + 1) + 5)
    assert (
        (shades[1:5, 1:5] == 0).all() and (shades[1:5, 6:10] == PAPER).all() and (shades[6:10, 11:15] == UNKNOWN).all()
    )
    assert shades[6, 9] == 0 and shades[6, 8] == PAPER
    assert (shades[:, 0] == FRAME).all() and (shades[-1, :16] == FRAME).all() and (shades[:, 16:21] == PAPER).all()
    assert (shades[:, :16] == shades[:, 21:]).all()


def test_whether_reconstructions_turn_with_images_is_told(folder, studies):
    with chdir(folder):
        section = reconstructions.section(studies["digits-autoencoder"])
        off = reconstructions.unturned(read_reconstructions(Cell("digits-autoencoder", "digits", "ae", 1)))
    assert "to round-off: equivariant-ae and equivariant-ae-attention." in section.text[0]
    assert f"(root mean square): ae ({off:.2f}) and ae-aug" in section.text[0] and off > 0.1


def test_a_diverged_run_is_marked_and_its_pictures_are_blank(workplace):
    chosen = params(digits=reconstruct(["ae", "equivariant-ae"], 1))
    lost = Cell("digits", "digits", "ae", 1)
    write_images(chosen, diverged=(lost,))
    path = paths.run(lost) / "example.safetensors"
    arrays = load_file(path)
    save_file({name: array if "input" in name else np.full_like(array, np.nan) for name, array in arrays.items()}, path)
    sealed(path.parent)
    results = gather(chosen)[0]
    assert reconstructions.fated(results, "ae") == "ae (diverged)"
    said = reconstructions.section(results).text[0]
    assert said.endswith("to round-off: equivariant-ae.") and traversals.section(results).pictures


def test_an_example_that_lacks_an_array_is_named(own):
    path = paths.run(Cell("digits", "digits", "ae", 1)) / "example.safetensors"
    save_file({name: array for name, array in load_file(path).items() if name != "traversal"}, path)
    sealed(path.parent)
    with pytest.raises(EquidynError, match=r"example.safetensors: missing or not whole .*traversal"):
        reconstructions.section(gather(own)[0])


def test_angles_tell_the_error_halfway_between_turns(own):
    degrees = list(range(0, 360, 15))
    _edit(own, "ae", "angles", mse=[0.01 + 0.02 * (at % 90 == 45) + 0.001 * (at == 180) for at in degrees])
    section = angles.section(gather(own)[0])
    view = section.tables[0].view.set_index("variant").loc["ae"]
    assert [_plain(view[head]).partition(" ")[0] for head in view.index[1:]] == [
        "0.01000",
        "0.03000",
        "3.000",
        "3.000",
    ]
    assert section.text[1].startswith("On images halfway between quarter turns, ")
    assert [shown.name for shown in section.pictures] == ["digits-angles"]


@pytest.mark.parametrize(
    ("concentration", "variation", "said"),
    [
        (0.4, 0.2, ("are uneven (concentration above 0.014)", "are different from image to image")),
        (0.001, 0.01, ("are near equal (concentration below 0.014)", "are much the same for all images")),
        (0.4, 0.01, ("are uneven", "are much the same for all images")),
    ],
)
def test_what_attention_does_is_told_by_its_numbers(own, concentration, variation, said):
    _edit(own, "equivariant-ae-attention", "attention", concentration=concentration, variation=variation)
    section = attention.section(gather(own)[0])
    assert all(words in section.text[1] for words in said)
    assert section.tables[0].view["variant"].tolist() == ["equivariant-ae-attention"]


def test_without_attention_there_is_no_section_on_it(workplace):
    chosen = params(digits=reconstruct(["ae", "equivariant-ae"], 1))
    write_images(chosen)
    assert attention.section(gather(chosen)[0]) is None


def test_traversals_are_of_one_plain_and_one_equivariant_network(folder, studies):
    with chdir(folder):
        section = traversals.section(studies["digits-autoencoder"])
    assert "as ae and equivariant-ae draw it" in section.pictures[0].caption


def test_pictures_are_the_same_each_time(folder, studies):
    with chdir(folder):
        for module in (reconstructions, traversals):
            first, again = (module.section(studies["digits-autoencoder"]).pictures for _ in range(2))
            assert [one.files for one in first] == [one.files for one in again], module.TITLE
