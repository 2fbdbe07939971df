"""A whole study pulled instead of computed: a finished checkout fills a hub on this machine, a new clone runs from it.

    python tests/workflow/pulled_study.py FINISHED NEW

FINISHED: a clone in which `make run` has finished. NEW: where a new clone of it is to be; there `make run` is called,
with `hub.pull: true`. Status 1 unless every dataset and training was pulled, and all tables, figures and metrics are
the same, byte for byte. test_pulled.py shows the same with a study of seconds; this takes minutes, for the measures.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hubs import TOKEN, Hub, running

HUB = "\nhub:\n  repository: owner/cells\n  revision: main\n  pull: true\n"
_OURS = {"PYTHONPATH", "VIRTUAL_ENV", "OMP_NUM_THREADS"}  # of whoever calls this; a new user has none of them


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """The checkout with the section `hub` in its params.yaml, until the end of the block."""
    path = folder / "params.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before + HUB, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def push(finished: Path, environment: dict[str, str]) -> int:
    """Fill the hub; returns how many datasets and runs it has got."""
    command = [finished / ".venv/bin/equidyn", "hub", "push"]
    with shared(finished):
        words = subprocess.check_output(command, cwd=finished, env=environment, text=True)
    print(words, end="", flush=True)
    if " 0 not finished here" not in words:
        raise SystemExit("not all of it is finished: `equidyn hub push --dry-run` tells what is not")
    return int(re.search(r"(\d+) pushed", words).group(1)) - 1  # the report


def run(new: Path, environment: dict[str, str]) -> str:
    """`make run` in the new clone; its words, which are shown as they come."""
    words = []
    with subprocess.Popen(
        ["make", "run"], cwd=new, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            words.append(line)
            print(line, end="", flush=True)
    if process.returncode:
        raise SystemExit(f"make run: status {process.returncode}")
    return "".join(words)


def results(folder: Path) -> dict[str, bytes]:
    """Tables, figures and metrics. The page tells commits and times, too."""
    reports = folder / "reports"
    files = [*(reports / "tables").iterdir(), *(reports / "figures").iterdir(), reports / "metrics.json"]
    return {path.name: path.read_bytes() for path in files if not path.name.startswith(".")}


def fill_and_run(hub: Hub, finished: Path, new: Path) -> bool:
    """Whether the new clone has computed no dataset and no training, and has the same results."""
    place = {"HF_ENDPOINT": hub.address, "HF_HUB_OFFLINE": "0", "HF_HOME": str(new.with_name(f"{new.name}-client"))}
    environment = {name: value for name, value in os.environ.items() if name not in _OURS} | place
    pushed = push(finished, environment | {"HF_TOKEN": TOKEN})
    subprocess.run(["git", "clone", "--quiet", finished, new], check=True)
    (new / "params.yaml").write_text((new / "params.yaml").read_text(encoding="utf-8") + HUB, encoding="utf-8")
    pulled = len(re.findall(r": pulled from owner/cells", run(new, environment)))
    ours, theirs = results(finished), results(new)
    differ = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    print(f"{pulled} of {pushed} datasets and trainings pulled; {len(differ)} of {len(ours)} results differ", *differ)
    shutil.rmtree(place["HF_HOME"], ignore_errors=True)
    return pulled == pushed > 0 and not differ


def main() -> int:
    """Status 0 if nothing was computed that could be pulled, and nothing came out otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("finished", type=lambda name: Path(name).resolve())
    parser.add_argument("new", type=lambda name: Path(name).resolve())
    chosen = parser.parse_args()
    with running() as hub:
        return 0 if fill_and_run(hub, chosen.finished, chosen.new) else 1


if __name__ == "__main__":
    sys.exit(main())
