"""What may differ between machines stays within what rounding may do: threads, kernels, bf16 (docs/determinism.md).

No bound here was measured: each follows from the arithmetic, and holds on every processor. Differences are relative,
the norm of the difference over the norm; u is the unit roundoff, 2^-24 of float32, 2^-53 of float64, 2^-8 of bf16.

- A float32 step is held against float64, from the same weights and data. A sum of n terms, one after another, is off by
  u sqrt(n / 6) in the root mean square: each of its n partial sums, of sqrt(k) terms' size on the average, is rounded
  by u / sqrt(3). (If all have one sign, it is less: u sqrt(n / 9).) Half a dozen such sums follow one another in a
  step, so that u sqrt(n) is allowed, n being the numbers that the loss is a mean of, or that the network is given.
  Kernels that add up blocks, as all fast ones do, stay well below.
- In bf16 sums are float32, and what is rounded are whole tensors: R of them per answer, counted there and
  back, so u sqrt(R).
- A strict net's answers to turned questions are sums of the same terms in another order. Two answers have as many sums,
  and as many roundings, as one step, there and back: they may differ by as much.
- Gradients jump where a ReLU, or a maximum, changes sides, by a unit's share of them: with one of 330,000 by 1e-3. So
  float64 takes float32's sides (kinks.py), each of which must lie within rounding; and a mean of absolute errors is
  replaced by one of squares.
- Simulated smoke is float64, and is held against that of other kernels. A step's projection are four products with
  matrices of the size of the grid's side, so n = 4 sides times the number of steps.
- Turbulence in float32 is held against float64 for few steps, since it is chaotic. A step has four evaluations, each
  with a transform there and back, of log2(N^3) stages: so many roundings in a row.
- What is made in float64 and stored as float32 differs by one rounding.
"""

import math
from collections.abc import Iterator

import machines
import numpy as np
import pytest
import torch
from machines import BF16, CPU, FLOAT32, FLOAT64, STUDIES, relative

from equidyn.core.models import check
from equidyn.core.training.precision import arithmetic

MIXED = ("smoke-levels", "turbulence")  # the tasks that bf16 may train
STAGES = 4 * 2  # transforms in a time step of turbulence


@pytest.fixture
def one_thread() -> Iterator[None]:
    """torch's number of threads is that of the process: it is set back."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, np.ndarray]]:
    """Everything that is compared, as computed here, and by other kernels."""
    before = torch.get_num_threads()
    found = [dict(machines.computed()), machines.computed_elsewhere(tmp_path_factory.mktemp("elsewhere") / "found.npz")]
    torch.set_num_threads(before)
    return found


def too_far(shares: dict[str, float]) -> dict[str, float]:
    """Those that are beyond what rounding may do, or not a number."""
    return {name: float(share) for name, share in shares.items() if not share <= 1}


def first(study: str, strict: bool) -> str:
    """The study's first variant that is exact by construction, or is not."""
    return next(name for name in machines.variants(study) if machines.network(study, name).strict == strict)


@pytest.mark.parametrize("study", STUDIES)
def test_first_steps_are_those_of_float64_up_to_rounding_whatever_the_kernels(study: str, both: list[dict]) -> None:
    for found in both:
        shares = {name: share for name, share in found.items() if name.startswith(f"{study}/")}
        assert len(shares) == 3 * len(machines.variants(study))
        assert too_far(shares) == {}
        assert max(shares.values()) > 0  # it was not float64 itself


def test_the_other_kernels_are_others(both: list[dict]) -> None:
    assert both[1]["kernels"] == "DEFAULT"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("study", STUDIES)
def test_two_threads_differ_by_rounding_and_repeat_themselves(study: str, strict: bool, one_thread: None) -> None:
    variant = first(study, strict)
    torch.set_num_threads(2)
    assert too_far(machines.rounding(study, variant)) == {}
    steps = [machines.first_step(machines.network(study, variant), study, variant)[0] for _ in range(2)]
    assert all(torch.equal(steps[0][what], steps[1][what]) for what in steps[0])


