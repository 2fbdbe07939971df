"""Known answers of Lanczos, of the Hessian's products and of its measures, and of the published power iteration."""

import math

import numpy as np
import pytest
import torch
from toy import randomised, toy_dataset, toy_params

from equidyn.curvature import hessian
from equidyn.curvature.audit import hessian as published
from equidyn.curvature.lanczos import density, lanczos, mass_below
from equidyn.curvature.landscape import Hessian, Landscape, split_batch
from equidyn.domains.smoke.models import cnn, gcnn, rgroup
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

FRAMES, VECTOR = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)
SPECTRA = {
    "spread": np.linspace(-3, 10, 60),
    "clustered": np.concatenate(
        [[-0.5], 1 + 1e-4 * np.arange(40), 2 + 1e-4 * np.arange(14), [7.0, 7.001, 50, 51, 200]]
    ),
    "degenerate": np.repeat([-2.0, 0.0, 1.0, 5.0], [3, 40, 12, 5]),
}


def _symmetric(values: np.ndarray, seed: int = 0) -> torch.Tensor:
    """A matrix with this spectrum and random eigenvectors, float64."""
    frame = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(values), len(values))))[0]
    return torch.from_numpy(frame @ np.diag(values) @ frame.T)


def _start(size: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("values", SPECTRA.values(), ids=list(SPECTRA))
def test_lanczos_finds_both_ends_of_known_spectra(values):
    ritz = lanczos(_symmetric(values).matmul, _start(60), 60)
    expected = np.sort(values)
    assert ritz.values[[0, -1]] == pytest.approx(expected[[0, -1]], rel=1e-10)
    assert ritz.weights.sum() == pytest.approx(1)


def test_a_degenerate_spectrum_is_exhausted_after_as_many_products_as_it_has_values():
    """The weights are then the squared parts of the start vector in the eigenspaces."""
    matrix = _symmetric(SPECTRA["degenerate"])
    start = _start(60)
    ritz = lanczos(matrix.matmul, start, 60)
    assert ritz.values == pytest.approx([-2, 0, 1, 5], abs=1e-10)
    values, vectors = torch.linalg.eigh(matrix)
    parts = (vectors.T @ start / start.norm()).square()
    assert ritz.weights == pytest.approx([parts[(values - value).abs() < 1e-6].sum().item() for value in (-2, 0, 1, 5)])


@pytest.mark.parametrize("values", SPECTRA.values(), ids=list(SPECTRA))
@pytest.mark.parametrize("iterations", [3, 10, 25])
def test_residuals_bound_the_error(values, iterations):
    ritz = lanczos(_symmetric(values).matmul, _start(60), iterations)
    distances = np.abs(ritz.values[:, None] - values).min(axis=1)
    assert (distances <= ritz.residuals + 1e-10).all()


def test_single_precision_finds_no_eigenvalue_twice():
    """Without re-orthogonalisation copies of the outlier appear as soon as it has converged."""
    matrix = _symmetric(np.concatenate([np.linspace(0, 1, 199), [100.0]])).float()
    ritz = lanczos(matrix.matmul, _start(200).float(), 60)
    assert (ritz.values > 50).sum() == 1
    assert ritz.values[-1] == pytest.approx(100, rel=1e-5)


def test_it_stops_when_what_is_wanted_is_known():
    counted = []
    matrix = _symmetric(np.concatenate([np.linspace(-1, 1, 190), [-9.0, 5, 6, 7, 8, 9, 10, 20, 30, 40]]))

    def operator(vector: torch.Tensor) -> torch.Tensor:
        counted.append(1)
        return matrix @ vector

    ends = [0, -3, -2, -1]
    ritz = lanczos(operator, _start(200), 100, lambda ritz: len(ritz.values) > 4 and ritz.converged(ends, 1e-3))
    assert 6 < len(counted) == len(ritz.values) < 30
    assert ritz.values[ends] == pytest.approx([-9, 20, 30, 40], rel=1e-3)
    assert (np.abs(ritz.values[ends] - [-9, 20, 30, 40]) <= ritz.errors()[ends]).all()
    assert not lanczos(matrix.matmul, _start(200), len(counted) - 1).converged(ends, 1e-3)


def test_moments_are_those_of_the_start_and_on_average_the_trace():
    """Gauss quadrature with m nodes is exact for the moments up to 2 m - 1; their mean over starts is tr(A^k) / n."""
    values = np.random.default_rng(3).uniform(-1, 4, 120)
    matrix = _symmetric(values)
    starts = [_start(120, seed) for seed in range(200)]
    runs = [lanczos(matrix.matmul, start, 4) for start in starts]
    for power in range(1, 8):
        moment = (runs[0].values ** power) @ runs[0].weights
        exact = starts[0] @ torch.linalg.matrix_power(matrix, power) @ starts[0] / starts[0].square().sum()
        assert moment == pytest.approx(exact.item(), rel=1e-9)
    means = np.array([run.values @ run.weights for run in runs])
    assert means.mean() == pytest.approx(values.mean(), abs=4 * means.std() / math.sqrt(len(means)))


def test_the_density_has_integral_one_and_the_mass_below_zero():
    values = np.concatenate([np.linspace(-2, -1, 90), np.linspace(1, 3, 210)])
    runs = [lanczos(_symmetric(values).matmul, _start(300, seed), 40) for seed in range(4)]
    at = np.linspace(-3, 4, 701)
    curve = density(runs, at, 0.05)
    assert np.trapezoid(curve, at) == pytest.approx(1, abs=1e-9)
    assert mass_below(runs, 0.0) == pytest.approx(0.3, abs=0.04)
    assert np.trapezoid(curve[at < 0], at[at < 0]) == pytest.approx(mass_below(runs, 0.0), abs=1e-6)
    assert mass_below(runs, -2.5) == 0


def _subject(network: torch.nn.Module, double: bool = False, weight_decay: float = 0.0) -> RolloutContext:
    task = Rollout(toy_params().studies["toy"].task, toy_dataset(), torch.device("cpu"))
    if double:
        task.velocity, network = task.velocity.double(), network.double()
    return RolloutContext(network.eval(), task, weight_decay)


def _small(build=cnn.build, norm: str = "none", hidden: int = 2) -> torch.nn.Module:
    return randomised(build(FRAMES, VECTOR, hidden=hidden, layers=3, norm=norm))


def _by_columns(context: RolloutContext, windows) -> np.ndarray:
    """The whole Hessian of the loss, by automatic differentiation of another kind."""
    landscape = Landscape(context.network, context.task, windows)
    return torch.autograd.functional.hessian(landscape.loss, landscape.point).numpy()


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("build", [cnn.build, gcnn.build, rgroup.build])
def test_lanczos_agrees_with_the_whole_hessian_of_a_net_at_both_ends(workplace, build, norm):
    context = _subject(_small(build, norm, hidden=1 if build is rgroup.build else 2), double=True)
    windows = context.training_sample(3, 2)
    whole = _by_columns(context, windows)
    product = Hessian(Landscape(context.network, context.task, windows))
    vector = _start(len(whole))
    assert np.allclose(product(vector).numpy(), whole @ vector.numpy(), rtol=1e-9, atol=1e-9 * np.abs(whole).max())
    values = np.linalg.eigvalsh(whole)
    ritz = lanczos(product, vector, 60)
    assert ritz.values[[0, -1]] == pytest.approx(values[[0, -1]], rel=1e-9)
    assert values[0] < 0 < values[-1]


@pytest.mark.parametrize("keep", [1, 200_000])
def test_split_windows_give_the_same_products(workplace, keep):
    """The split is uneven (5 windows), so that the parts must be weighed."""
    context = _subject(_small(rgroup.build), double=True)
    landscape = Landscape(context.network, context.task, context.training_sample(5, 2))
    whole, split = Hessian(landscape), Hessian(landscape, graph_bytes=keep)
    assert len(whole.parts) == 1 and 1 < len(split.parts) <= 5
    vector = _start(len(landscape.point))
    assert torch.allclose(split(vector), whole(vector), rtol=1e-11, atol=1e-13)
    assert whole.products == split.products == 1


def test_the_measure_finds_the_spectrum_of_its_sample(workplace):
    context = _subject(_small(), weight_decay=0.25)
    found = hessian.measure(context, samples=4, steps=2, iterations=80, batches=1)
    exact = _subject(_small(), double=True)
    values = np.linalg.eigvalsh(_by_columns(exact, exact.training_sample(4, 2)))
    assert found["largest"] == pytest.approx(values[-1], rel=1e-3)
    assert found["smallest"] == pytest.approx(values[0], rel=1e-3)
    assert found["top"] == pytest.approx(values[::-1][:5], rel=1e-3)
    several = hessian.measure(context, samples=4, steps=2, iterations=80, batches=2)
    assert several["smallest"] == found["smallest"] < -several["smallest_error"]  # which refutes convexity
    assert found["smallest_error"] <= 1e-3 * abs(values[0]) and found["largest_error"] <= 1e-3 * values[-1]
    assert found["decayed_largest"] == found["largest"] + 0.25
    assert found["decayed_smallest"] == found["smallest"] + 0.25
    share = (values < -1e-3 * values[-1]).mean()
    assert found["negative_share"] == pytest.approx(share, abs=0.1) and share > 0.05
    assert np.trapezoid(found["density"], found["density_at"]) == pytest.approx(1, abs=1e-5)


def test_maxima_are_the_largest_magnitudes_of_each_batch(workplace):
    context = _subject(_small(), double=True)
    found = hessian.measure(context, batches=3, batch_size=2, iterations=80)
    expected, tops = [], []
    for batch in split_batch(context.training_sample(6, 1), 3):
        values = np.linalg.eigvalsh(_by_columns(context, batch))
        expected += sorted(values, key=lambda value: -abs(value))[:5]
        tops.append(values[-1])
    assert found["tops"] == pytest.approx(tops, rel=1e-3)
    assert found["tops_median"] == pytest.approx(sorted(tops)[1], rel=1e-3)
    low, high = (np.sort(tops)[:2].mean(), np.sort(tops)[1:].mean())  # quartiles of three, between neighbours
    assert found["tops_iqr"] == pytest.approx(high - low, rel=1e-2)
    assert found["maxima"] == pytest.approx(expected, rel=1e-3)
    assert found["maxima_median"] == pytest.approx(np.median(expected), rel=1e-3)
    assert found["maxima_negative_share"] == (np.array(expected) < 0).mean()
    low, high = np.quantile(expected, [0.25, 0.75])
    assert found["maxima_iqr"] == pytest.approx(high - low, rel=1e-2)


def test_published_maxima_are_the_same_eigenvalues_less_exactly_known(workplace):
    """Of the same batches; with weight decay, which shifts each."""
    plain, decayed = _subject(_small(), double=True), _subject(_small(), double=True, weight_decay=0.5)
    batches = {"batches": 2, "batch_size": 4}
    exact = hessian.measure(plain, iterations=80, **batches)
    found = published.measure(plain, **batches)
    assert sorted(found["maxima"], key=abs) == pytest.approx(sorted(exact["maxima"], key=abs), rel=0.05)
    low, high = np.quantile(found["maxima"], [0.25, 0.75])
    assert found["maxima_iqr"] == pytest.approx(high - low, rel=1e-9)
    shifted = published.measure(decayed, **batches)
    assert max(shifted["maxima"]) == pytest.approx(max(found["maxima"]) + 0.5, rel=1e-2)
    assert found["products"] > exact["products"] / 2 > 0


def test_power_iteration_returns_the_largest_magnitudes():
    """So one negative eigenvalue shows if it is large, and a hundred of them do not if they are small."""
    values = np.concatenate([np.linspace(-1, 0, 100), [2.0, 4.0, 6.0, 10.0, -8.0]])
    found = published.power_iteration(
        _symmetric(values).matmul, _start(105), torch.Generator().manual_seed(0), tolerance=1e-9
    )
    assert found == pytest.approx([10, -8, 6, 4, 2], rel=1e-3)


def test_power_iteration_stops_by_its_own_rule_and_at_its_limit():
    products = []
    matrix = _symmetric(np.linspace(0, 1, 50))

    def operator(vector: torch.Tensor) -> torch.Tensor:
        products.append(1)
        return matrix @ vector

    generator = torch.Generator()
    settings = {"count": 1, "tolerance": 1e-3}
    (found,) = published.power_iteration(operator, _start(50), generator.manual_seed(1), **settings)
    assert found < 0.998 and len(products) < 100  # it says 1e-3, and is further off
    products.clear()
    published.power_iteration(operator, _start(50), generator.manual_seed(1), limit=3, **settings)
    assert len(products) == 3


@pytest.mark.parametrize("entry", [hessian, published])
def test_the_network_is_left_as_it_was(workplace, entry):
    context = _subject(_small(gcnn.build, "batch"))
    before = {name: tensor.clone() for name, tensor in context.network.state_dict().items()}
    entry.measure(context)
    assert not any(module.training for module in context.network.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in context.network.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in context.network.parameters())


@pytest.mark.parametrize("entry", [hessian, published])
def test_a_diverged_network_has_no_spectrum_and_costs_little(workplace, entry):
    network = _small()
    network.layers[1].kernel.weight.data[0, 0, 0, 0] = float("nan")
    found = entry.measure(_subject(network), batches=2)
    assert all(math.isnan(value) for value in found["maxima"])
    assert math.isnan(found["maxima_median"]) and math.isnan(found["negative_share"])
    assert found["products"] <= 15
