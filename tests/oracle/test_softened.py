"""Known answers of what loosens a strict kernel, or draws a free one near: identities of the projection, bounds, the
dynamics of multipliers, gates."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from toy import randomised

from equidyn.grids.free import FreePart
from equidyn.grids.kernels import Kernel, OrbitKernel, by_pairs, from_pairs, nearest_kernel, source_action
from equidyn.grids.relaxations.ace import ElasticPart, SlackPart
from equidyn.grids.relaxations.anneal import AnnealedPart
from equidyn.grids.relaxations.gap_gate import GatedPart
from equidyn.grids.relaxations.projection import PenalisedKernel
from equidyn.grids.relaxations.rpp import PriorPart
from equidyn.grids.relaxations.softeq import SoftKernel
from equidyn.grids.relaxations.thaw import ThawedPart
from equidyn.grids.reynolds import Reynolds
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4, CUBE, D4
from equidyn.symmetry.orbits import intertwiners

ENDS = [
    pytest.param(FieldType(group, first, 2), FieldType(group, last, 3), id=f"{group.name}-{first}-{last}")
    for group, first, last in [
        (C4, "regular", "regular"),
        (C4, "vector", "regular"),
        (D4, "regular", "vector"),
        (CUBE, "vector", "regular"),
    ]
]
every_pair = pytest.mark.parametrize(("inputs", "outputs"), ENDS)
REGULAR, VECTOR = FieldType(C4, "regular", 1), FieldType(C4, "vector", 1)


def _entries(inputs: FieldType, outputs: FieldType, seed: int = 0) -> torch.Tensor:
    size = outputs.dimension * inputs.dimension * 3**inputs.group.dimension
    return torch.randn(3, 2, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def _commutators(entries: torch.Tensor, inputs: FieldType, outputs: FieldType) -> torch.Tensor:
    """||g W - W g||^2 of each group element, summed over the pairs, by matrices."""
    left, right = outputs.action.matrices(), source_action(inputs, 3).matrices()
    left, right = torch.from_numpy(left), torch.from_numpy(right)
    pairs = entries.unflatten(-1, (outputs.dimension, -1))
    gaps = torch.einsum("gab,oibc->goiac", left, pairs) - torch.einsum("oiab,gbc->goiac", pairs, right)
    return gaps.square().sum((1, 2, 3, 4))


@every_pair
def test_what_breaks_the_symmetry_is_what_does_not_commute(inputs, outputs):
    entries = _entries(inputs, outputs)
    broken = Reynolds(inputs, outputs, 3).double().broken(entries).square().sum()
    squares = _commutators(entries, inputs, outputs)
    assert squares.mean().item() == pytest.approx(2 * broken.item(), rel=1e-12)
    assert broken <= squares.max() <= 4 * broken


@every_pair
def test_a_residual_pathway_prior_is_the_squared_penalty(inputs, outputs):
    """a ||A||^2 + b ||K - A||^2, least over all strict A, by least squares in an orthonormal basis."""
    a, b, ends = 0.3, 2.0, (inputs, outputs, 3)
    kernel = PenalisedKernel(OrbitKernel(inputs, outputs, 3), alpha=b, beta=a * b / (a + b), power=2).double()
    kernel.weight.data = _entries(inputs, outputs)
    basis = torch.from_numpy(intertwiners(outputs.action, source_action(inputs, 3)).basis()).T
    system = torch.cat([math.sqrt(a) * basis, math.sqrt(b) * basis])
    whole = kernel.weight.detach().flatten(0, 1).T
    wanted = torch.cat([torch.zeros_like(whole), math.sqrt(b) * whole])
    split = torch.linalg.lstsq(system, wanted).solution
    assert kernel.penalty().item() == pytest.approx((system @ split - wanted).square().sum().item(), rel=1e-12)
    strict = nearest_kernel(from_pairs((basis @ split).T.reshape(3, 2, -1), *ends), kernel)
    prior = PriorPart(strict, rates=(b, a)).double()
    prior.weight.data = kernel.weight.detach() - by_pairs(strict().detach(), inputs, outputs).flatten(2)
    torch.testing.assert_close(strict() + prior(), kernel())
    assert prior.penalty().item() == pytest.approx(kernel.penalty().item(), rel=1e-12)


@every_pair
@pytest.mark.parametrize("power", [1, 2])
def test_penalties_are_0_on_strict_weights_and_positive_elsewhere(inputs, outputs, power):
    kernel = randomised(PenalisedKernel(OrbitKernel(inputs, outputs, 3), alpha=0.5, power=power).double())
    free = randomised(AnnealedPart(OrbitKernel(inputs, outputs, 3)).double())
    for part in (kernel, free):
        assert part.penalty() > 0.1
    size = kernel.reynolds.broken(kernel.weight).norm().item()
    assert kernel.penalty().item() == pytest.approx(0.5 * size**power)
    whole = free.weight.norm().item() + math.sqrt(_commutators(free.weight.detach(), inputs, outputs).mean())
    assert free.penalty().item() == pytest.approx(whole)
    kernel.weight.data = kernel.reynolds(kernel.weight).detach()
    free.weight.data.zero_()
    assert kernel.penalty() <= 1e-13 and free.penalty() == 0


soft = pytest.mark.parametrize("softness", [0.0, 0.3, 1.0])


def _share(softness: float) -> float:
    """||B|| / ||S + B|| of orthogonal parts with ||B|| = softness ||S||, as the clip leaves them at most."""
    return softness / math.sqrt(1 + softness**2)


def _soft(inputs: FieldType, outputs: FieldType, softness: float, broken: torch.Tensor) -> torch.Tensor:
    """The entries of a soft kernel whose weights are strict ones, of norm 1, and these."""
    kernel = randomised(SoftKernel(OrbitKernel(inputs, outputs, 3), softness=softness).double())
    strict = kernel.reynolds(kernel.weight).detach()
    kernel.weight.data = strict / strict.norm() + broken
    return by_pairs(kernel().detach(), inputs, outputs).flatten(2)


@every_pair
@soft
@pytest.mark.parametrize("size", [1e-3, 0.5, 1.0, 2.0, 1e3])
def test_how_much_a_soft_kernel_breaks_is_known(inputs, outputs, softness, size):
    """The mean over g of ||g K - K g||^2 is 2 ||B||^2, B what K has besides P(K): s times the weights', clipped.

    Norms are about 1, and so is the round-off that is all there is at softness 0.
    """
    broken = Reynolds(inputs, outputs, 3).double().broken(_entries(inputs, outputs))
    whole = _soft(inputs, outputs, softness, size * broken / broken.norm())
    squares, left = _commutators(whole, inputs, outputs), softness * min(size, 1)
    assert whole.norm().item() == pytest.approx(math.sqrt(1 + left**2), rel=1e-12)
    assert squares.mean().sqrt().item() == pytest.approx(math.sqrt(2) * left, abs=1e-13)
    assert squares.max().sqrt() <= 2 * _share(softness) * whole.norm() + 1e-13


@every_pair
@soft
def test_no_smaller_bound_holds_for_soft_kernels(inputs, outputs, softness):
    """||g K - K g|| = 2 s / sqrt(1 + s^2) ||K||, if B changes its sign under g, as it can where g^2 = 1."""
    element = next(g for g in range(1, inputs.order) if inputs.inverse(g) == g)
    pairs = outputs.action @ source_action(inputs, 3)
    source, sign = torch.from_numpy(pairs.source[element]), torch.from_numpy(pairs.sign[element])
    entries = _entries(inputs, outputs)
    whole = _soft(inputs, outputs, softness, 10 * (entries - entries[..., source] * sign))
    found = _commutators(whole, inputs, outputs).max().sqrt() / whole.norm()
    assert found.item() == pytest.approx(2 * _share(softness), abs=1e-13)


@pytest.mark.parametrize("size", [0.5, 2.0], ids=["not clipped", "clipped"])
def test_gradients_of_a_soft_kernel_are_those_of_its_formula(size):
    """Written out in softeq.py; once, and differentiated again."""
    kernel = randomised(SoftKernel(OrbitKernel(REGULAR, REGULAR, 3), softness=0.6).double())
    strict, broken = (part(kernel.weight).detach() for part in (kernel.reynolds, kernel.reynolds.broken))
    kernel.weight.data = strict + size * strict.norm() / broken.norm() * broken

    def gradients(whole: torch.Tensor, slope: torch.Tensor) -> list[torch.Tensor]:
        (first,) = torch.autograd.grad(whole, kernel.weight, slope, create_graph=True)
        return [first, *torch.autograd.grad(first.square().sum(), kernel.weight)]

    slope = torch.randn_like(kernel())
    (once,) = torch.autograd.grad(kernel(), kernel.weight, slope)
    expected = gradients(kernel.soft(kernel.weight)[0], slope)
    for found, value in zip([once, *gradients(kernel(), slope)], [expected[0], *expected], strict=True):
        torch.testing.assert_close(found, value, rtol=0, atol=1e-12)


def test_a_soft_kernel_of_zeros_has_gradients():
    kernel = SoftKernel(OrbitKernel(REGULAR, REGULAR, 3), softness=0.3).double()
    kernel.weight.data.zero_()
    kernel().sum().backward()
    assert kernel().abs().max() == 0 and kernel.weight.grad.isfinite().all()


def test_a_soft_net_starts_with_what_a_strict_one_starts_with():
    strict = OrbitKernel(REGULAR, REGULAR, 3)
    kernel = SoftKernel(strict, softness=1.0)
    torch.testing.assert_close(nearest_kernel(kernel().detach(), kernel).weight, strict.weight)


KINDS: dict[str, Callable[[], Kernel | FreePart]] = {
    "projection-1": partial(PenalisedKernel, OrbitKernel(VECTOR, REGULAR, 3), alpha=0.5, beta=0.2, power=1),
    "projection-2": partial(PenalisedKernel, OrbitKernel(VECTOR, REGULAR, 3), alpha=0.5, beta=0.2, power=2),
    "soft": partial(SoftKernel, OrbitKernel(VECTOR, REGULAR, 3), softness=0.4),
    "soft-clipped": partial(SoftKernel, OrbitKernel(VECTOR, REGULAR, 3), softness=0.4),
    "free": lambda: AnnealedPart(OrbitKernel(VECTOR, REGULAR, 3)),
    "elastic": lambda: ElasticPart(OrbitKernel(VECTOR, REGULAR, 3), 0.5, 0.1, 1.0),
    "prior": lambda: PriorPart(OrbitKernel(VECTOR, REGULAR, 3), (0.5, 0.2)),
    "slack": lambda: SlackPart(OrbitKernel(VECTOR, REGULAR, 3), 0.5, 0.1, 1.0),
}


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_differences(kind):
    part = randomised(KINDS[kind]().double())
    if isinstance(part, FreePart):
        part.share.fill_(0.7)
    if isinstance(part, ElasticPart):
        part.multiplier.fill_(0.3)
    if kind.startswith("soft"):
        broken = part.reynolds.broken(part.weight).detach()
        assert broken.norm() > part.reynolds(part.weight).norm()  # the clip is at work
        part.weight.data -= 0 if kind == "soft-clipped" else 0.9 * broken
    names, values = zip(*part.named_parameters(), strict=True)
    probe = torch.randn_like(part().detach())

    def scalar(*weights: torch.Tensor) -> torch.Tensor:
        named = dict(zip(names, weights, strict=True))
        return torch.stack([torch.func.functional_call(_Both(part, probe), {f"part.{k}": v for k, v in named.items()})])

    assert torch.autograd.gradcheck(scalar, values)


class _Both(torch.nn.Module):
    """Kernel and penalty in one number."""

    def __init__(self, part: torch.nn.Module, probe: torch.Tensor) -> None:
        super().__init__()
        self.part, self.probe = part, probe

    def forward(self) -> torch.Tensor:
        return (self.part() * self.probe).sum() + self.part.penalty()


def _path(part: ElasticPart, steps: int, pull: float = 0.0, length: float = 1e-3) -> list[float]:
    """gamma after each step where only the constraint and a constant pull act on it."""
    found = []
    for _ in range(steps):
        (part.penalty() - pull * part.gamma).backward()
        part.stepped(1.0, length)
        found.append(part.gamma.item())
    return found


def _elastic(settle: float = 0.5, ratio: float = 0.1, damping: float = 0.0) -> ElasticPart:
    return ElasticPart(OrbitKernel(REGULAR, REGULAR, 3), settle, ratio, damping).double()


@pytest.mark.parametrize("ratio", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("settle", [0.25, 0.5])
def test_an_undamped_multiplier_is_an_oscillator(settle, ratio):
    """Its first zero is after (pi / 2) / sqrt(h_p h_d) steps, whatever the two rates are, and it never settles."""
    path = _path(_elastic(settle, ratio), 2000, length=5e-3)
    first = next(step for step, gamma in enumerate(path) if gamma < 0)
    assert first == pytest.approx(200 * settle, abs=2)
    assert max(path[-400:]) == pytest.approx(1, abs=0.02) and min(path[-400:]) == pytest.approx(-1, abs=0.02)


def test_under_adam_the_dual_rate_would_do_nothing():
    """Why both rates are for plain gradient descent: Adam's first zero is after the same steps for each dual rate."""
    zeros = []
    for rate in (1e-4, 1e-3, 1e-2):
        gamma, multiplier = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True)
        down, up = torch.optim.Adam([gamma], lr=1e-3), torch.optim.Adam([multiplier], lr=rate, maximize=True)
        while gamma.item() > 0:
            gamma.grad, multiplier.grad = multiplier.detach().clone(), gamma.detach().clone()
            down.step()
            up.step()
            zeros.append(rate)
    steps = [zeros.count(rate) for rate in (1e-4, 1e-3, 1e-2)]
    assert len(set(steps)) == 1 and steps[0] == pytest.approx(0.68 / 1e-3, rel=0.02)


