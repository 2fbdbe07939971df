"""Bases of the maps between images that commute with C4: by orbits of pairs of pixels, and by Kronecker and SVD.

    python benchmarks/bases.py    # five seconds

"Kronecker and SVD": the mean over the group of kron(outputs(g), inputs(g)), a dense matrix of order outputs x inputs,
whose singular vectors to the singular value 1 are the basis. That takes 36 -> 9 and 36 -> 36 here; for 196 -> 36 (order
7,056) the figures are those published for it, 953 s of processor time and 4.1 GB, and "time / time" compares across
machines. "difference": largest entry by which the projections onto the two spans differ.
Each basis gets a process of its own. "peak": resident memory of the first one beyond what numpy took before. Seconds of
processor time on one thread: the median of five by orbits, one by SVD. Limits: 50 ms and 50 MB for 196 -> 36, 2 s for
784 -> 196. Written to benchmarks/results/bases.csv.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from equidyn.symmetry.actions import Action, grid_action
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import intertwiners

SIDES = [(6, 3), (6, 6), (14, 6), (6, 14), (28, 14)]  # of inputs and outputs
SVD = {(6, 3), (6, 6)}
PUBLISHED = {(14, 6): {"seconds": 953.0, "megabytes": 4100.0}}
REPEATS = 5


def by_svd(outputs: Action, inputs: Action) -> np.ndarray:
    """Orthonormal basis, (rank, outputs x inputs)."""
    pairs = zip(outputs.matrices(), inputs.matrices(), strict=True)
    mean = sum(np.kron(*pair) for pair in pairs) / outputs.order
    _, values, vectors = np.linalg.svd(mean)
    return vectors[values > 0.5]


def megabytes() -> dict[str, float]:
    """VmRSS and VmHWM of this process: resident memory now, and at its highest since `one` began."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return {line.split(":")[0]: int(line.split()[1]) / 1e3 for line in lines if line.startswith(("VmRSS", "VmHWM"))}


def one(find: Callable[[], Any], repeats: int) -> dict[str, float]:
    """Median seconds of a basis, and the peak memory of the first."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # VmHWM starts anew
    before, peak, seconds = megabytes()["VmRSS"], 0.0, []
    for _ in range(repeats):
        started = time.process_time()
        find()
        seconds.append(time.process_time() - started)
        peak = peak or megabytes()["VmHWM"] - before
    return {"seconds": statistics.median(seconds), "megabytes": peak}


def measured(sides: tuple[int, int], way: str) -> dict[str, float]:
    """The same in a process of its own, on one thread."""
    command = [sys.executable, __file__, "--sides", *map(str, sides), "--way", way]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | threads)
    return json.loads(answer.stdout)


def difference(sides: tuple[int, int]) -> float:
    """Between the projections onto both spans."""
    inputs, outputs = (grid_action(C4, side) for side in sides)
    ours, theirs = intertwiners(outputs, inputs).basis(), by_svd(outputs, inputs)
    return np.abs(ours.T @ ours - theirs.T @ theirs).max()


def row(sides: tuple[int, int]) -> dict[str, Any]:
    """One pair of images."""
    ours, svd = measured(sides, "orbits"), PUBLISHED.get(sides)
    source = "published" if svd else None
    if sides in SVD:
        svd, source = measured(sides, "svd"), "measured"
    found = {
        "pixels": f"{sides[0] ** 2} -> {sides[1] ** 2}",
        "rank": intertwiners(grid_action(C4, sides[1]), grid_action(C4, sides[0])).count,
        "orbits [ms]": f"{1e3 * ours['seconds']:.3g}",
        "orbits, peak [MB]": f"{ours['megabytes']:.3g}",
    }
    if svd is None:
        return found
    found |= {"Kronecker and SVD [s]": f"{svd['seconds']:.3g}", "its peak [MB]": f"{svd['megabytes']:.3g}"}
    found |= {"its figures": source, "time / time": f"{svd['seconds'] / ours['seconds']:,.0f}"}
    return found | ({"difference": f"{difference(sides):.1e}"} if source == "measured" else {})


def main() -> None:
    """Measure each basis in its own process and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, nargs=2, help="only these images, in this process; prints JSON")
    parser.add_argument("--way", choices=["orbits", "svd"], default="orbits", help="with --sides")
    arguments = parser.parse_args()
    if arguments.sides:
        inputs, outputs = (grid_action(C4, side) for side in arguments.sides)
        find, repeats = {"orbits": (intertwiners, REPEATS), "svd": (by_svd, 1)}[arguments.way]
        print(json.dumps(one(lambda: find(outputs, inputs), repeats)))
        return
    from results import save_and_show  # only here: it imports torch, whose memory would hide that of a basis

    save_and_show("bases", [row(sides) for sides in SIDES])


if __name__ == "__main__":
    main()
