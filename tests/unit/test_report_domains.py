"""What the report knows of domains: only what they say themselves."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from equidyn.core.domain import find
from equidyn.core.params import Params, load
from equidyn.report.labels import dataset_kind, level_labels, ordered, trained_on
from equidyn.report.own import own
from equidyn.report.sections.data import Check, _view
from equidyn.report.sections.variants import compute_words, match_words, matched
from equidyn.report.wording import Wording, wording

PROJECT = Path(__file__).resolve().parents[2]
# No module of the report, or of a domain's, may need torch: a second and a half for every table.
_WITHOUT_TORCH = """
import pkgutil, sys
from importlib import import_module
sys.modules["torch"] = None
for name in ("equidyn.report", *(f"equidyn.domains.{name}.report" for name in sys.argv[1:])):
    package = import_module(name)
    for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."):
        import_module(found.name)
"""


@pytest.fixture(scope="module")
def paper() -> Params:
    return load(PROJECT / "presets/paper/params.yaml")


def test_the_report_needs_no_torch():
    names = ("smoke", "turbulence", "sets", "digits", "sharing")
    subprocess.run([sys.executable, "-c", _WITHOUT_TORCH, *names], check=True)


def test_datasets_are_called_by_what_tells_them_apart(paper):
    labels = {name: level_labels(study) for name, study in paper.studies.items()}
    assert list(labels["smoke-levels"].values()) == [f"E{digit}" for digit in "₀₁₂₃₄₅₆₇₈₉"]
    sizes = labels["smoke-sizes"]
    assert (sizes["eps000-n1"], sizes["eps030-n4"]) == ("ε = 0, 1 scene", "ε = 0.3, 4 scenes")
    assert labels["smoke-rotation"] == {"true-action": "true action", "published-sign": "published sign"}
    assert labels["turbulence"] == {"isotropic": "ε = 0", "forced030": "ε = 0.3", "forced060": "ε = 0.6"}
    assert labels["gaussian"] == {"static": "static", "fresh": "fresh"}
    assert labels["digits-cnn"] == {"digits": "digits"}
    assert list(trained_on(paper.studies["gaussian"]).values()) == ["Trained on static sets", "Trained on fresh sets"]


def test_levels_and_sizes_are_axes_and_other_differences_are_not(paper):
    names = ("smoke-levels", "smoke-sizes", "smoke-rotation", "gaussian", "gaussian-sizes")
    studies = [paper.studies[name] for name in names]
    assert [dataset_kind(study) for study in studies] == [
        "level of symmetry breaking of the data",
        "level and number of training scenes",
        "dataset",
        "dataset",
        "number of training sets",
    ]
    assert [ordered(study) for study in studies] == [True, True, False, False, True]


def test_what_a_preparation_chose_is_what_readers_see(paper):
    study = paper.studies["digits-cnn"]
    chosen = study.datasets["digits"].as_prepared({"origin": "huggingface"})
    assert chosen.label("digits", study.source) == "MNIST"
    assert study.datasets["digits"].as_prepared({"origin": "optdigits"}).label("digits", study.source) == "optdigits"
    level = paper.studies["smoke-levels"].datasets["E6"]
    assert level.as_prepared({"mean_speed": 1.0}) == level


def test_a_domain_that_says_nothing_is_reported_all_the_same(paper):
    assert own(find("sharing"), "wording", "wording", None) is None
    assert own(find("sets"), "data", "no such name", 3) == 3
    assert wording(paper.studies["gaussian"]).headline.quantity == "accuracy"
    assert Wording().headline is None and list(Wording().charts["learning"]) == ["validation_loss", "train_loss"]


def test_a_row_of_the_table_of_data_is_a_check_that_some_dataset_has():
    checks = {"one": {"error": {"relative": 0.5}, "steps": 1200, "spread": [1.0, 2.0]}, "two": {"error": {}}}
    shown = {
        "error.relative": Check("error [1]"),
        "steps": Check("steps", "many"),
        "spread": Check("s"),
        "x": Check("x"),
    }
    view = _view({"one": "A", "two": "B"}, checks, shown)
    assert view.to_numpy().tolist() == [
        ["error [1]", "0.5000", "–", "–"],
        ["steps", "1,200", "–", "many"],
        ["s", "1.000, 2.000", "–", "–"],
    ]
    assert "expected" not in _view({"one": "A"}, checks, {"steps": Check("steps")})


def test_variants_are_compared_within_groups_of_equal_size():
    frame = pd.DataFrame({"variant": list("abcde"), "parameters": [1000, 240, 1050, 2000, 250]})
    assert [part["variant"].tolist() for part in matched(frame)] == [["b", "e"], ["a", "c"], ["d"]]
    assert match_words(frame) == (
        "These match in parameters, within 5 %: b and e (240 to 250); a and c (1,000 to 1,050). Compare within such a "
        "group only. Without a match in parameters: d (2,000)."
    )
    assert compute_words(frame.assign(multiply_adds=[900, 300, 950, 1700, 400])) == []
    (said,) = compute_words(frame.assign(multiply_adds=[900, 300, 950, 320, 400]))
    assert said.startswith(
        "These match in multiply-adds instead, within 12 %: d (2,000 parameters) with b (320 against 300)."
    )
    assert match_words(frame.iloc[[0, 2]]) == "The variants match in parameters, within 5 % (1,000 to 1,050)."
    assert match_words(frame.iloc[[0, 1]]) == "No two variants match in parameters, within 5 %: b (240) and a (1,000)."
