"""`python tests/faults`: put every stage through every fault, print the tables; status 1 if anything was lost.

`--reduced`: a handful of points of each kind, without the engines. `--only PART`: one part of it.
"""

import argparse
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import plan
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from room import entered
from tables import Row, table

PARTS = ("kills", "room", "damage", "fuzz", "engines", "lock", "jobs")


def main() -> None:
    """Run the parts that are asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="tests/faults", description=__doc__.splitlines()[0])
    parser.add_argument("--reduced", action="store_true", help="a handful of points, without the engines")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be given again")
    wanted = parser.parse_args()
    why_not = entered()
    root = Path(tempfile.mkdtemp(prefix="equidyn-faults-"))
    try:
        rows = _run(root, wanted.reduced, wanted.only or PARTS, why_not)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    sys.exit(any(row.lost for row in rows))


def _run(root: Path, reduced: bool, parts: tuple[str, ...], why_not: str) -> list[Row]:
    rows: list[Row] = []
    print(f"{date.today()}, {'a reduced run' if reduced else 'a full run'} of {', '.join(parts)}")
    with _progress() as bar:
        faults = plan.Faults(root, reduced, why_not, bar)
        for part in parts:
            found = list(getattr(faults, part)())
            rows += found
            if found:
                print("\n" + "\n".join(table(found)), flush=True)
    lost = sum(len(row.lost) for row in rows)
    print(f"\nin all: {sum(row.tried for row in rows)} tried, {lost} lost")
    for words in (words for row in rows for words in row.lost):
        print(f"\nLOST: {words}")
    return rows


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


if __name__ == "__main__":
    main()
