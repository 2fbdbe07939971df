"""Every measure of the task upscale, and the pictures that it hands to the report."""

import json
import math
from importlib import import_module

import pytest
import torch
from toy_volumes import (
    CONTEXT,
    FACTOR,
    NONE,
    PLAIN,
    SAMPLES,
    SIDE,
    STRICT,
    STUDY,
    subject_of_cell,
    volume_params,
)

from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.params import Cell, Params
from equidyn.core.params.signatures import entries, module
from equidyn.curvature import hessian, sharpness
from equidyn.curvature.landscape import Hessian, Landscape
from equidyn.domains.turbulence.measures import spectrum, super_resolution
from equidyn.domains.turbulence.measures.spectra import fourier_upsampled, shell_products
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.domains.turbulence.tasks.upscale.task import Boxes
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE

TAKEN = [("EvaluationContext",), ("UpscaleContext",)]
NAMES = [
    name
    for name, entry in entries(find("turbulence"), "measures").items()
    if entry.takes in TAKEN and "audit/" not in name
]
QUICK = {name: STUDY["measures"][name]["options"] for name in ("sharpness", "hessian")} | {
    name: {"samples": 1} for name in ("equivariance", "decomposition")
}
UNWEIGHTED = {"cost", "sharpness", "hessian"}  # measures that say nothing of a network without parameters


@pytest.fixture
def params(workplace) -> Params:
    """Write params.yaml and the flows in the working folder."""
    return volume_params()


def _with_targets(context: UpscaleContext, targets: torch.Tensor) -> UpscaleContext:
    """The same network, whose right answers are others."""
    task = context.task
    task.splits["test"] = Boxes(task.splits["test"].inputs, targets)
    return UpscaleContext(context.network, task)


@pytest.mark.parametrize("variant", STUDY["variants"])
@pytest.mark.parametrize("name", NAMES)
def test_every_measure_of_boxes_gives_the_same_numbers_twice(params, name, variant):
    context = subject_of_cell(params, Cell("boxes", "isotropic", variant, 1))
    entry = import_module(module(find("turbulence"), "measures", name))
    found, again = (
        json.dumps(entry.measure(UpscaleContext(context.network, context.task), **QUICK.get(name, {}))) for _ in "12"
    )
    assert found == again and "Infinity" not in found
    assert (found == "{}") is (name in UNWEIGHTED and variant == NONE.variant)


def test_measures_are_registered():
    assert {"super_resolution", "spectrum"} <= set(entries(find("turbulence"), "measures"))


