"""What Snakemake and imports cost beside the work, in a folder where `make run` has finished.

    python benchmarks/overhead.py [--cores 2]

overhead: 1 - (seconds that the stages themselves report) / (seconds of the whole run x cores), of the longest run that
Snakemake has logged here. Written to benchmarks/results/overhead.csv.
"""

import argparse
import json
import os
import re
from datetime import timedelta
from pathlib import Path

import h5py
from results import save_and_show

from equidyn.core.files import read_json

ELAPSED = re.compile(r"Elapsed time: (\d+):(\d+):([\d.]+)")


def longest_run() -> float:
    """Seconds of the longest run in Snakemake's logs."""
    logs = [path.read_text(encoding="utf-8") for path in Path(".snakemake/log").glob("*.log")]
    found = [match.groups() for text in logs for match in ELAPSED.finditer(text)]
    if not found:
        raise SystemExit("no finished run is logged in .snakemake/log: run `make run` here first")
    return max(timedelta(hours=int(h), minutes=int(m), seconds=float(s)).total_seconds() for h, m, s in found)


def work() -> float:
    """Seconds inside the stages, imports left out: each output tells its own."""
    outputs = [*Path("data/runs").rglob("run.json"), *Path("data/runs").rglob("measures.json")]
    trained = sum(read_json(path)["provenance"]["wall_seconds"] for path in outputs)
    return trained + sum(_prepared(path) for path in Path("data/datasets").rglob("*.h5"))


def _prepared(path: Path) -> float:
    """Seconds that a dataset of any kind took to make."""
    with h5py.File(path, "r") as file:
        return json.loads(file.attrs["attributes"])["provenance"]["wall_seconds"]


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="cores that the run used")
    cores = parser.parse_args().cores
    whole, inside = longest_run(), work()
    row = {
        "whole run [s]": round(whole, 1),
        "cores": cores,
        "stages [core s]": round(inside, 1),
        "overhead": round(1 - inside / (whole * cores), 3),
    }
    save_and_show("overhead", [row])


if __name__ == "__main__":
    main()
