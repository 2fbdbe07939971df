"""The mean over all 720 orders of six points, against a loop over the orders; and what the chunk does to memory.

    python benchmarks/symmetrization.py            # nets of the preset `paper`; two minutes
    python benchmarks/symmetrization.py --small    # nets of the default study

Both sides take the same 32 sets of 6 x 5 numbers through the same net, in float32, and give the same answers
("difference"). The loop indexes the points by one order at a time; its graph keeps all 720 passes, and so does ours
here. "products": what the matrix products of the dense layers take on their own; a mean that cost no more than these
would have the "ratio at best". Milliseconds of processor time, median of runs in turn, one thread.

Memory: resident memory at its peak above that before the pass (VmHWM, VmRSS in /proc/self/status; Linux), forward and
backward, each chunk in a process of its own. In the last row one chunk holds all, and no graph is made twice. Written
to benchmarks/results/symmetrization.csv and symmetrization_memory.csv.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import torch
from results import command, save_and_show
from timing import timed
from torch.nn import functional

from equidyn.core.models.dense import Dense
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import load
from equidyn.core.params.variant import Variant
from equidyn.domains.sets.impose.symmetrized import impose
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric
from equidyn.symmetry.sets import Invariants, SetType

INPUTS, OUTPUTS, BATCH = SetType(6, 5), Invariants(1), 32
COPIES = 720 * BATCH
BLOCK = COPIES // 12  # sets whose activations stay in the processor's cache
PAPER = {"mlp": {"hidden": 64}, "transformer": {"width": 24, "heads": 4, "layers": 1}}
CHUNKS = (1024, 4096, 16384, COPIES)
TOLERANCE = 1e-6  # of the answers, between both sides


def nets(small: bool) -> dict[str, SetNetwork]:
    """The two plain nets, at their sizes in the default study or in the preset for papers."""
    variants = {name: Variant(model=name, options=options, augment="none") for name, options in PAPER.items()}
    if small:
        variants = {name: load().studies["gaussian"].variants[name] for name in PAPER}
    return {name: build_network(variant, INPUTS, OUTPUTS, seed=0) for name, variant in variants.items()}


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


def products(network: SetNetwork) -> Callable[[], None]:
    """The products of the dense layers and nothing else: of all 720 orders, block by block, in the same memory."""
    weights = [layer.weight.detach() for layer in network.modules() if isinstance(layer, Dense)]
    tokens = 6 if hasattr(network, "embedding") else 1  # rows per set in all layers but the last
    sizes = [BLOCK * (tokens if weight is not weights[-1] else 1) for weight in weights]
    factors = [(torch.randn(size, weight.shape[1]), weight.T) for size, weight in zip(sizes, weights, strict=True)]
    places = [torch.empty(size, len(weight)) for size, weight in zip(sizes, weights, strict=True)]

    def work() -> None:
        for _ in range(COPIES // BLOCK):
            for pair, place in zip(factors, places, strict=True):
                torch.mm(*pair, out=place)

    return work


def compare(name: str, network: SetNetwork, repeats: int) -> Iterator[dict]:
    """Two rows: without and with the backward pass."""
    sets, orders = noise(), torch.from_numpy(symmetric(6).elements())
    mean = impose(network, INPUTS, group="symmetric", chunk=COPIES)
    ours, loop = partial(mean, sets), partial(by_loop, network, sets, orders)
    with torch.no_grad():
        difference = (ours() - loop()).abs().max().item()
        assert difference <= TOLERANCE, difference
        forward = timed(ours, loop, products(network), repeats=repeats)
    both = timed(partial(backward, network, ours), partial(backward, network, loop), repeats=repeats)
    for passes, times in (("forward", forward), ("forward and backward", both)):
        ours_ms, loop_ms, *bare_ms = (1e3 * seconds for seconds in times)
        yield {
            "net": name,
            "parameters": count_parameters(network),
            "passes": passes,
            "ours [ms]": round(ours_ms, 1),
            "loop [ms]": round(loop_ms, 1),
            "ratio": round(loop_ms / ours_ms, 1),
            **(
                {"products [ms]": round(bare_ms[0], 1), "ratio at best": round(loop_ms / bare_ms[0], 1)}
                if bare_ms
                else {}
            ),
            "difference": f"{difference:.1e}",
        }


def resident(which: str) -> float:
    """Resident memory of this process [MB]: VmRSS, now; VmHWM, at its peak."""
    return int(re.search(rf"{which}:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024 / 1e6


def memory(name: str, small: bool, chunk: int) -> dict:
    """Memory and time of a forward and a backward pass in this process, in which nothing else may have run."""
    torch.set_num_threads(1)
    network, sets = nets(small)[name], noise()
    mean = impose(network, INPUTS, group="symmetric", chunk=chunk)
    few = impose(network, INPUTS, group="symmetric", chunk=100)
    backward(network, partial(few, sets[:1]))  # loads what torch loads at first use
    before = resident("VmRSS")
    backward(network, partial(mean, sets))
    peak = resident("VmHWM") - before
    (seconds,) = timed(partial(backward, network, partial(mean, sets)), repeats=5)
    return {
        "net": name,
        "sets": COPIES,
        "chunk": chunk,
        "peak [MB]": round(peak, 1),
        "time [ms]": round(1e3 * seconds, 1),
    }


def alone(*arguments: object) -> dict:
    """`memory` in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(memory, *arguments).result()


def rows(small: bool) -> list[dict]:
    """Both nets; the table of memory is written on the way."""
    found = [alone(name, small, chunk) for name in PAPER for chunk in CHUNKS]
    save_and_show("symmetrization_memory_small" if small else "symmetrization_memory", found)
    return [row for name, network in nets(small).items() for row in compare(name, network, repeats=9)]


if __name__ == "__main__":
    command("symmetrization", __doc__, rows)
