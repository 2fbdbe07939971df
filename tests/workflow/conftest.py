"""One run of the test preset by each engine, shared by all tests of this folder."""

from collections.abc import Callable
from pathlib import Path

import pytest
import tiny
import yaml
from checkout import WARM, Checkout

MadeOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def snakemake_run(made_once: MadeOnce) -> Checkout:
    """A checkout in which Snakemake has run the test preset, its jobs started warm; not to be changed."""

    def make(root: Path) -> None:
        Checkout.fresh(root / "run").run(*WARM, "snakemake", "--directory", "presets/test", "--cores", "2")

    return Checkout(made_once("snakemake", make) / "run")


@pytest.fixture(scope="session")
def small_run(made_once: MadeOnce) -> Checkout:
    """The same of two studies of the preset."""

    def make(root: Path) -> None:
        checkout, tree = Checkout.fresh(root / "run"), tiny.reported()
        del tree["studies"]["gaussian"]["variants"][tiny.LOST]
        checkout.params.write_text(yaml.safe_dump(tree, sort_keys=False))
        checkout.run(*WARM, "snakemake", "--directory", "presets/test", "--cores", "2")

    return Checkout(made_once("small", make) / "run")


@pytest.fixture(scope="session")
def dvc_run(made_once: MadeOnce) -> Checkout:
    """A checkout in which DVC has run the test preset, each job by itself; not to be changed."""

    def make(root: Path) -> None:
        Checkout.fresh(root / "run").run("dvc", "repro", "presets/test/dvc.yaml")

    return Checkout(made_once("dvc", make) / "run")


@pytest.fixture
def by_snakemake(snakemake_run: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the checkout in which Snakemake has run."""
    return snakemake_run.copy(tmp_path / "checkout")


@pytest.fixture
def by_dvc(dvc_run: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the checkout in which DVC has run."""
    return dvc_run.copy(tmp_path / "checkout")


@pytest.fixture
def fresh(tmp_path: Path) -> Checkout:
    """The project as it stands, without outputs."""
    return Checkout.fresh(tmp_path / "checkout")
