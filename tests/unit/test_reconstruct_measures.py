"""Every measure of the task reconstruct, and the pictures that it hands to the report."""

import math
from importlib import import_module
from typing import Any

import pytest
import torch
from toy import measured_twice
from toy_images import digits
from toy_reconstruct import ATTENTIVE, COUNTS, NET, PLAIN, SIDE, STRICT, STUDY, image_params, subject_of_cell

from equidyn.core.domain import find
from equidyn.core.measures import cost
from equidyn.core.params import Cell, Params
from equidyn.core.params.signatures import entries, module
from equidyn.domains.digits.measures import angles, attention, reconstruction
from equidyn.domains.digits.tasks.reconstruct.context import ReconstructContext
from equidyn.domains.digits.tasks.reconstruct.task import Images
from equidyn.symmetry.images import ImageType


@pytest.fixture
def params(workplace) -> Params:
    """Write params.yaml and the images in the working folder."""
    return image_params()


def test_pictures_are_of_different_digits_and_their_true_turns(params):
    context = subject_of_cell(params, PLAIN)
    example, stored = context.example(), digits(SIDE, COUNTS).of("test")[0]
    assert torch.equal(example["inputs"], torch.from_numpy(stored[:6]))  # classes follow one another
    assert torch.equal(example["turned_inputs"][:, 1], example["inputs"].flip(1, 2))
    assert torch.allclose(context.predictions(example["turned_inputs"][:, 2]), example["turned"][:, 2], atol=1e-6)


TAKEN = [("EvaluationContext",), ("ReconstructContext",)]


@pytest.mark.parametrize("variant", STUDY["variants"])
@pytest.mark.parametrize(
    "name", [name for name, entry in entries(find("digits"), "measures").items() if entry.takes in TAKEN]
)
def test_every_measure_of_images_gives_numbers_twice_the_same(params, name, variant):
    cell = Cell("images", "digits", variant, 1)
    context = subject_of_cell(params, cell)
    found = measured_twice("digits", name, lambda: ReconstructContext(context.network, context.task))
    assert bool(found) is not (name == "attention" and variant != ATTENTIVE.variant)


def test_measures_are_registered():
    assert {"reconstruction", "angles", "attention", "audit/reconstruction", "cost"} <= set(
        entries(find("digits"), "measures")
    )


def test_errors_of_a_strict_net_do_not_depend_on_the_turn(params):
    strict, plain = (reconstruction.measure(subject_of_cell(params, cell)) for cell in (STRICT, PLAIN))
    assert strict["drift"] <= 1e-6 and abs(strict["excess"]) <= 1e-6
    assert plain["drift"] > 1e-3
    exact = subject_of_cell(params, STRICT)
    exact.network.double()
    exact.task.splits["test"] = Images(exact.test.double())
    assert reconstruction.measure(exact)["drift"] <= 1e-12


def test_errors_are_of_every_image_at_every_turn(params):
    context = subject_of_cell(params, PLAIN)
    found, by_turn = reconstruction.measure(context), []
    for turns in range(4):
        images = ImageType(SIDE).act(context.test, turns)
        by_turn.append((context.predictions(images) - images).square().mean().item())
    assert found["by_turn"] == pytest.approx(by_turn, rel=1e-5)
    assert found["upright"] == found["by_turn"][0]
    assert found["rotated"] == pytest.approx(sum(by_turn[1:]) / 3, rel=1e-5)
    assert found["excess"] == pytest.approx(found["rotated"] / found["upright"] - 1)


def test_limits_stand_in_their_order(params):
    found = reconstruction.measure(subject_of_cell(params, PLAIN))
    test, training = (subject_of_cell(params, PLAIN).task.splits[name].inputs.double() for name in ("test", "train"))
    assert found["latent"] == NET["latent"]
    assert found["mean_image"] == pytest.approx((test - training.mean(0)).square().mean().item())
    assert 0 < found["pca_best"] <= found["pca"]["upright"] < found["mean_image"]
    assert found["pca"]["upright"] < found["pca"]["rotated"]
    assert found["pca_symmetric"]["upright"] == pytest.approx(found["pca_symmetric"]["rotated"], rel=1e-12)
    assert found["pca_best"] <= found["pca_symmetric_best"] <= found["pca_symmetric"]["upright"]


