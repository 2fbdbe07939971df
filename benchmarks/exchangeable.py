"""Orbit labels, and the exchangeable layer from 10^3 to 10^7 entries, against its dense matrix.

    python benchmarks/exchangeable.py            # 20 x 20 x 20 labels, and arrays of up to 10^7 entries
    python benchmarks/exchangeable.py --small    # arrays of up to 10^5 entries; some seconds

A layer of one channel maps one array forward, in float32 and without a graph. Where its dense matrix is small enough
(4096 entries: 64 MiB), the same map as a product with that matrix stands beside it: its time by ours ("ratio"), and
the largest difference of the answers, which are of order one.
For labels, "entries" are pairs of entries. Processor time, median of runs in turn, one thread. Written to
benchmarks/results/exchangeable.csv.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import prod
from typing import Any

import torch
from results import command
from timing import timed

from equidyn.domains.sets.models.exchangeable import ExchangeableLinear
from equidyn.symmetry.sharing import sharing

ARRAYS = [(25, 40), (64, 64), (100, 100), (250, 400), (1000, 1000), (2500, 4000)]
ARRAYS += [(10, 10, 10), (16, 16, 16), (10, 25, 40), (40, 50, 50), (100, 100, 100), (200, 200, 250)]
SMALL = 10**5  # entries
DENSE = 4096  # entries of the largest array whose matrix is made
LABELS, SMALL_LABELS = (20, 20, 20), (8, 8, 8)
WORK = 10**6  # entries mapped between two looks at the clock, so that short calls are timed in numbers


def milliseconds(*works: Callable[[], Any], calls: int) -> list[float]:
    """Of one call of each."""

    def repeated(work: Callable[[], Any]) -> None:
        for _ in range(calls):
            work()

    seconds = timed(*[partial(repeated, work) for work in works], repeats=9)
    return [1e3 * second / calls for second in seconds]


def row(what: str, sizes: Sequence[int], entries: int, took: float) -> dict:
    """What every line says."""
    return {
        "what": what,
        "array": " x ".join(map(str, sizes)),
        "entries": entries,
        "time [ms]": f"{took:.3g}",
        "per entry [ns]": f"{1e6 * took / entries:.3g}",
    }


def labels(sizes: Sequence[int]) -> dict:
    """Time of the orbit labels of all pairs of entries."""
    (took,) = milliseconds(lambda: sharing(sizes), calls=1)
    return row("orbit labels", sizes, prod(sizes) ** 2, took)


def layer(sizes: Sequence[int]) -> dict:
    """Time of one forward pass, beside that of the dense product where there is one."""
    torch.manual_seed(0)
    network, entries = ExchangeableLinear(1, 1, len(sizes)), prod(sizes)
    array = torch.randn(1, 1, *sizes)
    works = [lambda: network(array)]
    if entries <= DENSE:
        matrix = network.matrix(sizes).reshape(entries, entries)
        works.append(lambda: matrix @ array.flatten() + network.bias)
    ours, *dense = milliseconds(*works, calls=max(WORK // entries, 1))
    found = row(f"layer, {len(sizes)} axes", sizes, entries, ours)
    if not dense:
        return found
    gap = (works[1]() - works[0]().flatten()).abs().max().item()
    return found | {
        "dense product [ms]": f"{dense[0]:.3g}",
        "ratio": f"{dense[0] / ours:.3g}",
        "difference": f"{gap:.1e}",
    }


def rows(small: bool) -> Iterator[dict]:
    """Labels first, then the layer by number of entries."""
    with torch.no_grad():
        yield labels(SMALL_LABELS if small else LABELS)
        for sizes in ARRAYS:
            if not small or prod(sizes) <= SMALL:
                yield layer(sizes)


if __name__ == "__main__":
    command("exchangeable", __doc__, rows)
