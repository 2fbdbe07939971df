"""Shared fixtures."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

sys.path.insert(0, str(Path(__file__).parent))
# All that torch computes here is small, and other workers of pytest-xdist want cores too.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # where there are two threads, they wait without using a core

# By file, what takes longest first, so that no worker is left alone with it at the end. What the last three share is
# made by the first, meanwhile the others run.
_FIRST = (
    "snakemake",
    "report",
    "engines",
    "slurm",
    "faults",
    "drift",
    "imports",
    "wheel",
    "dvc",
    "pulled",
    "rerun",
    "handover",
)
_ORDER = {f"test_{name}.py": place for place, name in enumerate(_FIRST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of files; within a file, that of its tests."""
    items.sort(key=lambda item: _ORDER.get(item.path.name, len(_FIRST)))


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, as that of a params.yaml."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """(name, make) -> a folder that `make` fills once per test run, for the first worker of xdist that needs it."""
    own = tmp_path_factory.getbasetemp()
    base = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name: str, make: Callable[[Path], None]) -> Path:
        root = base / name
        with FileLock(base / f"{name}.lock"):
            if not (root / "made").exists():
                shutil.rmtree(root, ignore_errors=True)
                root.mkdir()
                make(root)
                (root / "made").touch()
        return root

    return folder


@pytest.fixture(scope="session")
def run_of(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Callable[[str], Path]:
    """The name of a tree of tiny.py -> the folder of a real run of it, not to be changed."""

    def make(name: str, root: Path) -> None:
        command = [sys.executable, str(Path(__file__).with_name("tiny.py")), str(root), name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return lambda name: made_once(name, partial(make, name))


@pytest.fixture(scope="session")
def tiny_run(run_of: Callable[[str], Path]) -> Path:
    """The folder of a real run of the small studies that reports of tests show, not to be changed."""
    return run_of("reported")


@pytest.fixture
def tiny_copy(tiny_run: Path, workplace: Path) -> Path:
    """The working folder, with a copy of that run that a test may change."""
    shutil.copytree(tiny_run, workplace, dirs_exist_ok=True)
    return workplace