def test_a_critically_damped_one_settles():
    """It passes 0 once, as lambda has had time to grow, and stays; with less damping it swings on."""
    half, full = (_path(_elastic(damping=by), 800, length=5e-3) for by in (0.2, 1.0))
    assert min(full) > -0.15 and max(map(abs, full[600:])) < 1e-2
    assert max(map(abs, half[300:])) > 5 * max(map(abs, full[300:]))


def test_a_pull_is_held_by_the_multiplier_and_with_slack_by_both():
    strict, slack = _elastic(damping=1.0), SlackPart(OrbitKernel(REGULAR, REGULAR, 3), 0.5, 0.1, 2.0).double()
    assert _path(strict, 1000, 0.3, length=1e-2)[-1] == pytest.approx(0, abs=1e-3)
    assert strict.multiplier.item() == pytest.approx(0.3, abs=1e-3)
    for pull in (0.3, -0.3):  # |gamma| = u = lambda / cost
        assert _path(slack, 3000, pull, length=2e-2)[-1] == pytest.approx(pull / 2, abs=0.01)
        assert slack.multiplier.item() == pytest.approx(0.3, abs=0.01)


def test_the_elastic_part_is_of_fixed_size():
    kernel = OrbitKernel(REGULAR, REGULAR, 3)
    part = ElasticPart(kernel, 0.5, 0.1, 1.0)
    part.share.fill_(1.0)
    sizes = []
    for factor in (1.0, 100.0):
        part.weight.data *= factor
        sizes.append(part().norm().item())
    assert sizes == pytest.approx([kernel().norm().item()] * 2, rel=1e-5)


