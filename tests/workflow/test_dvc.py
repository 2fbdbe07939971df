"""What users of DVC expect beside `dvc repro`: metrics, differences of params, plots, and a remote."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from checkout import PROJECT, STUDY, VARIANTS, WARM, Checkout, small_params

from equidyn.core.params import read_yaml

METRICS, FEW, CURVES = "reports/metrics.json", "reports/metrics", f"reports/tables/{STUDY}--learning.csv"
PARAMETER = f"studies.{STUDY}.source.parameter"
LINES = ("accuracy", "loss")  # headline quantities of the measure accuracy


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
    checkout.edit(".dvcignore", "!/presets/test\n", "")  # as shipped
    for place in (checkout.root, checkout.preset):
        (place / "params.yaml").write_text(yaml.safe_dump(small_params(), sort_keys=False))
    checkout.run("equidyn", "engines", "--write")
    checkout.run("dvc", "remote", "add", "--default", "store", str(folder / "store"))
    checkout.run(*WARM, "dvc", "repro")
    _committed(checkout, "a run")
    checkout.run("dvc", "push")
    return checkout


@pytest.fixture(scope="module")
def clone(finished: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A clone that has pulled the outputs, and has made none."""
    root = tmp_path_factory.mktemp("clone") / "second"
    finished.run("git", "clone", "--quiet", ".", str(root))
    other = Checkout(root)
    other.run("dvc", "pull")
    return other


@pytest.fixture(scope="module")
def changed(clone: Checkout) -> Checkout:
    """The clone after an experiment with sets whose classes differ more."""
    clone.run(*WARM, "dvc", "exp", "run", "--name", "wider", "--set-param", f"{PARAMETER}=std")
    return clone


def _answer(checkout: Checkout, *command: str) -> Any:
    """What a command of DVC says as JSON."""
    return json.loads(checkout.run("dvc", *command, "--json").splitlines()[-1])


def test_repro_in_the_root_runs_the_files_of_all_studies(finished: Checkout) -> None:
    assert _answer(finished, "status") == {}
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
    whole = json.loads((finished.root / METRICS).read_text())
    means = [variant["accuracy.accuracy"] for variant in whole["studies"][STUDY]["fresh"].values()]
    shown = _answer(finished, "metrics", "show")[""]["data"]
    few = shown[f"{FEW}/{STUDY}--accuracy.accuracy.json"]["data"]
    assert few == {"least": min(means), "median": pytest.approx(sum(means) / 2), "largest": max(means)}
    assert shown.keys() == {f"{FEW}/{name}.json" for name in ("claims", *(f"{STUDY}--accuracy.{one}" for one in LINES))}
    assert max(map(len, finished.run("dvc", "metrics", "show").splitlines())) <= 120


def test_differences_of_params_and_metrics(changed: Checkout) -> None:
    params = _answer(changed, "params", "diff")
    assert params == {"params.yaml": {PARAMETER: {"old": "variance", "new": "std"}}}
    assert f"{FEW}/{STUDY}--accuracy.loss.json" in _answer(changed, "metrics", "diff")
    scores = _answer(changed, "metrics", "diff", "--targets", METRICS)[METRICS]
    for variant in VARIANTS:
        loss = scores[f"studies.{STUDY}.fresh.{variant}.accuracy.loss"]
        assert loss["diff"] == pytest.approx(loss["new"] - loss["old"]) != 0


def test_experiments_are_shown_and_compared(changed: Checkout) -> None:
    found = _answer(changed, "exp", "diff", "HEAD", "wider")
    assert found["params"] == _answer(changed, "params", "diff")
    assert f"{FEW}/{STUDY}--accuracy.loss.json" in found["metrics"]
    table = changed.run("dvc", "exp", "show", "--only-changed", "--hide-workspace", "--no-pager", "--csv")
    head, *rows = table.splitlines()
    assert {f"{FEW}/{STUDY}--accuracy.loss.json:median", PARAMETER} <= set(head.split(","))
    assert [row.split(",")[0] for row in rows] == ["", "wider"]


def test_pictures_of_both_revisions_are_shown_without_a_network(changed: Checkout) -> None:
    changed.run("dvc", "plots", "diff", "HEAD", "--targets", "reports/figures")
    page = (changed.root / "dvc_plots/index.html").read_text()
    assert "://" not in page and "<script" not in page
    for revision in ("HEAD", "workspace"):
        assert f'<img src="static/{revision}_reports_figures_{STUDY}--learning.svg">' in page


def test_learning_curves_are_plotted_for_both_revisions(changed: Checkout) -> None:
    (entry,) = _answer(changed, "plots", "diff")["data"][CURVES]
    drawing = entry["content"]
    points = drawing["data"]["values"]
    assert {point["rev"] for point in points} == {"HEAD", "workspace"}
    assert {point["variant"] for point in points} == set(VARIANTS)
    assert drawing["facet"]["field"] == "dataset"
    assert drawing["spec"]["encoding"]["y"]["field"] == "score"
