"""What tells the layout of fields: the divergence in 48 orders, the mirror, and the filter of the coarse frames."""

import jhtdbs
import numpy as np
import pytest
from jhtdbs import FACTOR, SIDE

from equidyn.domains.turbulence.source import jhtdb_checks, jhtdb_orders, jhtdb_pairing
from equidyn.domains.turbulence.source.jhtdb_orders import AS_TAKEN, ORDERS, Order
from equidyn.domains.turbulence.source.volumes import Volumes

SEEDS = (1, 2, 3)


def _products(fields: list[np.ndarray]) -> np.ndarray:
    return jhtdb_checks.Gradient(np.stack(fields)).products


def _in_order(field: np.ndarray, order: Order) -> np.ndarray:
    """A flow (vx, vy, vz; z, y, x) so stored that what is read as component i lies along `signs[i]` axis `axes[i]`."""
    components = np.empty_like(field)
    for component, (axis, sign) in enumerate(zip(order.axes, order.signs, strict=True)):
        components[component] = sign * field[axis]
    return components


def test_there_are_48_orders() -> None:
    assert len(set(ORDERS)) == 48
    assert AS_TAKEN in ORDERS


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_the_divergence_finds_the_order(order: Order) -> None:
    """Up to a change of all signs, which the divergence does not see."""
    products = _products([_in_order(jhtdbs.flow(seed), order) for seed in SEEDS])
    found, least = jhtdb_orders.best(products)
    assert found.axes == order.axes
    assert found.signs in (order.signs, tuple(-sign for sign in order.signs))
    assert least == pytest.approx(jhtdb_orders.divergence(products, order))
    assert least < 0.03
    others = [jhtdb_orders.divergence(products, each) for each in ORDERS if each.axes != order.axes]
    assert min(others) > 0.3


def test_the_order_taken_is_told_where_it_is_as_good_as_its_mirror() -> None:
    assert jhtdb_orders.best(_products([jhtdbs.flow(1)]))[0] == AS_TAKEN


def test_unrelated_components_have_the_divergence_that_is_told() -> None:
    noise = np.random.default_rng(0).standard_normal((4, 3, SIDE, SIDE, SIDE))
    assert jhtdb_orders.divergence(_products(list(noise)), AS_TAKEN) == pytest.approx(3**-0.5, abs=0.01)


def test_gradients_are_exact_on_linear_fields() -> None:
    """v_i = sum over a of m[i, a] x_a, with x_0 = x, the last index."""
    matrix = np.arange(9.0).reshape(3, 3) - 3
    z, y, x = np.mgrid[:6, :5, :4].astype(float)
    found = jhtdb_orders.gradients(np.einsum("ia,azyx->izyx", matrix, np.stack([x, y, z])))
    assert found.shape == (3, 3, 4, 3, 2)
    np.testing.assert_allclose(found, np.broadcast_to(matrix[..., None, None, None], found.shape), atol=1e-12)


def test_statistics_are_those_of_their_definition() -> None:
    fine = np.stack([jhtdbs.flow(seed) * np.array([1.0, 2.0, 3.0])[:, None, None, None] for seed in SEEDS])
    checks = _measured(fine.astype(np.float32))
    squares = (fine**2).mean(axis=(0, 2, 3, 4))
    crossed = max(abs((fine[:, i] * fine[:, j]).mean()) for i, j in ((0, 1), (0, 2), (1, 2)))
    slopes = np.stack([jhtdb_orders.gradients(field) for field in fine], axis=2)  # (3, 3, sample, z, y, x)
    along = np.stack([slopes[i, i] for i in range(3)])
    across = np.stack([slopes[i, j] for i in range(3) for j in range(3) if i != j])
    np.testing.assert_allclose(checks["variance"], squares, rtol=1e-5)
    assert checks["variance_ratio"] == pytest.approx(squares.max() / squares.min(), rel=1e-5)
    assert checks["cross"] == pytest.approx(crossed / squares.mean(), rel=1e-4)
    assert checks["energy"] == pytest.approx(squares.sum() / 2, rel=1e-5)
    assert checks["gradient_ratio"] == pytest.approx((across**2).mean() / (along**2).mean(), rel=1e-5)
    assert checks["skewness"] == pytest.approx((along**3).mean() / (along**2).mean() ** 1.5, rel=1e-3)
    assert checks["rms"]["test"] == pytest.approx(np.sqrt((fine[2] ** 2).mean()), rel=1e-5)
    assert checks["re_lambda"] is None


def _measured(fine: np.ndarray) -> dict:
    coarse = jhtdbs.coarsened(fine)[:, None]
    ranges = np.array([[0, 1], [1, 2], [2, 3]])
    return jhtdb_checks.measure(Volumes(coarse, fine, np.zeros(3, int), ranges, {}), FACTOR)


def test_a_mirrored_flow_has_the_other_skewness() -> None:
    """Squaring makes a flow whose derivative is skew; it need not be incompressible for this."""
    fine = np.stack([jhtdbs.flow(seed) for seed in SEEDS])
    steep = (fine + 0.4 * np.stack([np.roll(fine, 1, axis=-1 - i)[:, i] ** 2 for i in range(3)], axis=1)).astype("f4")
    skewness = _measured(steep)["skewness"]
    assert abs(skewness) > 0.01
    assert _measured(steep[..., ::-1, ::-1, ::-1])["skewness"] == pytest.approx(-skewness, rel=1e-4)


@pytest.mark.parametrize("window", jhtdb_pairing.windows(FACTOR), ids=str)
def test_the_filter_of_the_coarse_frames_is_found(window: tuple[int, int]) -> None:
    start, width = window
    fields = np.stack([jhtdbs.frames(seed) for seed in SEEDS])  # (sample, frame, 3, Z, Y, X)
    coarse = jhtdbs.coarsened(fields)  # where the window is not whole
    means, whole = jhtdb_pairing.window_means(jhtdb_pairing.sums(fields), window, FACTOR)
    coarse[(..., *np.ix_(whole, whole, whole))] = means
    found = jhtdb_pairing.fit(coarse, fields[:, 1], FACTOR)
    assert (found["width"], found["offset"]) == (width, start + (width - FACTOR) / 2)
    assert found["residual"] < 1e-6
    assert min(found["frames"][0], found["frames"][2]) > 0.02


def test_window_means_are_means() -> None:
    field = np.random.default_rng(2).standard_normal((3, 8, 8, 8))
    means, whole = jhtdb_pairing.window_means(jhtdb_pairing.sums(field), (-2, 5), 4)
    assert whole.tolist() == [1]
    np.testing.assert_allclose(means[:, 0, 0, 0], field[:, 2:7, 2:7, 2:7].mean(axis=(1, 2, 3)))
    means, whole = jhtdb_pairing.window_means(jhtdb_pairing.sums(field), (0, 4), 4)
    np.testing.assert_allclose(means, field.reshape(3, 2, 4, 2, 4, 2, 4).mean(axis=(2, 4, 6)))
