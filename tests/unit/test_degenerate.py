"""Networks that answer nothing but 0, or nothing but NaN: no measure fails, and none calls them good."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from toy import CELL, QUICK, built, toy_dataset, toy_params
from toy_images import digits
from toy_reconstruct import ATTENTIVE, image_params
from toy_reconstruct import subject_of_cell as of_images
from toy_sets import STATIC, set_params
from toy_volumes import RELAXED, volume_params
from toy_volumes import subject_of_cell as of_boxes

from equidyn.core import paths
from equidyn.core.data import store
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.measures import measure
from equidyn.core.measures.context import EvaluationContext
from equidyn.core.measures.quantities import declared_as, leaves, measured
from equidyn.core.models.registry import build_network
from equidyn.core.params.signatures import entries, module
from equidyn.core.params.variant import Variant
from equidyn.core.training import train
from equidyn.core.training.task import dataset_of, task_of
from equidyn.domains.digits.source.digit_images import Digits, mean_and_deviation
from equidyn.domains.digits.source.digits_checks import halves_apart, turned_apart
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.task import ClassifyImages
from equidyn.domains.sets.tasks.classify_sets.context import ClassifySetsContext
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout

CPU = torch.device("cpu")
OF_NO_ANSWER = ("cost", "overfitting")  # measures that do not look at what a network answers


def _smoke() -> RolloutContext:
    study = toy_params().studies["toy"]
    task = Rollout(study.task, toy_dataset(), CPU)
    return RolloutContext(build_network(study, "rgroup", task.inputs, task.outputs, 0), task)


def _sets() -> ClassifySetsContext:
    study = set_params().studies["sets"]
    task = task_of(study, dataset_of(study, paths.dataset("sets", "static"), 1), CPU)
    return ClassifySetsContext(build_network(study, "mlp", task.inputs, task.outputs, 0), task)


def _digits() -> ClassifyImagesContext:
    task = ClassifyImages(None, digits(28, {"train": 30, "validation": 10, "test": 20}), CPU)
    variant = Variant(model="digits_cnn", options={"first": 2, "second": 3, "hidden": 8}, augment="none")
    return ClassifyImagesContext(built("digits", variant, task.inputs, task.outputs), task)


SUBJECTS: dict[str, tuple[str, Callable[[], EvaluationContext]]] = {
    "RolloutContext": ("smoke", _smoke),
    "ClassifySetsContext": ("sets", _sets),
    "ClassifyImagesContext": ("digits", _digits),
    "ReconstructContext": ("digits", lambda: of_images(image_params(), ATTENTIVE)),
    "UpscaleContext": ("turbulence", lambda: of_boxes(volume_params(), RELAXED)),
}
CASES = [
    (kind, name)
    for kind, (domain, _) in SUBJECTS.items()
    for name, entry in entries(find(domain), "measures").items()
    if name not in OF_NO_ANSWER and entry.takes in ((kind,), ("GridContext",), ("EvaluationContext",))
    if kind in ("RolloutContext", "UpscaleContext") or entry.takes != ("GridContext",)
]


def _filled(network: torch.nn.Module, weight: float) -> torch.nn.Module:
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(weight)
    return network


@pytest.fixture(scope="module")
def contexts(tmp_path_factory) -> dict[str, EvaluationContext]:
    """One of each kind, for all cases: they differ in weights alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("contexts"))
        return {kind: make() for kind, (_, make) in SUBJECTS.items()}


def _graded(context: EvaluationContext, domain: str, name: str, weight: float) -> list[Any]:
    """The numbers of which some are better than others, as the file has them, of a network all of whose weights are
    `weight`."""
    network = _filled(context.network, weight).eval()
    entry = import_module(module(find(domain), "measures", name))
    found = measure._finite(measured(name, entry, replace(context, network=network), **QUICK.get(name, {})))
    json.dumps(found, allow_nan=False)
    graded = [value for key, value in leaves(found) if declared_as(key, entry.QUANTITIES).better != "none"]
    return [one for value in graded for one in (value if isinstance(value, list) else [value])]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_of_a_network_that_answers_nan_nothing_good_is_said(contexts, kind, name):
    graded = _graded(contexts[kind], SUBJECTS[kind][0], name, math.nan)
    assert [value for value in graded if value is not None] == []


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_network_that_answers_0_is_measured(contexts, kind, name):
    _graded(contexts[kind], SUBJECTS[kind][0], name, 0.0)


STUDIES = {"smoke": (toy_params, CELL), "sets": (set_params, STATIC), "images": (image_params, ATTENTIVE)}


@pytest.mark.parametrize("weight", [math.nan, 1e30])
@pytest.mark.parametrize("name", STUDIES)
def test_a_loss_that_is_not_finite_before_the_first_step_is_an_outcome(workplace, monkeypatch, name, weight):
    """The run has diverged, its checkpoints are the network as it began, and its measures are null."""
    make, cell = STUDIES[name]
    params = make()
    monkeypatch.setattr(train, "build_network", lambda *parts: _filled(build_network(*parts), weight))
    train.run(params, cell)
    run = json.loads((paths.run(cell) / "run.json").read_text())
    assert (run["status"], run["epochs"], run["best_epoch"], run["best_score"]) == ("diverged", 0, 0, None)
    assert run["message"].startswith("before training: validation ")
    found = json.loads(measure.run(params, cell).read_text())
    headline = {"smoke": ("error", "rmse"), "sets": ("accuracy", "loss"), "images": ("reconstruction", "upright")}[name]
    assert found["status"] == "diverged" and found["checkpoints"]["best"][headline[0]][headline[1]] is None


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_data_that_are_not_finite_are_neither_written_nor_read(workplace, monkeypatch, value):
    """Divided by a root mean square that is infinite, all other values would be 0, and every answer right."""
    data, path = toy_dataset(), paths.dataset("toy", "sym")
    data.velocity[0, 3, 0, 2, 2] = value
    words = r"sym\.h5: velocity holds values that are NaN or infinite; see the study's source"
    with pytest.raises(EquidynError, match=words):
        store.write(path, data)
    assert not path.exists()
    with monkeypatch.context() as patch:
        patch.setattr(store, "_refuse_not_finite", lambda *parts: None)
        store.write(path, data)
    with pytest.raises(EquidynError, match=words):
        store.read(path, Fields)


def test_data_that_are_0_have_the_unit_1(workplace):
    params, data = toy_params(), toy_dataset()
    zero = data.attributes | {"checks": data.attributes["checks"] | {"rms": {"train": 0.0}}}
    store.write(paths.dataset("toy", "sym"), replace(data, velocity=0 * data.velocity, attributes=zero))
    train.run(params, CELL)
    error = json.loads(measure.run(params, CELL).read_text())["checkpoints"]["best"]["error"]
    assert error["unit"] == 1 and error["rmse"] >= error["persistence_rmse"] == 0


def test_images_that_are_all_alike_have_no_deviation_and_are_not_apart():
    for ink in (0.1, 0.3, 0.7):
        images = np.full((40, 28, 28), ink, dtype=np.float32)
        mean, deviation = mean_and_deviation(Digits(images, np.zeros(40, dtype=np.int64), 1.0))
        assert mean == pytest.approx(ink) and deviation <= 1e-15
    assert halves_apart(0 * images) == 0 and turned_apart(0 * images) == [0, 0, 0]
