"""A time step of the turbulence solver against its limit: the bare transforms that it would take, and nothing else.

    python benchmarks/turbulence.py    # half a minute

A step evaluates the equations four times, each with nine real three-dimensional transforms: six to space (velocity and
vorticity) and three back. The limit is those 36 transforms by torch.fft.irfftn and rfftn, stacked as the solver has
them. The solver may come below it: it transforms only what is not zero, and the last axis by a matrix product.

Each is timed with as many simulations side by side as the stage has at most ("stage"), and with one, where torch's cost
of each of some hundred small operations is not shared. Both sides run in turn, in single precision, in one process on
one thread; processor time, medians. Written to benchmarks/results/turbulence.csv.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before numpy and torch

from collections.abc import Callable

import torch
from results import save_and_show
from timing import timed

from equidyn.domains.turbulence.source.forcing import ConstantPower
from equidyn.domains.turbulence.source.navier_stokes import Flow
from equidyn.domains.turbulence.source.spectral import Modes
from equidyn.domains.turbulence.source.turbulence_run import TOGETHER

WANTED = 1.5  # times the limit, at most
STAGES = 4  # evaluations of the equations in a step
REPEATS = {16: 200, 32: 100, 64: 25}  # by resolution
SPACE = (-3, -2, -1)


def our_step(resolution: int, simulations: int) -> Callable[[], object]:
    """A step of so many forced flows."""
    modes = Modes(resolution)
    flow = Flow(modes, 0.03, 1.0 / resolution, ConstantPower(modes, 2.5, 0.5, (1.0, 1.0, 1.0)))
    velocity = modes.project(modes.to_modes(torch.randn(simulations, 3, *[resolution] * 3)))
    return lambda: flow.step(velocity)


def bare_step(resolution: int, simulations: int) -> Callable[[], object]:
    """The transforms of such a step."""
    points = (resolution,) * 3
    modes = torch.fft.rfftn(torch.randn(simulations, 6, *points), dim=SPACE)
    fields = torch.randn(simulations, 3, *points)

    def step() -> None:
        for _ in range(STAGES):
            torch.fft.irfftn(modes, s=points, dim=SPACE)
            torch.fft.rfftn(fields, dim=SPACE)

    return step


def row(resolution: int, simulations: int, stage: int) -> dict:
    """One line of the table; times are milliseconds per simulation. stage: simulations that the stage runs at once."""
    steps = our_step(resolution, simulations), bare_step(resolution, simulations)
    ours, bare = (1e3 * seconds / simulations for seconds in timed(*steps, repeats=REPEATS[resolution]))
    return {
        "resolution": resolution,
        "side by side": f"{simulations}{' (stage)' if simulations == stage else ''}",
        "step [ms]": round(ours, 3),
        "bare transforms [ms]": round(bare, 3),
        "step / bare": round(ours / bare, 2),
    }


def main() -> None:
    """Measure each resolution, print and save the table; the exit status says whether the limit is kept."""
    torch.set_num_threads(1)
    stage = {resolution: max(1, TOGETHER // resolution**3) for resolution in REPEATS}
    sizes = [(resolution, count) for resolution in REPEATS for count in sorted({1, stage[resolution]})]
    rows = [row(resolution, count, stage[resolution]) for resolution, count in sizes]
    save_and_show("turbulence", rows)
    most = max(found["step / bare"] for found in rows if "stage" in found["side by side"])
    print(f"in the stage at most {most} times the bare transforms; at most {WANTED} wanted")
    raise SystemExit(0 if most <= WANTED else 1)


if __name__ == "__main__":
    main()