def test_latents_that_are_no_square_image_have_no_symmetric_limit(params):
    found = reconstruction.measure(subject_of_cell(params, Cell("images", "digits", "ae-odd", 1)))
    assert found["latent"] == 5 and found["pca_symmetric_best"] is None
    assert found["pca_symmetric"] == {"upright": None, "rotated": None}
    assert found["pca"]["upright"] > 0


def test_errors_by_angle_pass_through_the_quarter_turns(params):
    context = subject_of_cell(params, PLAIN)
    found = angles.measure(context, samples=COUNTS["test"])
    assert found["degrees"] == list(range(0, 360, 15))
    assert found["mse"][::6] == pytest.approx(reconstruction.measure(context)["by_turn"], rel=1e-6)
    strict = angles.measure(subject_of_cell(params, STRICT))["mse"]
    assert strict[:6] == pytest.approx(strict[6:12], rel=1e-6) and strict[1] != pytest.approx(strict[0], rel=1e-3)


def test_as_published_errors_are_sums_of_batches_each_turned_once_over_the_images(params):
    context = subject_of_cell(params, PLAIN)
    entry = import_module(module(find("digits"), "measures", "audit/reconstruction"))
    count = COUNTS["test"]
    assert entry.measure(context, batch_size=1)["upright"] == pytest.approx(context.errors[0].mean().item())
    whole = entry.measure(context)  # one batch: its mean, over the number of images
    assert whole["upright"] == pytest.approx(context.errors[0].mean().item() / count)
    assert min(abs(whole["rotated"] * count - error) for error in context.errors[1:].mean(1).tolist()) < 1e-12
    order = torch.randperm(count, generator=torch.Generator().manual_seed(42))
    first, last = context.errors[0, order].split(20)
    assert entry.measure(context, batch_size=20)["upright"] == pytest.approx(
        (first.mean() + last.mean()).item() / count
    )


class _Weighted:
    """A network of which only the weights are looked at: those that its images spell."""

    def attention(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)


def _attention(params: Params, *weights: list[float]) -> dict[str, Any]:
    context = subject_of_cell(params, PLAIN)
    context.task.splits["test"] = Images(torch.tensor(weights).reshape(-1, 2, 2))
    return attention.measure(ReconstructContext(_Weighted(), context.task))


def test_uniform_weights_are_not_concentrated(params):
    found = _attention(params, [0.25] * 4, [0.25] * 4)
    assert found["entropy"] == pytest.approx(math.log(4)) and found["concentration"] == pytest.approx(0)
    assert found["largest"] == 0.25 and found["variation"] == 0 and found["mean"] == [0.25] * 4
    assert found["entropy_share"] == [0.0] * 19 + [1.0]


def test_weights_on_one_turn_vary_if_the_turn_does(params):
    same, other = _attention(params, [1, 0, 0, 0.0], [1, 0, 0, 0.0]), _attention(params, [1, 0, 0, 0.0], [0, 1, 0, 0.0])
    for found in (same, other):
        assert found["entropy"] == 0 and found["concentration"] == 1 and found["largest"] == 1
        assert found["entropy_share"] == [1.0] + [0.0] * 19
    assert same["variation"] == 0
    assert other["variation"] == pytest.approx(math.sqrt((2 * 0.25) / 4))
    middle = _attention(params, [0.5, 0.5, 0, 0.0])
    assert middle["entropy"] == pytest.approx(math.log(2)) and middle["entropy_share"][10] == 1.0
    assert middle["entropy_at"][10] == pytest.approx(math.log(2), abs=math.log(4) / 40 + 1e-9)


def test_attention_looks_at_the_test_images(params):
    context = subject_of_cell(params, ATTENTIVE)
    weights = context.network.attention(context.test).double()
    assert attention.measure(context)["mean"] == pytest.approx(weights.mean(0).tolist(), abs=1e-6)
    assert torch.allclose(weights.sum(1), torch.ones(len(weights), dtype=torch.float64), atol=1e-6)


def test_cost_counts_the_weights_of_a_plain_net(params):
    found = cost.measure(subject_of_cell(params, PLAIN))
    assert found["multiply_adds"] == 2 * (SIDE**2 * 16 + 16 * 4)
    assert found["parameters"] == found["multiply_adds"] + 16 + 4 + 16 + SIDE**2
