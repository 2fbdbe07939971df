"""The warm start: short jobs one after the other, by themselves, and under `equidyn warm`.

    python benchmarks/warm.py [--jobs 10]

Each job trains one network of the test preset, in a folder of its own, on one thread; what both sides wrote is compared
byte by byte. Wall time, and processor time with that of the server and its imports. Written to
benchmarks/results/warm.csv.
"""

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from results import save_and_show

from equidyn.core import paths
from equidyn.core.params import Cell

PRESET = Path(__file__).resolve().parents[1] / "presets/test"
CELL = Cell("smoke-levels", "eps000", "gcnn", 1)
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "EQUIDYN_WARM"} | {"OMP_NUM_THREADS": "1"}


def cost(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall time and processor time [s] of a command, which must succeed, and of all that it starts."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def written(folder: Path) -> list[bytes]:
    """What the job has left, but for run.json, which tells times."""
    names = ("best.safetensors", "early.safetensors", "history.csv")
    return [(folder / paths.run(CELL) / name).read_bytes() for name in names]


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10)
    jobs = parser.parse_args().jobs
    script = ["bash", "-e", "-c", f"for job in $(seq {jobs}); do equidyn train {CELL}; done"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(PRESET / "params.yaml", folder)
        cost(["equidyn", "prepare", f"{CELL.study}/{CELL.dataset}"], folder)
        alone, files = cost(script, folder), written(folder)
        warm = cost(["equidyn", "warm", *script], folder)
        assert files == written(folder)
    row = {"jobs": jobs}
    for kind, ours, beside in zip(("wall", "processor"), warm, alone, strict=True):
        row |= {f"warm [{kind} s]": round(ours, 2), f"alone [{kind} s]": round(beside, 2)}
        row[f"{kind} ratio"] = round(beside / ours, 2)
    save_and_show("warm", [row])


if __name__ == "__main__":
    main()
