"""One run of the test preset by each engine, shared by all tests of this folder."""

import os
import shutil
from pathlib import Path

import pytest
from checkout import WARM, Checkout
from filelock import FileLock

ENGINES = ("snakemake", "dvc")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checkout]:
    """Engine -> a checkout in which it has run the test preset; made once, by the first worker that needs it."""
    own = tmp_path_factory.getbasetemp()
    root = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "finished"
    with FileLock(root.with_suffix(".lock")):
        if not (root / "made").exists():
            shutil.rmtree(root, ignore_errors=True)
            _run_both(root)
            (root / "made").touch()
    return {engine: Checkout(root / engine) for engine in ENGINES}


def _run_both(root: Path) -> None:
    """At the same time, on two cores together, or on what other tests leave of them; continuous integration also
    has Snakemake run without the warm start (.ci/run)."""
    checkouts = {engine: Checkout.fresh(root / engine) for engine in ENGINES}
    dvc = checkouts["dvc"].start(*WARM, "dvc", "repro", "presets/test/dvc.yaml")
    checkouts["snakemake"].run(*WARM, "snakemake", "--directory", "presets/test", "--cores", "2")
    words, _ = dvc.communicate(timeout=1800)
    assert dvc.returncode == 0, words


@pytest.fixture
def by_snakemake(finished: dict[str, Checkout], tmp_path) -> Checkout:
    """A copy of the checkout in which Snakemake has run."""
    return finished["snakemake"].copy(tmp_path / "checkout")


@pytest.fixture
def by_dvc(finished: dict[str, Checkout], tmp_path) -> Checkout:
    """A copy of the checkout in which DVC has run."""
    return finished["dvc"].copy(tmp_path / "checkout")


@pytest.fixture
def fresh(tmp_path) -> Checkout:
    """The project as it stands, without outputs."""
    return Checkout.fresh(tmp_path / "checkout")