def test_what_thaws_is_free_after_its_share_of_the_steps():
    part, shares = ThawedPart(OrbitKernel(REGULAR, REGULAR, 3), after=0.5), []
    for _ in range(480):
        shares.append(part.share.item())
        part.stepped(1.0, 1 / 480)
    assert shares == [0.0] * 240 + [1.0] * 240


@pytest.mark.parametrize(
    ("broken", "noise", "least", "most"), [(0.0, 1.0, 0.0, 0.35), (1.0, 1.0, 0.9, 1.0), (0.1, 0.0, 0.28, 0.34)]
)
def test_a_gate_opens_for_broken_gradients_that_last_and_not_for_noise(broken, noise, least, most):
    """share = sqrt(||G_perp||^2 / ||G||^2 / threshold), G by the whole kernel, from the hook that training uses."""
    part = GatedPart(OrbitKernel(REGULAR, REGULAR, 3), threshold=0.1, memory=0.2).double().train()
    draws = torch.Generator().manual_seed(0)
    pattern = part.reynolds(torch.randn(part.weight.shape, generator=draws, dtype=torch.float64))
    other = part.reynolds.broken(torch.randn(part.weight.shape, generator=draws, dtype=torch.float64))
    mean = pattern / pattern.norm() + broken * other / other.norm()
    for _ in range(400):
        drawn = torch.randn(part.weight.shape, generator=draws, dtype=torch.float64)
        _backward(part, mean + noise * drawn / drawn.norm())
        part.stepped(1.0, 1e-2)
    assert least <= part.share.item() <= most


def _backward(part: GatedPart, gradient: torch.Tensor) -> None:
    """Let the whole kernel have this gradient."""
    whole = torch.zeros_like(part()).requires_grad_()
    used = whole * 1.0
    part.watch(used)
    (by_pairs(used, REGULAR, REGULAR).flatten(2) * gradient).sum().backward()
