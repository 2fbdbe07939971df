"""The report of studies of digits: what all of them share, from the head of the page to the cost of an answer."""

import re
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from equidyn.report.origins import origin_words
from reporting_cells import edit_json, write_cells
from reporting_images import recognise, reconstruct, write_images
from reporting_studies import levels, params

from equidyn.core import paths
from equidyn.core.files import read_json
from equidyn.core.params import Cell, Params
from equidyn.domains.digits.report import layer_equivariance, layer_lie, motions, recognition, variants_of_images
from equidyn.report.gather import StudyResults, gather
from equidyn.report.labels import dataset_kind, level_labels, ordered, trained_on
from equidyn.report.overview import overview
from equidyn.report.report import run
from equidyn.report.sections import (
    SECTIONS,
    checkpoints,
    convergence,
    cost,
    data,
    hessian,
    learning,
    sections_for,
    sharpness,
    sizes,
    variants,
)

CELL = Cell("digits-cnn", "digits", "cnn", 1)
NETS = ["cnn", "cnn-aug", "gcnn"]
CODERS = ["ae", "ae-small", "equivariant-ae", "equivariant-ae-wide"]
DIVERGED = Cell("digits-cnn", "digits", "cnn-aug", 2)
BOTH = {"at": ["best", "early"], "options": {}}


