"""Known answers of the measures of super-resolution under the rotations of the cube, in float64."""

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
from equidyn.symmetry.groups import CUBE

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
