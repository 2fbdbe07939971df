"""What planning, and running again with nothing to do, cost an engine against the number of cells.

    python benchmarks/scale.py [--engine dvc] [10 100 1000 10000]

Planning: what the engine does to say what it would do, without outputs. Nothing to do: where all outputs are there:
empty files of the right names, with the engine's own records of how they were made. A run: where each stage is a
script that makes its outputs, empty, in milliseconds; not of the largest studies.
Processor seconds (they hardly depend on what else the machine does), wall seconds and peak memory of the command; those
of a command that took longer than --limit, and was stopped, begin with ">".
The commands are in scale_snakemake.py and scale_dvc.py. Written to benchmarks/results/scale-ENGINE.csv.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import scale_dvc
import scale_snakemake

ENGINES = {"snakemake": scale_snakemake, "dvc": scale_dvc}


def row(engine: ModuleType, cells: int, limit: float) -> dict[str, float | str]:
    """All costs at one size, each measured in a folder of its own."""
    found = {"cells": cells, "jobs": 2 * cells + 2}
    for measured in (engine.planning, engine.nothing_to_do, engine.a_run):
        with TemporaryDirectory() as folder:
            for what, cost in measured(Path(folder), cells, limit).items():
                found |= {f"{what}, {key}": value for key, value in cost.items()}
    return found


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=ENGINES, default="snakemake")
    parser.add_argument("--limit", type=float, default=300, help="wall seconds of a command")
    parser.add_argument("cells", nargs="*", type=int, default=[10, 100, 1000, 10000], help="sizes of the study")
    asked = parser.parse_args()
    rows = []
    for cells in asked.cells:
        rows.append(row(ENGINES[asked.engine], cells, asked.limit))
        print(rows[-1], file=sys.stderr, flush=True)
    from results import save_and_show  # only now: a child's peak memory would count the torch that it imports

    save_and_show(f"scale-{asked.engine}", rows)


if __name__ == "__main__":
    main()
