"""A new checkout with `hub.pull: true`: no dataset is made and no network trained, and the report is the same."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from checkout import Checkout
from finished_cells import STUDY, small_tree
from hubs import TOKEN, Hub, running

CELLS = [f"{STUDY}/eps000", f"{STUDY}/eps000/cnn/1", f"{STUDY}/eps000/gcnn/1"]


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub on this machine, empty at first."""
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def first(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that has computed the small study, and pushed it."""
    checkout = _small(tmp_path_factory.mktemp("first") / "checkout")
    _run(checkout, hub, "equidyn", "warm", "snakemake", "--cores", "1")
    words = _run(checkout, hub, "equidyn", "hub", "push", token=TOKEN)
    assert "4 pushed, 0 there already, 0 not finished here" in words
    return checkout


def _small(root: Path, **hub: object) -> Checkout:
    """The project with the small study as its only one."""
    checkout = Checkout.fresh(root)
    shutil.rmtree(root / "presets")
    _write_params(checkout, **hub)
    checkout.run("equidyn", "engines", "--write")
    return checkout


def _write_params(checkout: Checkout, **hub: object) -> None:
    (checkout.root / "params.yaml").write_text(yaml.safe_dump(small_tree(**hub), sort_keys=False))


def _run(checkout: Checkout, hub: Hub, *command: str, token: str = "") -> str:
    """Run a command in a checkout that knows the hub."""
    place = ["HF_HUB_OFFLINE=0", f"HF_ENDPOINT={hub.address}", f"HF_HOME={checkout.root.parent / 'client'}"]
    return checkout.run("env", *place, f"HF_TOKEN={token}", *command)


def _tables(checkout: Checkout) -> dict[str, bytes]:
    found = (checkout.root / "reports/tables").iterdir()
    return {path.name: path.read_bytes() for path in found if not path.name.startswith(".")}


ENGINES = {
    "snakemake": (("equidyn", "warm", "snakemake", "--cores", "1"), ("snakemake", "--dry-run"), "Nothing to be done"),
    "dvc": (
        ("equidyn", "warm", "dvc", "repro"),
        ("dvc", "status", "--with-deps", "dvc.yaml"),
        "Data and pipelines are up to date",
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_new_checkout_pulls_and_reports_the_same(engine: str, first: Checkout, hub: Hub, tmp_path: Path) -> None:
    run, look, nothing = ENGINES[engine]
    checkout = _small(tmp_path / "checkout", pull=True)
    words = _run(checkout, hub, *run) + "".join(log.read_text() for log in checkout.root.glob("logs/**/*.log"))
    assert [cell for cell in CELLS if f"{cell}: pulled from owner/cells" not in words] == []
    assert "prepare smoke-levels" not in words.replace("equidyn prepare", "")
    assert "computing it" not in words
    assert "best 0." not in words  # of a training's progress
    assert _tables(checkout) == _tables(first) != {}
    _write_params(checkout, pull=False)
    assert nothing in _run(checkout, hub, *look)  # taken for done, and the hub is in no stage's keys
