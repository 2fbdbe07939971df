"""One run of the test preset by each engine, shared by all tests of this folder."""

import pytest
from checkout import Checkout


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checkout]:
    """Engine -> a checkout in which it has run the test preset; both run at the same time, on one core each."""
    root = tmp_path_factory.mktemp("finished")
    checkouts = {engine: Checkout.fresh(root / engine) for engine in ("snakemake", "dvc")}
    dvc = checkouts["dvc"].start("dvc", "repro", "presets/test/dvc.yaml")
    checkouts["snakemake"].snakemake()
    words, _ = dvc.communicate(timeout=900)
    assert dvc.returncode == 0, words
    return checkouts


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
