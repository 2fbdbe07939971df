"""The importer against a flow that PhiFlow makes here, saved and turned as the published generator does it."""

import math as plain
from functools import cache

import numpy as np
import pytest
import torch
from archives import (
    CELLS,
    LEVELS,
    PUBLISHED,
    ROTATION,
    TRUE,
    levels_members,
    made,
    rotation_members,
    saved,
    source,
    zipped,
)

from equidyn.domains.smoke.audit.measures.equivariance import turned
from equidyn.domains.smoke.params.archive import LevelsArchive
from equidyn.domains.smoke.params.smoke import PublishedLevel
from equidyn.domains.smoke.source.phiflow import (
    TORCH,
    Box,
    CenteredGrid,
    Sphere,
    StaggeredGrid,
    advect,
    extrapolation,
    math,
    quiet,
    resample,
)
from equidyn.domains.smoke.source.projection import project
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

pytestmark = pytest.mark.usefixtures("workplace")
LEVEL = PublishedLevel(level="E", value=2)
FRAMES = 6
THIRDS = {"train": [0, 2], "validation": [2, 4]}
TASKS = source(ROTATION, frames=FRAMES, split={"by": "task", "future": [4, 6], "domain": [0, 6]} | THIRDS)
GRID = {"x": CELLS, "y": CELLS, "bounds": Box(x=CELLS, y=CELLS)}


@cache
def flow() -> tuple[torch.Tensor, np.ndarray]:
    """A plume that rises from the bottom, left of the middle, so that no turn or mirror maps it to itself.

    As the generator stores it, (time, 2, y, x) float32 on faces, and at the cells' centres, in float64.
    """
    faces, centres = [], []
    with TORCH, math.precision(64), quiet():
        inflow = CenteredGrid(Sphere(x=3, y=2, radius=1.5), extrapolation.BOUNDARY, **GRID)
        smoke = CenteredGrid(0, extrapolation.BOUNDARY, **GRID)
        velocity = StaggeredGrid(0, extrapolation.ZERO, **GRID)
        for _ in range(FRAMES + 1):
            smoke = advect.mac_cormack(smoke, velocity, dt=1.0) + inflow
            lift = resample(smoke * math.tensor([0.0, 0.2], math.channel(vector="x,y")), to=velocity)
            velocity, _ = project(advect.semi_lagrangian(velocity, velocity, dt=1.0) + lift)
            faces.append(velocity.staggered_tensor().numpy(["vector", "y", "x"]))
            centres.append(velocity.at_centers().values.numpy(["vector", "y", "x"]))
    stored = torch.from_numpy(np.stack(faces)).float()
    return stored[1:, :, :CELLS, :CELLS], np.stack(centres)[1:]


def test_axes_and_components_have_our_order() -> None:
    """The mean of two neighbouring faces is the velocity at the centre between them: (vx, vy) on (y, x)."""
    stored, centres = flow()
    zipped(dict.fromkeys(rotation_members(), saved(stored)))
    found = made(TASKS, TRUE).velocity[0]
    along_x = (found[:, 0, :, :-1] + found[:, 0, :, 1:]) / 2
    along_y = (found[:, 1, :-1] + found[:, 1, 1:]) / 2
    assert np.abs(centres).max() > 0.1
    assert np.abs(along_x - centres[:, 0, :, :-1]).max() < 1e-6
    assert np.abs(along_y - centres[:, 1, :-1]).max() < 1e-6


@pytest.mark.parametrize("wanted", [TRUE, PUBLISHED])
def test_what_is_stored_is_free_of_divergence_on_the_faces(wanted: object) -> None:
    stored, _ = flow()
    zipped(dict.fromkeys(rotation_members(), saved(stored)))
    assert made(TASKS, wanted).attributes["checks"]["max_divergence"] < 1e-5


def level(action: str) -> LevelsArchive:
    """The source of the level, made to fit a vector action."""
    split = {"by": "time", "test": [4, 6]} | THIRDS
    return source(LEVELS, frames=FRAMES, split=split, vector_action=action)


def turned_members() -> dict[str, bytes]:
    """Level E_0, as the generator makes it: one simulation, turned by 0, 90, 180 and 270 degrees."""
    stored, _ = flow()
    angles = [quarters * plain.pi / 2 for quarters in (1, 2, 3)]
    fields = [stored, *(turned(stored, vectors=angle, pixels=-angle) for angle in angles)]
    return {name: saved(field) for name, field in zip(levels_members(), fields, strict=True)}


@pytest.mark.parametrize("action", ["true", "published"])
def test_a_level_of_0_is_symmetric_under_our_action(action: str) -> None:
    """Up to the published turn's bilinear interpolation, which is exact at quarter turns but for rounding."""
    zipped(turned_members())
    found = made(level(action), LEVEL)
    assert found.attributes["checks"]["equivariance"]["pairwise"] < 1e-5
    assert found.attributes["checks"]["max_divergence"] < 1e-5


def test_what_is_stored_has_not_the_symmetry_of_our_action() -> None:
    """The control: without the change of signs the same files look far from symmetric."""
    zipped(turned_members())
    velocity = made(level("true"), LEVEL).velocity
    velocity[1::2] *= -1
    turned = FieldType(C4, "vector", 1).act(torch.from_numpy(velocity[0]), 1).numpy()
    assert np.abs(velocity[1] - turned).max() > 0.1
    assert np.abs(velocity[1] + turned).max() < 1e-5


def test_left_and_right_blow_to_the_left_and_right() -> None:
    """Under the true action a plume from the left wall pushes its smoke to the right, and so on all round."""
    zipped(turned_members())
    mean = made(level("true"), LEVEL).velocity[:, -1]
    jet = [mean[row].reshape(2, -1)[:, np.hypot(*mean[row]).argmax()] for row in range(4)]
    expected = {0: (1, 1), 1: (0, -1), 2: (1, -1), 3: (0, 1)}  # up, left, down, right: component and its sign
    for row, (component, sign) in expected.items():
        assert sign * jet[row][component] > abs(jet[row][1 - component])
