"""Shared fixtures."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# All that torch computes here is small, and other workers of pytest-xdist want cores too.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, as that of a params.yaml."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
