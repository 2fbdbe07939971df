"""The mean over all 720 orders of six points, against a loop over the orders.

    python benchmarks/symmetrization.py            # nets of the preset `paper`; two minutes
    python benchmarks/symmetrization.py --small    # nets of the default study

Both sides take the same 32 sets of 6 x 5 numbers through the same net, in float32, and give the same answers
("difference"). The loop indexes the points by one order at a time; its graph keeps all 720 passes, and so does ours
here. Milliseconds of processor time, median of runs in turn, one thread. Written to
benchmarks/results/symmetrization.csv.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import torch
from results import command
from timing import timed
from torch.nn import functional

from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import PARAMS_FILE, load
from equidyn.domains.sets.impose.symmetrized import impose
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric
from equidyn.symmetry.sets import Invariants, SetType

STUDY, NAMES, REPEATS = "gaussian", ("mlp", "transformer"), 9
INPUTS, OUTPUTS, BATCH = SetType(6, 5), Invariants(1), 32
TOLERANCE = 1e-6  # of the answers, between both sides


def noise() -> torch.Tensor:
    """The sets, the same ones each time."""
    return torch.randn(BATCH, 6, 5, generator=torch.Generator().manual_seed(0))


def by_loop(network: SetNetwork, sets: torch.Tensor, orders: torch.Tensor) -> torch.Tensor:
    """The mean, order after order."""
    return sum(network(sets[:, order]) for order in orders) / len(orders)


def backward(network: SetNetwork, forward: Callable[[], torch.Tensor]) -> None:
    """A forward and a backward pass."""
    network.zero_grad()
    functional.softplus(forward()).mean().backward()


def compare(name: str, network: SetNetwork) -> Iterator[dict]:
    """Two rows: without and with the backward pass."""
    sets, orders = noise(), torch.from_numpy(symmetric(6).elements())
    mean = impose(network, INPUTS, group="symmetric", chunk=BATCH * len(orders))
    ways = partial(mean, sets), partial(by_loop, network, sets, orders)
    with torch.no_grad():
        ours, loop = (way() for way in ways)
        difference = (ours - loop).abs().max().item()
        assert difference <= TOLERANCE, difference
        forward = timed(*ways, repeats=REPEATS)
    both = timed(*[partial(backward, network, way) for way in ways], repeats=REPEATS)
    for passes, times in (("forward", forward), ("forward and backward", both)):
        ours_ms, loop_ms = (1e3 * seconds for seconds in times)
        yield {
            "net": name,
            "parameters": count_parameters(network),
            "passes": passes,
            "ours [ms]": round(ours_ms, 1),
            "loop [ms]": round(loop_ms, 1),
            "ratio": round(loop_ms / ours_ms, 1),
            "difference": f"{difference:.1e}",
        }


def rows(small: bool) -> Iterator[dict]:
    """The two plain nets."""
    study = load(PARAMS_FILE if small else Path("presets/paper") / PARAMS_FILE).studies[STUDY]
    for name in NAMES:
        yield from compare(name, build_network(study, name, INPUTS, OUTPUTS, seed=0))


if __name__ == "__main__":
    command("symmetrization", __doc__, rows)
