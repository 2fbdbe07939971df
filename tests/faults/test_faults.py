"""A handful of points of each kind of fault; `make faults` tries them all."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Files written in their place, as one would without a second thought, and the training killed in the middle of a write.
CARELESS = """
import sys
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = {paths!r}
from equidyn.core import files

@contextmanager
def in_place(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    yield path

files.atomic = in_place
import kills, mother
from cutdown import SETS, Job, write_params
from places import LostError, Place

root = Path.cwd()
write_params(root / "imports", SETS)
mother.prepare_imports(root / "imports")
place = Place(root, SETS, ("prepare", "tune", "train"))
for number in range(2, 24, 6):
    try:
        kills.point(place, Job("train", SETS, "mlp"), number, root)
    except LostError as lost:
        print("LOST", lost)
"""


def _ran(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, timeout=1200)


def _numbers(words: str) -> list[tuple[str, int, int, int]]:
    """First column, and how many points were tried, survived and lost, of each line of the tables."""
    rows = (re.split(r" *\| *", line.strip("| ")) for line in words.splitlines() if line.startswith("|"))
    found = ((row, [int(cell) for cell in row if cell.isdecimal()]) for row in rows)
    return [(row[0], *numbers) for row, numbers in found if len(numbers) == 3]


def test_nothing_is_lost() -> None:
    answer = _ran(str(HERE), "--reduced")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    rows = _numbers(answer.stdout)
    wanted = {"prepare", "tune", "train", "measure", "report", "params.yaml", "MNIST (parquet)"}
    assert wanted <= {row[0] for row in rows}
    assert all(tried == survived and lost == 0 for _, tried, survived, lost in rows)
    assert sum(tried for _, tried, _, _ in rows) > 100


def test_careless_writing_is_noticed(workplace: Path) -> None:
    """The harness itself: it must find what is lost where files are written in their place."""
    answer = _ran("-c", CARELESS.format(paths=[str(HERE), str(HERE.parent)]))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "is neither the whole file nor the older one" in answer.stdout
