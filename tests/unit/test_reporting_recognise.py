"""The sections on nets that recognise digits: what they show, and what they say of numbers that are known."""

from contextlib import chdir

import pytest
from reporting_cells import edit_json
from reporting_image_measures import STRIDES
from reporting_images import recognise, write_images
from reporting_studies import params

from equidyn.core import paths
from equidyn.core.files import read_json
from equidyn.core.params import Cell, Params
from equidyn.domains.digits.report import layer_equivariance, layer_lie, layer_words, motions, recognition
from equidyn.domains.digits.report.layers import by_layer, layers, strides
from equidyn.report.gather import StudyResults, gather
from equidyn.report.report import run

CELL = Cell("digits-cnn", "digits", "cnn", 1)
DIVERGED = Cell("digits-cnn", "digits", "cnn-aug", 2)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    """Three nets of three seeds, one of which diverged."""
    chosen = params(digits_cnn=recognise(["cnn", "cnn-aug", "gcnn"], 3))
    with chdir(tmp_path_factory.mktemp("digits")):
        write_images(chosen, diverged=(DIVERGED,))
        return gather(chosen)[0]


def _small(**changes: object) -> Params:
    return params(digits_cnn=recognise(["cnn"], 1, **changes))


def test_recognition_tells_the_best_and_who_loses_by_a_turn(study):
    section = recognition.section(study)
    assert section.finding[0].startswith("Trained on MNIST, cnn has the highest test accuracy")
    assert section.finding[1].startswith(
        "Turned images (MNIST): cnn-aug and gcnn are as often right as upright; cnn goes"
    )
    assert "the 500 test images" in section.text[0] and "is right in 11.3 %" in section.text[0]
    table = section.tables[0].data.set_index(["quantity", "variant"])["mean"]
    accuracy = study.quantity("recognition", "accuracy").query("variant == 'cnn'")["value"]
    assert table["recognition.error", "cnn"] == pytest.approx(1 - accuracy.mean(), rel=1e-9)
    assert table["recognition.rotated", "cnn"] == pytest.approx(0.412)


def test_a_net_that_loses_little_in_every_run_but_one_is_not_called_the_same(study):
    upright = study.quantity("recognition", "accuracy").query("variant == 'gcnn'")
    off = upright.assign(value=upright["value"] - (upright["seed"] == 2) * 2 * recognition.SAME)
    assert "gcnn is as often right as upright" in recognition.turned_words(study, upright, upright)[0]
    assert "gcnn goes from" in recognition.turned_words(study, upright, off)[0]


def test_accuracy_against_shift_and_angle_is_drawn_and_told(study):
    section = motions.section(study)
    assert [shown.name for shown in section.pictures] == ["digits-cnn-motions-shift", "digits-cnn-motions-angle"]
    assert (
        "(433 images in one direction at least)" in section.text[0]
        and "at 6 pixels, MNIST: cnn 98.7 % → 88.7 %" in section.text[1]
    )
    means = section.tables[0].data.set_index(["quantity", "variant"])["mean"]
    assert means["motions.shift[0]", "cnn"] == pytest.approx(means["motions.angle[0]", "cnn"])
    assert means["motions.angle[180]", "cnn"] == pytest.approx(0.412)
    assert section.tables[0].columns[2:6] == ["shift 0 px", "shift 2 px", "shift 4 px", "shift 6 px"]


def test_layers_stand_in_the_order_of_the_net_with_the_strides_of_the_models(study):
    names = ["conv1", "pool1", "conv2", "pool2", "fc1", "logits"]
    assert layers(study, "layer_equivariance", "translation") == layers(study, "layer_lie", "rotation") == names
    assert strides() == STRIDES
    found = by_layer(study, "layer_lie", "translation").query("variant == 'cnn' and seed == 1")
    assert dict(zip(found["layer"], found["value"], strict=True))["pool2"] == pytest.approx(0.29)


