"""The wheel, in an environment of its own with another torch than ours: the script of docs/library.md runs.

Takes the newest other torch if it lies on this machine's disk, or the version that EQUIDYN_TEST_TORCH names; else our
own, since most indexes send gigabytes for another, and then says that it was skipped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PROJECT = Path(__file__).resolve().parents[2]
BUILT = ("src", "pyproject.toml", "README.md", "LICENSE")
OURS = version("torch").partition("+")[0]
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Removed at once: torch with its CUDA libraries takes 5 GB."""
    with TemporaryDirectory() as root:
        yield Path(root)


def _run(*command: str | Path, folder: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def _wheel(folder: Path) -> Path:
    """Built in a copy of the sources, by the setuptools of this environment."""
    copy = folder / "copy"
    copy.mkdir()
    for name in BUILT:
        source = PROJECT / name
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(source, copy / name, ignore=ignored) if source.is_dir() else shutil.copy(source, copy / name)
    _run(sys.executable, *PIP, "wheel", "--no-deps", "--no-build-isolation", copy, folder=folder)
    [wheel] = folder.glob("equidyn-*.whl")
    return wheel


def _torch(folder: Path) -> str:
    """Which torch to install."""
    if chosen := os.environ.get("EQUIDYN_TEST_TORCH"):
        return chosen
    ask = ("install", "--dry-run", "--ignore-installed", "--no-deps", "--report", "-", f"torch>=2,!={OURS}")
    [found] = json.loads(_run(sys.executable, *PIP, *ask, folder=folder).stdout)["install"]
    return found["metadata"]["version"] if found["download_info"]["url"].startswith("file:") else OURS


def _script() -> str:
    """The ten lines of the documentation, with the version of torch, on the same random numbers everywhere."""
    block = re.search(r"```python\n(.*?)```", (PROJECT / "docs/library.md").read_text(encoding="utf-8"), re.DOTALL)
    return f"import torch\nprint(torch.__version__)\ntorch.manual_seed(0)\n{block[1]}"


def _numbers(words: str) -> list[float]:
    return [float(line.partition(" ± ")[0]) for line in words.splitlines()[1:]]


def test_the_wheel_runs_the_documented_script_beside_another_torch(folder: Path) -> None:
    wheel, torch = _wheel(folder), _torch(folder)
    _run(sys.executable, "-m", "venv", "venv", folder=folder)
    python = folder / "venv/bin/python"
    _run(python, *PIP, "install", "--no-compile", wheel, f"torch=={torch}", folder=folder)
    answer = _run(python, "-W", "error", "-c", _script(), folder=folder).stdout
    assert answer.startswith(torch)
    assert _numbers(answer) == pytest.approx(
        _numbers(_run(sys.executable, "-c", _script(), folder=folder).stdout), rel=1e-2
    )
    told = _run(folder / "venv/bin/equidyn", folder=folder, status=1)
    assert told.stderr == "equidyn: typer is not installed: pip install 'equidyn[pipeline]'\n"
    if torch == OURS:
        pytest.skip(f"passed with our own torch {OURS}; EQUIDYN_TEST_TORCH=VERSION takes another")
