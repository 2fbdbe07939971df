"""The Rotation protocol against known answers: its published geometry, its symmetry, and its two vector actions."""

import numpy as np
import pytest
import rotations
import torch
from toy import randomised

from equidyn.domains.smoke.models.gcnn import build
from equidyn.domains.smoke.params.rotation import side_of
from equidyn.domains.smoke.source import checks
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.published_action import under_published_action
from equidyn.domains.smoke.source.rotation import mirror_asymmetry, ranges, simulations
from equidyn.domains.smoke.source.scenes import Simulations
from equidyn.domains.smoke.source.simulator import SmokeSimulator
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

VECTOR = FieldType(C4, "vector", 1)
STEPS = 20


def test_inflows_and_buoyancies_are_those_of_the_published_generator() -> None:
    planned = simulations(rotations.source(rotations.PUBLISHED))
    inflow = [[32, 5], [59, 32], [32, 59], [5, 32]]
    push = np.array([[0, 0.01], [-0.01, 0], [0, -0.011], [0.01, 0]])
    np.testing.assert_allclose(planned.inflow, inflow * 9, rtol=0, atol=1e-12)
    np.testing.assert_allclose(planned.buoyancy, np.tile(push, (9, 1)) * np.arange(1, 37)[:, None], atol=1e-15)
    assert planned.scene.tolist() == list(range(1, 37))
    assert planned.direction.tolist() == [0, 1, 2, 3] * 9


def test_the_published_tasks_follow_the_rule_of_sides() -> None:
    """The published lists, train and held out; (32, 3) is in neither."""
    trained = [(27, 2), (33, 0), (3, 2), (28, 3), (9, 0), (12, 3), (22, 1), (8, 3), (30, 1), (25, 0), (16, 3), (11, 2)]
    trained += [(23, 2), (29, 0), (36, 3), (26, 1), (1, 0), (35, 2), (19, 2), (34, 1), (4, 3), (2, 1), (7, 2), (31, 2)]
    trained += [(17, 0)]
    settings = rotations.source(rotations.PUBLISHED)
    assert all(side_of(k) == side for k, side in [*trained, *settings.domain, *settings.unused])
    used = {split: np.flatnonzero(ranges(settings)[:, column, 1]) + 1 for column, split in enumerate(settings.splits)}
    for split in ("train", "validation", "future"):
        assert used[split].tolist() == sorted(k for k, _ in trained)
    assert used["domain"].tolist() == sorted(k for k, _ in settings.domain)


@pytest.fixture(scope="module")
def equal() -> np.ndarray:
    """Float64 frames of four simulations of equal, strong buoyancy on the four sides, (step, side, 2, y, x)."""
    settings = rotations.source(resolution=16)
    planned = simulations(settings)
    direction = planned.buoyancy[:4] / np.linalg.norm(planned.buoyancy[:4], axis=1, keepdims=True)
    alike = Simulations(planned.inflow[:4], 0.36 * direction, np.zeros(4), planned.direction[:4])
    simulator = SmokeSimulator(settings, alike)
    return np.stack([simulator.advance().velocity for _ in range(STEPS)])


def test_equal_buoyancies_on_different_sides_are_turns_of_each_other(equal: np.ndarray) -> None:
    sets = np.arange(4)[:, None]
    found = max(checks.disagreement(frame, sets) for frame in equal)
    assert np.abs(equal[-1]).max() > 5  # it has flown several cells
    assert 0 < found < 1e-9  # not exactly 0: they are separate simulations


def test_the_true_action_fits_the_simulations_and_the_published_one_has_the_wrong_sign(equal: np.ndarray) -> None:
    up = torch.from_numpy(equal[-1, 0])
    for turns in range(4):
        found = torch.from_numpy(equal[-1, turns])
        torch.testing.assert_close(VECTOR.act(up, turns), found, rtol=0, atol=1e-9)
        torch.testing.assert_close((-1) ** turns * published_turn(up, -turns), found, rtol=0, atol=1e-9)


def published_turn(field: torch.Tensor, turns: int) -> torch.Tensor:
    """The published action from its description, pixel by pixel: pixels turn by -theta, vectors by +theta.

    field: (..., 2, y, x); theta is `turns` counter-clockwise quarter turns.
    """
    cells = field.shape[-1]
    cosine, sine = [(1, 0), (0, 1), (-1, 0), (0, -1)][turns % 4]
    result = torch.empty_like(field)
    for y, x in np.ndindex(cells, cells):
        from_middle = np.array([2 * x - cells + 1, 2 * y - cells + 1])
        to_x, to_y = (np.array([[cosine, sine], [-sine, cosine]]) @ from_middle + cells - 1) // 2
        across, up = field[..., 0, y, x], field[..., 1, y, x]
        result[..., 0, to_y, to_x] = cosine * across - sine * up
        result[..., 1, to_y, to_x] = sine * across + cosine * up
    return result


