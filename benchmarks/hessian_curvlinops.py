"""Both ends of a Hessian's spectrum, and its trace: `eq.hessian` against curvlinops, for the same small CNN and batch.

    python benchmarks/hessian_curvlinops.py        # a minute

Theirs: `HessianLinearOperator`, with scipy's `eigsh` for both ends to a relative 1e-3, and `hutchinson_trace` from as
many random vectors as ours. Ours also finds, in the same call, the density and the five largest of the batch. Errors of
the ends: against `eigsh` to 1e-7 in float64. Seconds of processor time in float32, one thread. Written to
benchmarks/results/hessian_curvlinops.csv.
"""

import warnings
from collections.abc import Iterator
from functools import partial

import torch
from results import save_and_show
from scipy.sparse.linalg import eigsh
from timing import timed
from torch import nn

import equidyn as eq

with warnings.catch_warnings(action="ignore"):  # that torch.jit.script is deprecated
    from curvlinops import HessianLinearOperator, hutchinson_trace

SIZES = ((8, 16), (16, 32))  # channels, cells a side
PROBES = 2
BATCH = 16


def net_of(channels: int) -> nn.Module:
    """Three convolutions, from velocities to velocities."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(*pair, 3, padding=1) for pair in ((2, channels), (channels, channels), (channels, 2))]
    return nn.Sequential(layers[0], nn.Tanh(), layers[1], nn.Tanh(), layers[2])


def ours(net: nn.Module, pair: tuple[torch.Tensor, torch.Tensor]) -> tuple[float, float, float]:
    """Smallest, largest and trace."""
    found = eq.hessian(net, nn.functional.mse_loss, pair, probes=PROBES)
    return found.smallest.value, found.largest.value, found.trace.value


def theirs(net: nn.Module, pair: tuple[torch.Tensor, torch.Tensor], tolerance: float = 1e-3) -> tuple[float, ...]:
    """The same."""
    weights = [weight for weight in net.parameters() if weight.requires_grad]
    operator = HessianLinearOperator(net, nn.MSELoss(), weights, [pair], check_deterministic=False)
    smallest, largest = eigsh(operator.to_scipy(), k=2, which="BE", tol=tolerance, return_eigenvectors=False)
    return smallest, largest, float(hutchinson_trace(operator, num_matvecs=PROBES))


def rows() -> Iterator[dict]:
    """One for each size."""
    for channels, side in SIZES:
        net, pair = net_of(channels), tuple(torch.randn(2, BATCH, 2, side, side))
        true = theirs(net.double(), tuple(part.double() for part in pair), 1e-7)
        net.float()
        found = {"ours": ours(net, pair), "curvlinops": theirs(net, pair)}
        spent = timed(partial(ours, net, pair), partial(theirs, net, pair), repeats=3)
        yield {
            "parameters": sum(weight.numel() for weight in net.parameters()),
            "side": side,
            **{f"{way}: [s]": round(one, 3) for way, one in zip(found, spent, strict=True)},
            **{
                f"{way}: error of {name} end": f"{abs(one[k] / true[k] - 1):.0e}"
                for way, one in found.items()
                for k, name in enumerate(("lower", "upper"))
            },
            "less time": round(spent[1] / spent[0], 2),
        }


if __name__ == "__main__":
    torch.set_num_threads(1)
    save_and_show("hessian_curvlinops", list(rows()))
