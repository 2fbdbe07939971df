"""A small study through profiles/slurm on a real cluster: a killed job is done again, and nothing else differs."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import cluster
import pytest
import yaml
from checkout import Checkout

from equidyn.core import paths
from equidyn.core.params import Cell

VICTIM = Cell("smoke-levels", "eps000", "gcnn", 1)
VARIANTS = ("gcnn", "cnn")
PRESET = ("--directory", "presets/test")
# No accounting, and one node that answers at once.
HERE = ("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1")
LONGEST = 400.0  # seconds; two minutes on two cores that have nothing else to do

MISSING = cluster.missing()

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


def _small_study(checkout: Checkout) -> None:
    """One dataset, two variants, one of them trained long enough to be killed in the middle."""
    params = yaml.safe_load(checkout.params.read_text())
    study = params["studies"]["smoke-levels"]
    study["datasets"] = {VICTIM.dataset: study["datasets"][VICTIM.dataset]}
    study["variants"] = {name: study["variants"][name] for name in VARIANTS}
    study["variants"][VICTIM.variant]["training"] = {"epochs": 100, "patience": 100}
    study["measures"] = {name: study["measures"][name] for name in ("error", "equivariance")}
    checkout.params.write_text(yaml.safe_dump({"compute": params["compute"], "studies": {VICTIM.study: study}}))


@pytest.fixture
def checkouts(tmp_path: Path) -> tuple[Checkout, Checkout]:
    """Two checkouts without outputs."""
    fresh = tuple(Checkout.fresh(tmp_path / name) for name in ("on-slurm", "undisturbed"))
    for checkout in fresh:
        _small_study(checkout)
    return fresh


@pytest.fixture
def slurm() -> Iterator[cluster.Cluster]:
    """A running cluster."""
    with cluster.running() as started:
        yield started


def test_a_killed_job_is_done_again(checkouts: tuple[Checkout, Checkout], slurm: cluster.Cluster) -> None:
    here, undisturbed = checkouts
    command = ("snakemake", "--profile", "profiles/slurm", *PRESET, *HERE)
    process = here.start(*slurm.command(*command, folder=here.root))
    killed = _kill_in_the_middle(here, slurm, process)
    undisturbed.run("equidyn", "warm", "snakemake", "--cores", "1", *PRESET)  # while the other waits for answers
    words, _ = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, words + slurm.text()
    # The dataset, the two cells, the same again, the report.
    states = dict(slurm.jobs())
    assert states.pop(killed) == "CANCELLED"
    assert list(states.values()) == ["COMPLETED"] * 3, words
    log = (here.preset / f"logs/train/runs/{VICTIM.study}/{VICTIM.dataset}/{VICTIM.variant}/seed1.log").read_text()
    assert f"{VICTIM}: 0/" not in log
    assert _tables(here) == _tables(undisturbed)


def _kill_in_the_middle(checkout: Checkout, slurm: cluster.Cluster, process: subprocess.Popen[str]) -> str:
    """Cancel the job of the long training as soon as it has saved something; returns its number."""
    end = time.monotonic() + LONGEST
    while not (checkout.preset / paths.resume(VICTIM)).exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end, slurm.text()
        time.sleep(0.05)
    ((job, _),) = slurm.jobs("RUNNING")
    slurm.run("scancel", job)
    return job


def _tables(checkout: Checkout) -> dict[str, bytes]:
    tables = checkout.preset / "reports/tables"
    found = {path.name: path.read_bytes() for path in tables.iterdir() if path.name != ".snakemake_timestamp"}
    assert found
    return found
