"""The warm start: short jobs one after the other, by themselves, and under `equidyn warm`.

    python benchmarks/warm.py [--jobs 10]

Each job trains one network of the test preset, in a folder of its own, on one thread; what both sides wrote is compared
byte by byte. Wall time, and processor time with that of the server and its imports. Written to
benchmarks/results/warm.csv.
"""

import argparse
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

from cost import cost
from results import save_and_show

from equidyn.core import paths
from equidyn.core.params import Cell

PRESET = Path(__file__).resolve().parents[1] / "presets/test"
CELL = Cell("smoke-levels", "eps000", "gcnn", 1)


def written(folder: Path) -> list[bytes]:
    """What the job has left, but for run.json, which tells times."""
    names = ("best.safetensors", "early.safetensors", "history.csv")
    return [(folder / paths.run(CELL) / name).read_bytes() for name in names]


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10)
    jobs = parser.parse_args().jobs
    os.environ.pop("EQUIDYN_WARM", None)  # this may itself run under a warm start
    os.environ["OMP_NUM_THREADS"] = "1"
    script = ["bash", "-e", "-c", f"for job in $(seq {jobs}); do equidyn train {CELL}; done"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(PRESET / "params.yaml", folder)
        of = partial(cost, folder=folder, expected="")
        of("equidyn", "prepare", f"{CELL.study}/{CELL.dataset}")
        alone, files = of(*script), written(folder)
        warm = of("equidyn", "warm", *script)
        assert files == written(folder)
    row = {"jobs": jobs}
    for kind in ("wall [s]", "cpu [s]"):
        row |= {f"warm, {kind}": warm[kind], f"alone, {kind}": alone[kind]}
        row[f"ratio of {kind}"] = round(alone[kind] / warm[kind], 2)
    save_and_show("warm", [row])


if __name__ == "__main__":
    main()