@pytest.mark.parametrize("study", MIXED)
def test_bf16_differs_by_its_own_rounding(study: str, one_thread: None) -> None:
    for variant in machines.variants(study):
        shares = machines.rounding(study, variant, "bf16")
        assert too_far(shares) == {}
        assert shares["gradient"] * BF16 > 100 * FLOAT32  # it was bf16 indeed


@pytest.mark.parametrize("study", STUDIES)
def test_a_step_with_fewer_digits_is_seen(study: str, one_thread: None) -> None:
    """Weights of 11 binary digits, as some processors take for float32 in products of matrices."""
    net = machines.network(study, first(study, strict=False))
    with torch.no_grad():
        for weight in net.parameters():
            weight.view(torch.int32).add_(1 << 12).bitwise_and_(-1 << 13)
    shares = machines.rounding(study, first(study, strict=False), net=net)
    assert min(shares["predictions"], shares["gradient"]) > 1


@pytest.mark.parametrize("study", MIXED)
def test_a_unit_on_the_wrong_side_is_seen(study: str, one_thread: None) -> None:
    variant = first(study, strict=True)
    _, seen = machines.first_step(machines.network(study, variant), study, variant)
    seen.sides.taken[0][(0,) * seen.sides.taken[0].ndim].logical_not_()
    _, exact = machines.first_step(machines.network(study, variant).double(), study, variant, known=seen.sides.taken)
    assert exact.sides.furthest / 6 > seen.bound("fp32")


def test_other_kernels_simulate_the_same_smoke(both: list[dict]) -> None:
    here, elsewhere = (found["smoke"] for found in both)
    source = machines.params().studies["smoke-levels"].source
    bound = FLOAT64 * math.sqrt(4 * source.resolution * (source.warmup + source.frames))
    assert relative(elsewhere, here) <= bound < relative(here.astype(np.float32), here)
    assert relative(elsewhere.astype(np.float32), here.astype(np.float32)) <= FLOAT32


def test_turbulence_is_that_of_float64_up_to_rounding_whatever_the_kernels(both: list[dict]) -> None:
    points = machines.params().studies["turbulence"].source.resolution ** 3
    bound = FLOAT32 * math.sqrt(machines.STEPS * STAGES * math.log2(points))
    assert all(0 < found["turbulence"] <= bound for found in both)


def test_other_kernels_draw_the_same_sets(both: list[dict]) -> None:
    here, elsewhere = both
    assert np.array_equal(elsewhere["labels"], here["labels"])
    assert relative(elsewhere["inputs"], here["inputs"]) <= FLOAT32


def broken_symmetry(study: str, variant: str, precision: str) -> float:
    """Largest relative error of a net under its group, as it is trained, as a share of what rounding may do."""
    task, net = machines.task(study), machines.network(study, variant).train()
    watch = machines.watched(net)
    with arithmetic(CPU, precision):
        with watch.sides:
            net(check.noise(task.inputs, torch.float32)).square().mean().backward()
        bound = watch.bound(precision)
        return max(check.errors(net, *check.imposed(net, task.inputs, task.outputs), torch.float32).values()) / bound


@pytest.mark.parametrize("study", STUDIES)
def test_strict_networks_are_exact_up_to_rounding_and_others_are_not(study: str, one_thread: None) -> None:
    strict = [name for name in machines.variants(study) if machines.network(study, name).strict]
    assert strict
    assert too_far({name: broken_symmetry(study, name, "fp32") for name in strict}) == {}
    assert broken_symmetry(study, first(study, strict=False), "fp32") > 1


@pytest.mark.parametrize("study", MIXED)
def test_strict_networks_are_exact_up_to_rounding_in_bf16_and_others_are_not(study: str, one_thread: None) -> None:
    assert broken_symmetry(study, first(study, strict=True), "bf16") <= 1
    assert broken_symmetry(study, first(study, strict=False), "bf16") > 1