def test_the_table_of_layers_has_what_was_measured(study):
    section = layer_equivariance.section(study)
    means = section.tables[0].data.set_index(["quantity", "variant", "layer"])["mean"]
    values = study.quantity("layer_equivariance", "translation.pool2.fractional").query("variant == 'cnn'")["value"]
    quantity = "layer_equivariance.translation.fractional"
    assert means[quantity, "cnn", "pool2"] == pytest.approx(values.mean(), rel=1e-12)
    assert (quantity, "cnn", "conv1") not in means  # every shift is by a whole stride
    assert means["audit/sorting.rotation.ratio", "cnn", "conv2"] == pytest.approx(0.56)
    view = section.tables[0].view.set_index(["variant", "layer"])
    assert view.loc[("cnn", "fc1"), "whole, with border"] == "–" and len(view) == 18


def test_what_layers_do_is_told_in_words_that_the_numbers_choose(study):
    found = layer_equivariance.section(study).finding
    assert len(found) == 3 and found[0].startswith(
        "cnn (MNIST): its feature maps are equivariant up to pooling's stride ("
    )
    assert "fc1 and logits are only approximately invariant" in found[0]
    assert "under quarter turns no layer is equivariant (0.80 to 0.90)" in found[0]
    assert "under quarter turns all layers are equivariant to round-off" in found[2]


@pytest.mark.parametrize(
    ("whole", "fractional", "border", "said"),
    [
        (0.0, 0.05, 0.05, "its feature maps are equivariant under all shifts"),
        (0.0, 0.3, 0.05, "its feature maps are equivariant up to pooling's stride (0.30 at other shifts)"),
        (0.0, 0.05, 0.2, "its feature maps are equivariant up to the border (0.20 with it)"),
        (0.3, 0.3, 0.4, "under shifts by whole strides conv2 is only approximately equivariant (0.30)"),
        (0.6, 0.7, 0.7, "under shifts by whole strides conv2 is not equivariant (0.60)"),
    ],
)
def test_maps_are_equivariant_up_to_what_is_measured(whole, fractional, border, said):
    parts = [{"conv1": 0.0, "conv2": whole}, {"conv2": fractional}, {"conv1": 0.01, "conv2": border}]
    assert layer_words.maps_words(*parts) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (1e-6, "fc1 is invariant to round-off"),
        (0.02, "fc1 is invariant (0.020)"),
        (0.1, "fc1 is only approximately invariant (0.10)"),
        (0.5, "fc1 is not invariant (0.50)"),
    ],
)
def test_numbers_are_invariant_by_thresholds(error, said):
    assert layer_words.graded({"fc1": error}, "invariant") == said


def test_the_derivative_of_turns_is_left_out_where_there_is_none(study):
    table = layer_lie.section(study).tables[0]
    view = table.view.set_index(["variant", "layer"])
    assert view.loc[("gcnn", "conv1"), "rotation [1/rad]"] == "–"
    assert view.loc[("gcnn", "conv1"), "translation [1/px]"].startswith("0.2")


def test_without_the_sorting_trick_the_section_is_of_the_true_action_alone(workplace):
    measures = {"layer_equivariance": {"at": ["best"], "options": {}}}
    chosen = _small(measures=measures)
    write_images(chosen)
    section = layer_equivariance.section(gather(chosen)[0])
    assert not any("sorting" in words for words in section.text)
    assert [name for name in section.tables[0].columns if "sorting" in name] == []


def test_cells_that_are_not_finite_do_not_stop_the_report(workplace):
    chosen = _small()
    write_images(chosen, diverged=tuple(chosen.cells()))
    path = paths.run(CELL) / "measures.json"
    edit_json(path, checkpoints=_hollow(read_json(path)["checkpoints"]))
    page = run(chosen).read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "diverged (1 of 1)" in page


def _hollow(tree: object) -> object:
    """The same tree with null in the place of every measured number; how far images are moved is known."""
    if isinstance(tree, dict):
        return {key: value if key in ("shift", "degrees") else _hollow(value) for key, value in tree.items()}
    return [_hollow(value) for value in tree] if isinstance(tree, list) else None
