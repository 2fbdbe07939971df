"""Smoke data against known answers: PhiFlow's own solver, exact symmetry, and the table of published levels."""

import numpy as np
import pytest
import torch

from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.smoke import EpsLevel, PublishedLevel, SmokeSource
from equidyn.domains.smoke.source import checks
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.levels import PUBLISHED_ORDER, blocks, buoyancies, ranges, simulations
from equidyn.domains.smoke.source.phiflow import (
    NUMPY,
    Box,
    Solve,
    StaggeredGrid,
    Tensor,
    batch,
    channel,
    divergence,
    extrapolation,
    fluid,
    math,
    quiet,
    spatial,
)
from equidyn.domains.smoke.source.projection import project
from equidyn.domains.smoke.source.recording import Recording, record
from equidyn.domains.smoke.source.scenes import Simulations
from equidyn.domains.smoke.source.smoke import make
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

VECTOR = FieldType(C4, "vector", 1)
PUBLISHED_LEVELS = (0, 0.213, 0.370, 0.491, 0.586, 0.663, 0.732, 0.793, 0.844, 0.891)


def source(**changes: object) -> SmokeSource:
    """A small set with three different scenes."""
    settings = {
        "kind": "smoke",
        "resolution": 16,
        "size": 64.0,
        "dt": 1.0,
        "warmup": 5,
        "frames": 15,
        "inflow": {"x": 32.0, "y": 10.0, "radius": 7.0},
        "jitter": {"position": 4.0, "tilt": 0.2, "strength": 0.1},
        "split": {"by": "scene", "train": 1, "validation": 1, "test": 1},
        "blocks": 1,
        "seed": 0,
    }
    return SmokeSource.model_validate(settings | changes)


def eps(value: float) -> EpsLevel:
    return EpsLevel(level="eps", value=value)


def random_velocity(x: int, y: int, bounds: Box) -> StaggeredGrid:
    """Two random staggered velocities with closed walls."""
    dice = np.random.default_rng(3)
    sizes = {"x": (x - 1, y), "y": (x, y - 1)}
    parts = [math.wrap(dice.normal(size=(2, *size)), batch("simulation"), spatial("x,y")) for size in sizes.values()]
    values: Tensor = math.stack(parts, channel(vector="x,y").as_dual())
    return StaggeredGrid(values, extrapolation.ZERO, bounds, x=x, y=y)


@pytest.mark.parametrize(("x", "y", "size"), [(8, 8, (8.0, 8.0)), (12, 8, (6.0, 16.0))])
def test_projection_is_that_of_phiflows_solver(x: int, y: int, size: tuple[float, float]) -> None:
    with NUMPY, math.precision(64), quiet():
        velocity = random_velocity(x, y, Box(x=size[0], y=size[1]))
        solve = Solve("CG", 1e-10, 0, rank_deficiency=0)
        expected, _ = fluid.make_incompressible(velocity, (), solve)
        exact, _ = project(velocity)
        difference = math.max(math.abs((exact - expected).staggered_tensor()))
        remaining = math.max(math.abs(divergence(exact).values))
        before = math.max(math.abs(divergence(velocity).values))
    assert float(difference.max) < 1e-8
    assert float(before.max) > 1
    assert float(remaining.max) < 1e-12


@pytest.fixture(scope="module")
def symmetric() -> tuple[Simulations, Recording]:
    planned = simulations(source(), eps(0.0))
    return planned, record(source(), planned, "test/symmetric", exact=True)


def test_rotated_simulations_agree_under_the_action_and_not_under_its_inverse(symmetric: tuple) -> None:
    planned, recording = symmetric
    four = checks.by_direction(recording.velocity, checks.turned_sets(planned.scene, planned.direction))
    moving = four[0].abs().max().item()
    for turns in range(4):
        assert torch.allclose(VECTOR.act(four[0], turns), four[turns], atol=1e-6 * moving, rtol=0)
    for turns in (1, 3):
        wrong = (VECTOR.act(four[0], VECTOR.inverse(turns)) - four[turns]).abs().max().item()
        assert wrong > 0.5 * moving
    assert planned.direction.tolist() == [0, 1, 2, 3] * 6


def test_level_zero_is_symmetric_and_divergence_free_in_float64(symmetric: tuple) -> None:
    _, recording = symmetric
    assert 0 < recording.disagreement < 1e-11  # not exactly 0: the four are separate simulations
    assert recording.divergence < 1e-12
    assert recording.velocity.dtype == np.float32


def test_scenes_differ(symmetric: tuple) -> None:
    up = symmetric[1].velocity[::4, -1]
    assert min(np.abs(up[i] - up[j]).max() for i, j in ((0, 1), (0, 2), (1, 2))) > 0.1 * np.abs(up).max()


def test_a_level_zero_that_is_not_symmetric_is_refused() -> None:
    planned = simulations(source(frames=2), eps(0.0))
    planned.buoyancy[1] *= 1 + 1e-5
    with pytest.raises(EquidynError, match=r"test/broken.*at step.*Lower source\.frames"):
        record(source(frames=2), planned, "test/broken", exact=True)


def table_entry(velocity: np.ndarray) -> float | None:
    """The published table's number for one scene in four directions."""
    return checks.published_table_entry(Fields(velocity, np.zeros(4), np.arange(4), np.zeros((4, 3, 2)), {}))


