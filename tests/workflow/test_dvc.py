"""What users of DVC expect beside `dvc repro`: metrics, differences of params, plots, and a remote."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from checkout import PROJECT, STUDY, VARIANTS, WARM, Checkout, small_params

from equidyn.core.params import read_yaml

ROOT = ("--with-deps", "dvc.yaml")  # all stages of the root, and none of a preset that was not run
METRICS, CURVES = "reports/metrics.json", f"reports/tables/{STUDY}--learning.csv"


def _committed(checkout: Checkout, message: str) -> None:
    checkout.run("git", "add", "--all")
    author = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    checkout.run("git", *author, "commit", "--quiet", "--message", message)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A project of one small study, and a preset of the same; run in the root by `dvc repro`, its locks committed, its
    outputs pushed."""
    folder = tmp_path_factory.mktemp("dvc")
    checkout = Checkout.fresh(folder / "first")
    for place in (checkout.root, checkout.preset):
        (place / "params.yaml").write_text(yaml.safe_dump(small_params(), sort_keys=False))
    checkout.run("equidyn", "engines", "--write")
    checkout.run("dvc", "remote", "add", "--default", "store", str(folder / "store"))
    checkout.run(*WARM, "dvc", "repro")
    _committed(checkout, "a run")
    checkout.run("dvc", "push", *ROOT)
    return checkout


@pytest.fixture(scope="module")
def clone(finished: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A clone that has pulled the outputs, and has made none."""
    root = tmp_path_factory.mktemp("clone") / "second"
    finished.run("git", "clone", "--quiet", ".", str(root))
    other = Checkout(root)
    other.run("dvc", "pull", *ROOT)
    return other


@pytest.fixture(scope="module")
def changed(clone: Checkout) -> Checkout:
    """The clone with sets whose classes differ more, run again."""
    clone.edit("params.yaml", "parameter: variance", "parameter: std")
    clone.run(*WARM, "dvc", "repro")
    return clone


def _answer(checkout: Checkout, *command: str) -> Any:
    """What a command of DVC says as JSON."""
    return json.loads(checkout.run("dvc", *command, "--json").splitlines()[-1])


def test_repro_in_the_root_runs_the_files_of_all_studies(finished: Checkout) -> None:
    assert _answer(finished, "status", *ROOT) == {}
    assert (finished.root / "reports/report.html").is_file()
    locks = sorted(str(path.relative_to(finished.root)) for path in finished.root.rglob("dvc.lock"))
    assert locks == ["dvc.lock", f"studies/{STUDY}/dvc.lock"]


def test_locks_name_no_path_of_this_machine(finished: Checkout) -> None:
    for lock in finished.root.rglob("dvc.lock"):
        assert str(finished.root) not in lock.read_text()
        assert "path: data/" in lock.read_text()


def test_what_was_pushed_is_pulled_and_nothing_is_run_again(finished: Checkout, clone: Checkout) -> None:
    words = clone.run("dvc", "repro")
    assert "Data and pipelines are up to date" in words
    assert "equidyn" not in words
    for name in ("report.html", "metrics.json"):
        assert (clone.root / "reports" / name).read_bytes() == (finished.root / "reports" / name).read_bytes()
    assert clone.run("git", "status", "--porcelain") == ""


def test_an_experiment_changes_only_the_key_that_it_sets(tmp_path: Path) -> None:
    """In the params that we ship, where several studies have the same settings."""
    checkout = Checkout.fresh(tmp_path / "run")
    _committed(checkout, "as shipped")
    checkout.run("dvc", "exp", "run", "--queue", "--set-param", f"studies.{STUDY}.training.epochs=7")
    wanted = read_yaml(PROJECT / "params.yaml")
    wanted["studies"][STUDY]["training"]["epochs"] = 7
    assert yaml.safe_load(checkout.run("git", "show", "refs/exps/celery/stash:params.yaml")) == wanted


def test_metrics_are_shown(finished: Checkout) -> None:
    shown = _answer(finished, "metrics", "show")[""]["data"][METRICS]["data"]
    assert shown == json.loads((finished.root / METRICS).read_text())
    scores = shown["studies"][STUDY]["fresh"]
    assert list(scores) == VARIANTS
    assert all(0 < score["accuracy.accuracy"] <= 1 for score in scores.values())
    assert sum(shown["claims"]["corrected"].values()) > 20


def test_differences_of_params_and_metrics(changed: Checkout) -> None:
    params = _answer(changed, "params", "diff")
    assert params == {"params.yaml": {f"studies.{STUDY}.source.parameter": {"old": "variance", "new": "std"}}}
    (scores,) = _answer(changed, "metrics", "diff").values()
    assert scores
    for name, score in scores.items():
        assert name in [f"studies.{STUDY}.fresh.{variant}.accuracy.accuracy" for variant in VARIANTS]
        assert score["diff"] == pytest.approx(score["new"] - score["old"]) != 0


def test_learning_curves_are_plotted_for_both_revisions(changed: Checkout) -> None:
    (entry,) = _answer(changed, "plots", "diff")["data"][CURVES]
    drawing = entry["content"]
    points = drawing["data"]["values"]
    assert {point["rev"] for point in points} == {"HEAD", "workspace"}
    assert {point["variant"] for point in points} == set(VARIANTS)
    assert drawing["facet"]["field"] == "dataset"
    assert drawing["spec"]["encoding"]["y"]["field"] == "score"