def _params() -> Params:
    nets = recognise(NETS, 3)
    return params(
        smoke_levels=levels(["cnn"], [0.0], 1) | {"measures": {"error": BOTH}},
        digits_cnn=nets | {"measures": nets["measures"] | {"recognition": BOTH, "sharpness": BOTH, "hessian": BOTH}},
        digits_autoencoder=reconstruct(CODERS, 2),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the cells of a study of rollouts and both of digits, and their report."""
    place = tmp_path_factory.mktemp("digits")
    with chdir(place):
        write_cells(_params())
        write_images(_params(), diverged=(DIVERGED,))
        run(_params())
    return place


@pytest.fixture(scope="module")
def studies(folder: Path) -> dict[str, StudyResults]:
    with chdir(folder):
        return {study.name: study for study in gather(_params())}


def _small(**changes: object) -> Params:
    return params(digits_cnn=recognise(["cnn"], 1, **changes))


def _of(folder: Path, study: str) -> str:
    """What the page says of one study, without its pictures."""
    page = re.sub(r"data:image[^\"]*", "", (folder / "reports" / "report.html").read_text(encoding="utf-8"))
    return page.partition(f'<section id="{study}">\n<h2>')[2].partition("<h2>")[0]


def test_every_kind_of_study_has_the_sections_of_its_own(folder, studies):
    nets, coders, rollouts = (_of(folder, name) for name in ("digits-cnn", "digits-autoencoder", "smoke-levels"))
    for module in (recognition, motions, layer_equivariance, layer_lie):
        assert f">{module.TITLE}</h3>" in nets, module.TITLE
        assert f">{module.TITLE}</h3>" not in coders + rollouts, module.TITLE
    assert all(
        f">{title}</h3>" in coders and f">{title}</h3>" not in nets for title in ("Reconstruction", "Latent traversals")
    )
    for title in ("Learning curves", "Convergence", "Cost", "Variants", "Data"):
        assert f">{title}</h3>" in nets and f">{title}</h3>" in coders, title
    assert ">Cost</h3>" not in rollouts and ">Rollouts</h3>" not in nets + coders
    with chdir(folder):
        for study in studies.values():
            others = [module for module in SECTIONS if module not in sections_for(study.settings.task.kind)]
            assert others and all(module.section(study) is None for module in others), study.name


@pytest.mark.parametrize("study", ["digits-cnn", "digits-autoencoder"])
def test_nothing_said_of_images_is_of_fields_or_sets(folder, study):
    said = _of(folder, study).partition("Not measured here")[0]
    assert re.findall(r"RMSE|velocity|windows|rollout|simulat|persistence|per cell|\bsets\b|\bnan\b", said) == []


def test_the_head_of_the_page_says_which_digits_there_are(folder):
    page = (folder / "reports" / "report.html").read_text(encoding="utf-8")
    assert '<p class="notice"><b>Digits:</b> MNIST.</p>' in page.partition("</header>")[0]
    assert "**Digits: MNIST.**" in (folder / "reports" / "report.md").read_text(encoding="utf-8")


def test_the_head_says_why_there_is_no_mnist_and_what_to_do(workplace):
    chosen = _small()
    write_images(chosen, origin="optdigits")
    path = paths.run(CELL) / "measures.json"
    told = read_json(path)["data"]
    told["checks"]["why_not"] = {"huggingface": "train.parquet: huggingface.co does not answer. Fetch it elsewhere"}
    edit_json(path, data=told)
    studies = gather(chosen)
    ((name, words),) = overview(studies).notices
    assert name == "Digits" and words.startswith("optdigits (1,797 small images that come with scikit-learn) in the pl")
    assert "MNIST, which could not be had: train.parquet: huggingface.co does not answer. For MNIST go online" in words
    assert "HF_HUB_CACHE" in words and "ylecun/mnist" in words and "Fetch it elsewhere" not in words
    page = run(chosen).read_text(encoding="utf-8")
    assert words in page.partition("</header>")[0]


def test_digits_that_were_wanted_first_need_no_excuse(workplace):
    chosen = _small(datasets={"small": {"origins": ["optdigits"]}})
    study, checks = (
        chosen.studies["digits-cnn"],
        {"origin": "optdigits", "wanted_origins": ["optdigits"], "why_not": {}},
    )
    assert origin_words(study, checks) == "optdigits (1,797 small images that come with scikit-learn)."


def test_studies_with_different_digits_are_told_one_by_one(studies):
    other = studies["digits-cnn"].data["digits"]
    small = other | {"checks": other["checks"] | {"origin": "optdigits", "why_not": {"huggingface": "no network"}}}
    apart = replace(studies["digits-autoencoder"], data={"digits": small})
    told = dict(overview([studies["digits-cnn"], apart]).notices)
    assert list(told) == ["Digits of digits-cnn/digits", "Digits of digits-autoencoder/digits"]
    assert (
        told["Digits of digits-cnn/digits"] == "MNIST." and "no network" in told["Digits of digits-autoencoder/digits"]
    )


def test_datasets_of_digits_are_called_by_where_they_came_from(studies, workplace):
    assert level_labels(studies["digits-cnn"].settings) == {"digits": "MNIST"}
    assert level_labels(_small().studies["digits-cnn"]) == {"digits": "digits"}  # two origins: not known yet
    assert trained_on(studies["digits-cnn"].settings) == {"digits": "Trained on MNIST"}
    origins = {"origins": ["huggingface", "optdigits"]}
    chosen = _small(datasets={f"n{count}": origins | {"train": count} for count in (100, 400)})
    write_images(chosen, origin="optdigits")
    (study,) = gather(chosen)
    assert level_labels(study.settings) == {"n100": "optdigits, 100 images", "n400": "optdigits, 400 images"}
    assert (dataset_kind(study.settings), ordered(study.settings)) == ("images to train on", True)
    assert sizes.training_scenes(study) == {"n100": 100, "n400": 400}
    assert "test accuracy against" in sizes.section(study).pictures[0].alt


def test_the_data_are_told_in_words(studies, workplace):
    section = data.section(studies["digits-cnn"])
    said = " ".join(section.text)
    assert "28 × 28 pixels from 0 (paper) to 1 (ink). Which of ten digits" in said
    assert "MNIST: 5,000 training, 1,000 validation and 500 test images; of every digit at least 44 images" in said
    assert "(known of MNIST: 0.1307 and 0.3081), as they must be." in said
    assert "not symmetric under quarter turns" in said
    assert section.tables[0].view["test images"].tolist() == ["500"]
    assert (
        "14 × 14 pixels from 0 (paper) to 1 (ink), from 28 × 28" in data.section(studies["digits-autoencoder"]).text[1]
    )


def test_few_images_and_wrong_pixels_are_told(workplace):
    chosen = _small()
    write_images(chosen)
    path = paths.run(CELL) / "measures.json"
    told = read_json(path)["data"]
    told["checks"] |= {"mean": 0.2, "mean_turned": [0.5, 0.4, 0.5], "mean_halves": 0.02}
    told["checks"]["counts"]["train"] = 1000
    edit_json(path, data=told)
    said = " ".join(data.section(gather(chosen)[0]).text)
    assert "1,000 training, 1,000 validation and 500 test images, fewer than the 5,000 training images" in said
    assert "but must be those: these are not the known images" in said
    assert "by 0.50, 0.40 and 0.50 of its norm; the means of two halves of the set differ by 0.020" in said


def test_variants_of_images_are_compared_within_groups_of_equal_size(studies):
    section = variants.section(studies["digits-autoencoder"])
    assert (
        "ae-small and equivariant-ae (3,750 to 3,760); ae and equivariant-ae-wide (14,985 to 15,025)" in section.text[0]
    )
    view = section.tables[0].view.set_index("variant")
    assert view["exactly equivariant"].to_dict()["equivariant-ae"] == "yes" and "multiply-adds per image" in view
    nets = variants.section(studies["digits-cnn"])
    assert nets.text == ["The variants match in parameters, within 5 % (21,462 to 21,840)."]
    assert nets.tables[0].view.set_index("variant").loc["cnn-aug", "training"] == "augment c4"


def test_sizes_that_match_are_within_five_percent_of_the_least():
    frame = pd.DataFrame({"variant": list("abcde"), "parameters": [1050, 100, 1000, 1051, 104]})
    assert [part["variant"].tolist() for part in variants_of_images.matched(frame)] == [["b", "e"], ["a", "c"], ["d"]]
    assert variants_of_images.match_words(frame).endswith(
        "Compare within such a group only. d (1,051) matches no other."
    )
    alone = variants_of_images.match_words(frame.iloc[[0, 1]])
    assert alone == "No two variants match in parameters, within 5 %: b (100) and a (1,050)."


def test_cost_compares_nets_of_equal_size(studies):
    nets, coders = cost.section(studies["digits-cnn"]), cost.section(studies["digits-autoencoder"])
    assert "Of the variants that match in parameters, gcnn does 3.9 times the arithmetic of cnn." in nets.text
    assert any(
        words.startswith("Of ae-small and equivariant-ae, which match in parameters, equivar") for words in coders.text
    )
    assert "intervals stand under Recognition." in nets.pictures[0].caption
    assert "multiply-adds per image" in coders.tables[0].columns


def test_learning_curves_show_errors_of_accuracies_near_one(studies):
    section = learning.section(studies["digits-cnn"])
    assert [shown.name for shown in section.pictures] == ["digits-cnn-learning", "digits-cnn-learning-error"]
    assert "Error: share of the images that are told wrong." in section.pictures[1].caption
    assert [shown.name for shown in learning.section(studies["digits-autoencoder"]).pictures] == [
        "digits-autoencoder-learning"
    ]


def test_measures_of_the_loss_speak_of_images(studies):
    for module in (sharpness, hessian):
        said = module.section(studies["digits-cnn"]).text[0]
        assert "training images" in said and "power iteration" not in said
    assert "lowest validation MSE" in convergence.section(studies["digits-autoencoder"]).text[0]
    assert "test accuracy, turned, early" in checkpoints.section(studies["digits-cnn"]).tables[0].columns
