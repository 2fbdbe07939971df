"""Known answers of equivariance error and decomposition under the 24 rotations of the cube, in float64."""

import numpy as np
import pytest
import torch
from toy_volumes import volumes

from equidyn.domains.turbulence.measures import decomposition as cube_decomposition
from equidyn.domains.turbulence.measures import equivariance as cube_equivariance
from equidyn.domains.turbulence.params import UpscaleTask
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.domains.turbulence.tasks.upscale.task import Boxes, Upscale
from equidyn.grids.upscaler import Upscaler
from equidyn.symmetry.decomposition import decompose, decompose_by_sample
from equidyn.symmetry.error import equivariance_error, error_of_answers
from equidyn.symmetry.fields import BoxType, FieldType
from equidyn.symmetry.group_action import orbit
from equidyn.symmetry.groups import C4, CUBE

VECTOR = BoxType(CUBE, "vector", 1)
SAMPLES = 3


class Uneven(Upscaler):
    """Trilinear interpolation u of the middle frame, then vx doubled: S u, with S = diag(2, 1, 1)."""

    def forward(self, coarse: torch.Tensor) -> torch.Tensor:
        """S u."""
        return self.interpolated(coarse) * torch.tensor([2.0, 1, 1], dtype=coarse.dtype)[:, None, None, None]


def _subject(family: type[Upscaler]) -> UpscaleContext:
    task = Upscale(UpscaleTask(kind="upscale", loss="mae"), volumes(), torch.device("cpu"))
    task.splits = {name: Boxes(boxes.inputs.double(), boxes.targets.double()) for name, boxes in task.splits.items()}
    return UpscaleContext(family(task.inputs, task.outputs).eval(), task)


def _random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, 3, 4, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_interpolation_commutes_with_both_actions():
    found = cube_equivariance.measure(_subject(Upscaler), samples=SAMPLES)
    for action in ("vector", "scalar"):
        assert found[action]["relative"] < 1e-15
    assert cube_decomposition.measure(_subject(Upscaler), samples=SAMPLES)["share"] < 1e-30


def test_a_doubled_component_breaks_the_vector_action_by_a_known_amount():
    """g^-1 S g doubles the component a that g moves to the x axis: the error is u_x and u_a, where a is not x."""
    context = _subject(Uneven)
    found = cube_equivariance.measure(context, samples=SAMPLES)
    squares = context.network.interpolated(context.sample(SAMPLES).inputs).square().mean((2, 3, 4))  # (sample, 3)
    doubled = np.abs(CUBE.matrices[:, 0]).argmax(axis=1)  # a, of each rotation
    distances = [((squares[:, 0] + squares[:, a]) / 3).sqrt().mean() * (a != 0) for a in doubled]
    size = ((squares @ torch.tensor([4.0, 1, 1], dtype=torch.float64)) / 3).sqrt().mean()
    assert np.bincount(doubled).tolist() == [8, 8, 8]
    assert found["vector"]["absolute"] == pytest.approx(np.mean(distances), rel=1e-13)
    assert found["vector"]["relative"] == pytest.approx(np.mean(distances) / size.item(), rel=1e-13)
    expected = [(distance / size).item() for distance in distances]
    assert found["vector"]["by_element"] == pytest.approx(expected, rel=1e-13, abs=1e-15)
    assert found["vector"]["by_element"][0] == 0


def test_components_that_stay_apart_keep_the_scalar_action():
    assert cube_equivariance.measure(_subject(Uneven), samples=SAMPLES)["scalar"]["relative"] < 1e-15


def test_a_doubled_component_in_the_loss():
    """The mean over the group is 4/3 u; about it each component is 2/3 u in a third of the rotations, else 1/3 u."""
    context = _subject(Uneven)
    found, truth = cube_decomposition.measure(context, samples=SAMPLES), context.sample(SAMPLES).targets
    plain = context.network.interpolated(context.sample(SAMPLES).inputs)
    assert found["variance"] == pytest.approx(2 / 9 * plain.square().mean().item(), rel=1e-13)
    assert found["averaged"] == pytest.approx((4 / 3 * plain - truth).square().mean().item(), rel=1e-13)
    assert found["share"] == pytest.approx(found["variance"] / found["loss"], rel=1e-14)


def test_loss_is_averaged_model_plus_variance_exactly():
    outputs, targets = _random(CUBE.order, 5), _random(5)
    for found in (decompose(outputs, targets, VECTOR), decompose_by_sample(outputs, targets, VECTOR)):
        assert found["loss"] == pytest.approx(found["averaged"] + found["variance"], rel=1e-14)
        assert found["averaged"] < found["loss"]
    assert decompose_by_sample(outputs, targets, VECTOR) == pytest.approx(
        decompose(outputs, targets, VECTOR), rel=1e-14
    )


def test_turns_of_one_answer_have_no_error():
    outputs = orbit(_random(2), VECTOR)
    assert error_of_answers(outputs, VECTOR) == {"absolute": 0.0, "relative": 0.0, "by_element": [0.0] * CUBE.order}
    assert error_of_answers(orbit(_random(2), VECTOR.as_scalars()), VECTOR)["relative"] > 1


@pytest.mark.parametrize(("kind", "order"), [(VECTOR, CUBE.order), (FieldType(C4, "vector", 1), 4)])
def test_relative_error_is_the_mean_over_the_elements(kind, order):
    shape = (order, 3, kind.channels, *[4] * (3 if kind is VECTOR else 2))
    outputs = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    found, all_forms = error_of_answers(outputs, kind), equivariance_error(outputs, kind)
    assert sum(found["by_element"]) / order == pytest.approx(found["relative"], rel=1e-14)
    assert {name: all_forms[name] for name in ("absolute", "relative")} == {
        name: found[name] for name in ("absolute", "relative")
    }
    back = [kind.act(outputs[g], kind.inverse(g)) for g in range(order)]
    gaps = [(one - back[0]).abs().mean().item() for one in back[1:]]
    assert all_forms["published"] == pytest.approx(np.mean(gaps), rel=1e-13)


def test_an_answer_of_nothing_has_an_infinite_relative_error():
    outputs = _random(CUBE.order, 2)
    outputs[0] = 0
    found = error_of_answers(outputs, VECTOR)
    assert found["relative"] == float("inf") and found["by_element"][1:] == [float("inf")] * (CUBE.order - 1)
    assert error_of_answers(0 * outputs, VECTOR)["relative"] == 0