def negated(field: torch.Tensor) -> torch.Tensor:
    """(..., 2, y, x) as a set under the published action stores it."""
    array = field.clone().numpy().reshape(1, -1, *field.shape[-3:])
    under_published_action(array)
    return torch.from_numpy(array).reshape(field.shape)


def field(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, 2, 7, 7, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("turns", range(4))
def test_the_true_turn_of_negated_data_is_the_published_turn(turns: int) -> None:
    """And so the true turn of the data itself, off by a factor of -1 at 90 and 270 degrees."""
    found = negated(VECTOR.act(negated(field()), turns))
    torch.testing.assert_close(found, published_turn(field(), -turns), rtol=0, atol=0)
    torch.testing.assert_close(found, (-1) ** turns * VECTOR.act(field(), turns), rtol=0, atol=0)


def test_a_net_on_negated_data_is_a_net_under_the_published_action() -> None:
    """S f S commutes with the published action, and has the squared error that f has on negated data."""
    network = randomised(build(VECTOR, VECTOR, hidden=2, layers=3).double()).eval()
    questions, predictions = field(3), field(3).roll(1, -1)
    found = negated(network(negated(questions)).detach())
    for turns in range(4):
        turned = negated(network(negated(published_turn(questions, turns))).detach())
        torch.testing.assert_close(turned, published_turn(found, turns), rtol=0, atol=1e-12 * found.abs().max())
    wrong = network(published_turn(questions, 1)) - published_turn(network(questions), 1)
    assert wrong.abs().max() > 0.1 * found.abs().max()  # f itself does not commute with it
    mine = (network(negated(questions)) - negated(predictions)).square().mean()
    torch.testing.assert_close(mine.detach(), (found - predictions).square().mean())


@pytest.fixture(scope="module")
def true() -> Fields:
    """The small set as simulated."""
    return rotations.made(rotations.source())


def test_smoke_moves_the_way_that_its_buoyancy_pushes(true: Fields) -> None:
    """The mean velocity of the smoke points away from its side, so nothing was negated."""
    weight = true.density[:, -1] / true.density[:, -1].sum(axis=(1, 2), keepdims=True)
    mean = (true.velocity[:, -1] * weight[:, None]).sum(axis=(2, 3))
    away = np.array([[0, 1], [-1, 0], [0, -1], [1, 0]])[true.direction]
    along = (mean * away).sum(axis=1)
    assert (along > 0).all()
    assert (np.abs(mean - along[:, None] * away) < 1e-6 * along[:, None]).all()
    assert true.attributes["checks"]["max_divergence"] < 1e-12


def test_the_flow_is_at_first_its_own_mirror_image(true: Fields) -> None:
    assert max(true.attributes["checks"]["mirror"].values()) < 1e-6
    assert set(true.attributes["checks"]["mirror"]) == set(true.splits)


@pytest.mark.parametrize("side", range(4))
def test_the_odd_part_under_the_mirror_is_measured(side: int) -> None:
    """A flow to the right, and another of three times its strength upwards: one of them is odd, whatever the side."""
    velocity = np.stack([np.full((5, 4, 4), 1.0), np.full((5, 4, 4), 3.0)], axis=1)[None]
    whole = Fields(velocity, np.ones(1), np.array([side]), np.array([[[0, 5]]]), {}, splits=("train",))
    odd = 3 if side % 2 else 1
    assert mirror_asymmetry(whole) == {"train": pytest.approx(odd / 10**0.5)}


def test_a_set_under_the_published_action_differs_in_the_sign_of_vy_only(true: Fields) -> None:
    published = rotations.made(rotations.source(), "published")
    np.testing.assert_array_equal(published.velocity[:, :, 0], true.velocity[:, :, 0])
    np.testing.assert_array_equal(published.velocity[:, :, 1], -true.velocity[:, :, 1])
    for name in ("density", "scene", "direction", "ranges"):
        np.testing.assert_array_equal(published.arrays()[name], true.arrays()[name])
    assert published.attributes["checks"] == true.attributes["checks"]