def test_orbits_are_answers_to_turned_questions(params):
    context = subject_of_cell(params, PLAIN)
    inputs = context.sample(2).inputs
    vectors, scalars = BoxType(CUBE, "vector", CONTEXT), BoxType(CUBE, "scalar", 3 * CONTEXT)
    assert torch.equal(inputs, context.test.inputs[[0, SAMPLES // 2]])
    assert context.orbit(2).shape == (24, 2, 3, SIDE, SIDE, SIDE)
    for element in (0, 5, 23):
        for found, kind in ((context.orbit(2), vectors), (context.orbit_as_scalars(2), scalars)):
            expected = context.task.predictions(context.network, kind.act(inputs, element))
            assert torch.allclose(found[element], expected, atol=1e-6)
    assert not torch.allclose(context.orbit(2)[5], context.orbit_as_scalars(2)[5], atol=1e-2)
    assert context.orbit(2) is context.orbit(2) and len(context.orbit(1)[0]) == 1


def test_the_picture_is_a_slice_of_the_liveliest_sample(params):
    context = subject_of_cell(params, PLAIN)
    found, shown = context.example(), context.test.targets.square().mean((1, 2, 3, 4)).argmax()
    assert torch.equal(found["truth"], context.test.targets[shown, :, SIDE // 2])
    assert torch.equal(found["prediction"], context.prediction[shown, :, SIDE // 2])
    assert torch.equal(found["trilinear"], context.trilinear[shown, :, SIDE // 2])
    assert torch.equal(found["input"], context.test.middle[shown, :, SIDE // FACTOR // 2])


def test_errors_of_answers_that_are_off_by_a_known_amount(params):
    context = subject_of_cell(params, PLAIN)
    off = torch.tensor([0.3, 0.0, -0.6])[:, None, None, None]
    found = super_resolution.measure(_with_targets(context, context.prediction + off))
    assert found["by_component"] == pytest.approx([0.3, 0, 0.6], abs=1e-6)
    assert found["mae"] == pytest.approx(0.3, rel=1e-5)
    assert found["rmse"] == pytest.approx(math.sqrt(0.15), rel=1e-5)


def test_answering_nothing_is_wrong_by_the_truth(params):
    context = subject_of_cell(params, STRICT)
    found = super_resolution.measure(context)
    targets = context.test.targets.double()
    assert found["mean"]["mae"] == pytest.approx(targets.abs().mean().item(), rel=1e-6)
    assert found["mean"]["rmse"] == pytest.approx(targets.square().mean().sqrt().item(), rel=1e-6)
    assert found["unit"] == context.task.rms


def test_interpolations_are_those_of_the_middle_coarse_frame(params):
    context = subject_of_cell(params, NONE)
    series = fourier_upsampled(context.test.middle, FACTOR).float()
    found = super_resolution.measure(context)
    assert found["mae"] == found["trilinear"]["mae"] and found["rmse"] == found["trilinear"]["rmse"]
    exact = super_resolution.measure(_with_targets(context, series))
    assert exact["spectral"]["rmse"] < 1e-6 < exact["trilinear"]["rmse"] == pytest.approx(exact["rmse"])


def test_divergence_of_a_flow_of_a_potential_and_of_one_that_has_none(params):
    context = subject_of_cell(params, PLAIN)
    assert super_resolution.measure(context)["truth_divergence"] < 1e-6
    assert super_resolution.measure(context)["divergence"] > 1e-2
    along = torch.cos(2 * math.pi * (torch.arange(SIDE) + 0.5) / SIDE)
    potential = torch.stack([along.expand(SIDE, SIDE, SIDE), *torch.zeros(2, SIDE, SIDE, SIDE)])
    found = super_resolution.measure(_with_targets(context, potential.expand(SAMPLES, -1, -1, -1, -1)))
    assert found["truth_divergence"] == pytest.approx(1, rel=1e-6)
    still = super_resolution.measure(_with_targets(context, torch.zeros(SAMPLES, 3, SIDE, SIDE, SIDE)))
    assert still["truth_divergence"] == 0


def test_shells_hold_the_energy_of_the_truth(params):
    context = subject_of_cell(params, PLAIN)
    found = spectrum.measure(context)
    assert found["wavenumber"] == list(range(1, SIDE // 2 + 1))
    energy = context.test.targets.double().square().sum(1).mean().item() / 2
    whole = shell_products(context.test.targets, context.test.targets).mean(0)
    assert whole.sum().item() == pytest.approx(energy, rel=1e-12)
    assert found["truth"] == pytest.approx(whole[1 : SIDE // 2 + 1].tolist(), rel=1e-12)


def test_a_perfect_answer_has_no_error_at_any_scale(params):
    context = subject_of_cell(params, PLAIN)
    found = spectrum.measure(_with_targets(context, context.prediction))
    assert max(found["error"]) == 0 == found["total_error"]
    assert found["correlation"] == pytest.approx([1.0] * (SIDE // 2))
    assert found["truth"] == found["prediction"] != found["trilinear"]


@pytest.mark.parametrize(("factor", "error", "correlation"), [(2.0, 1.0, 1.0), (-1.0, 4.0, -1.0)])
def test_answers_that_are_multiples_of_the_truth(params, factor, error, correlation):
    context = subject_of_cell(params, PLAIN)
    found = spectrum.measure(_with_targets(context, context.prediction / factor))
    assert found["error"] == pytest.approx([error] * (SIDE // 2), rel=1e-6)
    assert found["correlation"] == pytest.approx([correlation] * (SIDE // 2), rel=1e-6)
    assert found["total_error"] == pytest.approx(2 * math.log10(abs(factor)), abs=1e-6)


def test_the_total_error_is_of_what_the_coarse_grid_lacks(params):
    context = subject_of_cell(params, PLAIN)
    found = spectrum.measure(context)
    chosen = range(SIDE // FACTOR // 2, SIDE // 3)  # places of the shells 4 to 4: above half of 6, up to a third of 12
    ratios = [abs(math.log10(found["prediction"][at] / found["truth"][at])) for at in chosen]
    assert len(ratios) == 1 and found["total_error"] == pytest.approx(sum(ratios) / len(ratios))


def test_nothing_is_said_relative_to_an_empty_shell(params):
    context = subject_of_cell(params, PLAIN)
    along = torch.cos(2 * math.pi * (torch.arange(SIDE) + 0.5) / SIDE)
    truth = torch.stack([*torch.zeros(2, SIDE, SIDE, SIDE), along.expand(SIDE, SIDE, SIDE)])
    found = spectrum.measure(_with_targets(context, truth.expand(SAMPLES, -1, -1, -1, -1)))
    assert math.isfinite(found["error"][0]) and math.isfinite(found["correlation"][0])
    assert all(math.isnan(value) for value in [*found["error"][1:], *found["correlation"][1:], found["total_error"]])


def test_products_with_the_hessian_are_the_same_sample_by_sample(params):
    """Where the graph of all samples would take too much memory."""
    context = subject_of_cell(params, STRICT)
    landscape = Landscape(context.network, context.task, context.training_sample(3))
    whole, parts = Hessian(landscape), Hessian(landscape, graph_bytes=1)
    assert (len(whole.parts), len(parts.parts)) == (1, 3)
    vector = torch.randn(len(landscape.point), generator=torch.Generator().manual_seed(0))
    assert torch.allclose(whole(vector), parts(vector), rtol=1e-3, atol=1e-3 * whole(vector).abs().max().item())


def test_curvature_is_that_of_the_mean_square_whatever_the_loss(params):
    """Second derivatives of a mean absolute error miss the kinks that make its curvature."""
    context = subject_of_cell(params, STRICT)
    of_mae = hessian.measure(context, **QUICK["hessian"])
    assert sharpness.measure(context, **QUICK["sharpness"])["loss"] == pytest.approx(_loss(context), rel=1e-6)
    context.task.settings = context.task.settings.model_copy(update={"loss": "mse"})
    assert of_mae == hessian.measure(context, **QUICK["hessian"])
    assert sharpness.measure(context, **QUICK["sharpness"])["loss"] == pytest.approx(_loss(context), rel=1e-6)


def _loss(context: UpscaleContext) -> float:
    """The training loss on one sample."""
    with torch.no_grad():
        return context.task.loss(context.network, context.training_sample(1)).item()


def test_more_steps_than_one_are_refused(params):
    context = subject_of_cell(params, STRICT)
    for entry in (sharpness, hessian):
        with pytest.raises(EquidynError, match="has 1"):
            entry.measure(context, steps=2)