def test_the_published_table_of_levels() -> None:
    """E_0..E_9 within 0.01, all forty simulations in one batch."""
    still = {"position": 0.0, "tilt": 0.0, "strength": 0.0}
    by_time = {"by": "time", "train": [0, 30], "validation": [30, 40], "test": [40, 50]}
    inflow = {"x": 32.0, "y": 5.0, "radius": 5.0}
    paper = source(resolution=64, dt=0.5, warmup=10, frames=60, inflow=inflow, jitter=still, split=by_time, blocks=None)
    sets = [simulations(paper, PublishedLevel(level="E", value=k)) for k in range(10)]
    together = Simulations(
        inflow=np.concatenate([one.inflow for one in sets]),
        buoyancy=np.concatenate([one.buoyancy for one in sets]),
        scene=np.repeat(np.arange(10), 4),
        direction=np.tile(np.arange(4), 10),
    )
    velocity = record(paper, together, "test/levels", exact=False).velocity
    table = [table_entry(velocity[4 * k : 4 * k + 4]) for k in range(10)]
    assert table[0] < 1e-7
    np.testing.assert_allclose(table, PUBLISHED_LEVELS, atol=0.001)


def test_published_buoyancies_stand_in_counter_clockwise_order() -> None:
    """Up, right, down, left have 2, 2 + k, 2 + 2k, 2 + 3k; after "up" a counter-clockwise turn gives "left"."""
    found = buoyancies(PublishedLevel(level="E", value=4))
    np.testing.assert_allclose(found, 0.005 * np.array([2, 14, 10, 6]))
    np.testing.assert_allclose(found[list(PUBLISHED_ORDER)], 0.005 * np.array([2, 6, 10, 14]))
    one = simulations(
        source(jitter={"position": 0.0, "tilt": 0.0, "strength": 0.0}), PublishedLevel(level="E", value=4)
    )
    np.testing.assert_allclose(one.inflow[:4], [[32, 10], [54, 32], [32, 54], [10, 32]])
    np.testing.assert_allclose(one.buoyancy[:4], [[0, 0.01], [-0.07, 0], [0, -0.05], [0.03, 0]], atol=1e-15)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_eps_preserves_the_mean_buoyancy(value: float) -> None:
    assert buoyancies(eps(value)).mean() == pytest.approx(0.02, abs=1e-15)
    planned = simulations(source(), eps(value))
    strength = np.linalg.norm(planned.buoyancy, axis=1).reshape(-1, 4)
    assert strength.mean(axis=1) == pytest.approx(np.linalg.norm(simulations(source(), eps(0.0)).buoyancy[::4], axis=1))


def test_scenes_follow_from_the_seed() -> None:
    first, again = simulations(source(), eps(0.3)), simulations(source(), eps(0.3))
    np.testing.assert_array_equal(first.inflow, again.inflow)
    np.testing.assert_array_equal(first.buoyancy, again.buoyancy)
    assert not np.allclose(first.inflow, simulations(source(seed=1), eps(0.3)).inflow)


def test_more_training_scenes_leave_the_others_as_they_were() -> None:
    larger = source(split={"by": "scene", "train": 5, "validation": 1, "test": 1})
    few, many = simulations(source(), eps(0.0)), simulations(larger, eps(0.0))
    for first, other in ((0, 0), (12, 28)):  # of each block
        np.testing.assert_array_equal(few.inflow[first : first + 12], many.inflow[other : other + 12])
        np.testing.assert_array_equal(ranges(source())[first : first + 12], ranges(larger)[other : other + 12])


def test_blocks_have_no_scene_in_common_and_more_of_them_leave_the_others() -> None:
    few, many = simulations(source(), eps(0.0)), simulations(source(blocks=3), eps(0.0))
    np.testing.assert_array_equal(few.inflow, many.inflow[:24])
    np.testing.assert_array_equal(blocks(source(blocks=3)), np.arange(4).repeat(12))
    assert len(np.unique(many.inflow, axis=0)) == 48


def test_a_set_with_more_training_scenes_contains_the_smaller_one() -> None:
    """The data-size axis: same tests, same validation, and the first training scenes are the same simulations."""
    few, many = (
        make(source(frames=6), EpsLevel(level="eps", value=0.3, train=train), "test/sizes", Clock({}, ""))
        for train in (2, 8)
    )
    few, many = few.of_block(0), many.of_block(0)
    assert (few.velocity.shape[0], many.velocity.shape[0]) == (4 * 4, 4 * 10)
    for name in ("scene", "direction", "ranges"):
        np.testing.assert_array_equal(few.arrays()[name], many.arrays()[name][:16])
    np.testing.assert_allclose(few.velocity, many.velocity[:16], rtol=0, atol=1e-7 * np.abs(many.velocity).max())
    np.testing.assert_allclose(few.density, many.density[:16], rtol=0, atol=1e-7 * many.density.max())


def test_each_scene_belongs_to_one_split_in_all_directions() -> None:
    used = ranges(source())[:, :, 1] > 0
    assert (used.sum(axis=1) == 1).all()
    assert (used.reshape(-1, 4, 3) == used.reshape(-1, 4, 3)[:, :1]).all()
    assert used.sum(axis=0).tolist() == [8, 8, 8]


def test_split_by_time_gives_every_simulation_all_splits() -> None:
    by_time = source(split={"by": "time", "train": [0, 8], "validation": [8, 11], "test": [11, 15]}, blocks=None)
    np.testing.assert_array_equal(ranges(by_time), [[[0, 8], [8, 11], [11, 15]]] * 4)


def test_an_inflow_outside_the_box_is_refused() -> None:
    far = source(jitter={"position": 60.0, "tilt": 0.0, "strength": 0.0})
    with pytest.raises(EquidynError, match=r"jitter\.position = 60\.0.*outside the box"):
        simulations(far, eps(0.0))
