"""Shared fixtures."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# All that torch computes here is small, and other workers of pytest-xdist want cores too.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # where there are two threads, they wait without using a core

# By file, what takes longest first, so that no worker is left alone with it at the end. What the last three share is
# made by the first, meanwhile the others run.
_FIRST = ("engines", "slurm", "faults", "drift", "dvc", "pulled", "rerun", "handover", "kill")
_ORDER = {f"test_{name}.py": place for place, name in enumerate(_FIRST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of files; within a file, that of its tests."""
    items.sort(key=lambda item: _ORDER.get(item.path.name, len(_FIRST)))


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, as that of a params.yaml."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
