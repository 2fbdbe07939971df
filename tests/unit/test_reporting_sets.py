"""The report of studies of sets: what it shows of them, what it says of numbers that are known, and what it leaves."""

import re
from contextlib import chdir
from pathlib import Path

import pytest
from reporting_cells import edit_json, write_cells
from reporting_sets import QUICK, SOURCE, VARIANTS, gaussian, sizes, write_sets
from reporting_studies import levels, params

from equidyn.core import paths
from equidyn.core.files import read_json
from equidyn.core.params import Cell, Params
from equidyn.domains.sets.report import accuracy, invariance, overfitting
from equidyn.domains.sets.report.comparison import comparison
from equidyn.report.families import MOST, chart_groups
from equidyn.report.gather import StudyResults, gather
from equidyn.report.labels import dataset_kind, level_labels, ordered, trained_on
from equidyn.report.report import run
from equidyn.report.sections import (
    SECTIONS,
    convergence,
    cost,
    data,
    hessian,
    learning,
    sections_for,
    sharpness,
    variants,
)
from equidyn.report.sections import sizes as data_size

NAMES = [
    "mlp",
    "mlp-canonical",
    "mlp-symmetrized",
    "mlp-sampled",
    "intrinsic",
    "intrinsic-exchangeable",
    "variance-net",
]
DIVERGED = Cell("gaussian", "static", "mlp", 2)
LIMIT = 0.7108  # of 50 values with variances 1 and 0.8


def _params() -> Params:
    return params(
        smoke_levels=levels(["cnn"], [0.0], 1),
        gaussian=gaussian(NAMES, 3),
        gaussian_sizes=sizes(["mlp", "intrinsic"], [200, 3200], 2),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the cells of a study of rollouts and two of sets, and their report."""
    place = tmp_path_factory.mktemp("sets")
    with chdir(place):
        write_cells(_params())
        write_sets(_params(), diverged=(DIVERGED,))
        run(_params())
    return place


@pytest.fixture(scope="module")
def studies(folder: Path) -> dict[str, StudyResults]:
    with chdir(folder):
        return {study.name: study for study in gather(_params())}


@pytest.fixture
def own(workplace: Path) -> Params:
    """Cells that a test may change: two variants, two seeds, without the measures that take long to draw."""
    chosen = params(gaussian=gaussian(["mlp", "intrinsic"], 2, measures=QUICK))
    write_sets(chosen)
    return chosen


def _of(folder: Path, study: str) -> str:
    """What the page says of one study, without its pictures."""
    page = re.sub(r"data:image[^\"]*", "", (folder / "reports" / "report.html").read_text(encoding="utf-8"))
    return page.partition(f'<section id="{study}">\n<h2>')[2].partition("<h2>")[0]


def test_a_page_of_both_tasks_has_the_sections_of_each(folder):
    sets, rollouts = _of(folder, "gaussian"), _of(folder, "smoke-levels")
    for title in ("Accuracy", "Invariance", "Learning curves", "Over-fitting", "Convergence", "Cost", "Sharpness"):
        assert f">{title}</h3>" in sets, title
    for title in ("Test error", "Rollouts", "Learned equivariance", "Loss due to broken symmetry"):
        assert f">{title}</h3>" in rollouts and f">{title}</h3>" not in sets, title
    assert ">Accuracy</h3>" not in rollouts and ">Cost</h3>" not in rollouts
    assert ">Data size</h3>" in _of(folder, "gaussian-sizes")


@pytest.mark.parametrize("study", ["gaussian", "gaussian-sizes"])
def test_nothing_said_of_sets_is_of_fields(folder, study):
    said = _of(folder, study).partition("Not measured here")[0]
    assert re.findall(r"RMSE|velocity|windows|rollout|simulat|persistence|per cell|\bnan\b", said, re.IGNORECASE) == []


def test_sections_of_the_other_task_are_neither_made_nor_missed(folder, studies):
    with chdir(folder):
        for study, task in (("gaussian", "classify_sets"), ("smoke-levels", "rollout")):
            own = sections_for(task)
            assert all(module.section(studies[study]) is None for module in SECTIONS if module not in own), task
    assert {accuracy, invariance, overfitting, cost}.isdisjoint(sections_for("rollout"))
    assert len({module.TITLE for module in SECTIONS}) == len(SECTIONS)


def test_datasets_are_called_by_what_tells_them_apart(studies):
    both, along = studies["gaussian"].settings, studies["gaussian-sizes"].settings
    assert level_labels(both) == {"static": "static", "fresh": "fresh"}
    assert level_labels(along) == {"n200": "200 sets", "n3200": "3,200 sets"}
    assert (dataset_kind(both), ordered(both)) == ("training sets", False)
    assert (dataset_kind(along), ordered(along)) == ("sets to train on", True)
    assert trained_on(both)["fresh"] == "Trained on fresh sets" and trained_on(along)["n200"] == "Trained on 200 sets"
    mixed = {"a": {"sampling": "static", "train": 40}, "b": {"sampling": "fresh"}}
    study = params(gaussian=gaussian(["mlp"], 1, datasets=mixed)).studies["gaussian"]
    assert level_labels(study) == {"a": "static, 40 sets", "b": "fresh"} and not ordered(study)


def test_the_limits_of_the_data_are_told(studies):
    section = data.section(studies["gaussian"])
    said = " ".join(section.text)
    assert "one variance: 1 in half of the sets, 0.8 in the other half." in said
    assert "in 71.1 % of new sets, exactly" in said and "can be right in 70.1 % (45 degrees)" in said
    assert section.tables[0].data["bayes_accuracy"].tolist() == pytest.approx([LIMIT, LIMIT], abs=5e-5)


def test_sets_of_equal_variance_cannot_be_told_apart(workplace):
    chosen = params(gaussian=gaussian(["mlp"], 1, source=SOURCE | {"spreads": [0.5, 0.5], "parameter": "std"}))
    write_sets(chosen)
    said = " ".join(data.section(gather(chosen)[0]).text)
    assert "0.25 in half of the sets" in said and "(0.5 and 0.5 are their standard deviations)" in said
    assert "no rule can be right more often than half of the time" in said


def test_variants_tell_how_symmetry_is_imposed(studies):
    section = variants.section(studies["gaussian"])
    view = section.tables[0].view.set_index("variant")
    assert view["symmetry imposed by"].to_dict() == {
        "mlp": "–",
        "mlp-canonical": "canonical",
        "mlp-symmetrized": "symmetrized (group cyclic)",
        "mlp-sampled": "sampled (count 8)",
        "intrinsic": "its layers",
        "intrinsic-exchangeable": "its layers",
        "variance-net": "its layers",
    }
    assert view["exactly invariant"].to_dict()["mlp-sampled"] == "no" and "multiply-adds per set" in view
    assert section.text == [section.text[0]] and section.text[0].endswith("the other is variance-net (5).")


def test_the_comparison_has_a_row_per_variant_and_one_per_limit(studies):
    study = studies["gaussian"]
    table = comparison(study)
    view = table.view.set_index("variant")
    assert view.index.tolist()[: len(NAMES)] == NAMES and len(view) == len(NAMES) + 3
    assert view.loc["Bayes rule, exact: no rule is better", "accuracy, fresh"] == "0.7108"
    assert view.loc["Bayes rule, exact: no rule is better", "parameters"] == "–"
    assert "diverged" in view.loc["mlp", "accuracy, static"] and view.loc["mlp", "error under what is imposed"] == "–"
    assert view.loc["intrinsic", "epochs, fresh"] == "12" and view.loc["intrinsic", "best epoch, fresh"] == "9–11"
    values = study.quantity("accuracy", "accuracy").query("dataset == 'fresh' and variant == 'mlp'")["value"]
    data = table.data.set_index(["quantity", "dataset", "variant"])["mean"]
    assert data["accuracy.accuracy", "fresh", "mlp"] == pytest.approx(values.mean(), rel=1e-12)
    assert data["accuracy.accuracy", "fresh", "(bayes)"] == pytest.approx(LIMIT, abs=5e-5)


def test_the_summary_names_the_best_and_its_distance_to_the_best_rule(studies, folder):
    with chdir(folder):
        found = accuracy.section(studies["gaussian"]).finding
    assert len(found) == 3 and found[0].startswith("Trained on static sets, variance-net has the highest test accuracy")
    assert "Clearly lower: " in found[0] and "It differs from the Bayes rule on the same test sets by" in found[0]
    assert found[2].startswith("No variant is above the Bayes limit beyond its interval")


def test_who_is_invariant_under_what_is_told(studies):
    section = invariance.section(studies["gaussian"])
    said = section.text[1]
    assert "under S_n × S_d: intrinsic-exchangeable and variance-net;" in said
    assert "under S_n, but not under S_d: mlp-canonical and intrinsic;" in said
    assert "under what they impose, but not under S_n: mlp-symmetrized;" in said
    assert "under none of these: mlp and mlp-sampled." in said
    view = section.tables[0].view.set_index(["data", "variant"])
    assert view.loc[("fresh", "mlp"), "error under what is imposed"] == "–"
    assert view.loc[("fresh", "mlp-canonical"), "error under S_n"] == "0\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0"


def test_a_broken_construction_is_told(own):
    path = paths.run(Cell("gaussian", "fresh", "intrinsic", 2)) / "measures.json"
    checkpoints = read_json(path)["checkpoints"]
    checkpoints["best"]["invariance"]["imposed"]["relative"] = 0.02
    edit_json(path, checkpoints=checkpoints)
    assert "exactly invariant, but not so here: intrinsic (0.020)." in invariance.section(gather(own)[0]).text[2]


def test_the_gap_is_told_and_drawn_for_every_variant(studies):
    section = overfitting.section(studies["gaussian"])
    means = section.tables[0].data.set_index(["quantity", "dataset", "variant"])["mean"]
    assert means["overfitting.gap", "static", "mlp"] > 0.5
    assert abs(means["overfitting.gap", "fresh", "mlp"]) < 0.1
    assert section.pictures[0].name == "gaussian-overfitting"


def test_every_run_reaches_the_common_loss(studies):
    study = studies["gaussian"]
    lowest = study.history[study.history["status"] != "diverged"].groupby(["dataset", "variant", "seed"])
    worst = lowest["validation_loss"].min().groupby("dataset").max().to_dict()
    assert convergence.common_score(study) == worst
    reached = convergence.epochs_to(study, worst)
    assert reached[reached["status"] != "diverged"]["value"].notna().all()
    assert "lowest validation loss of the run" in convergence.section(study).text[0]


def test_more_sets_are_an_axis(studies):
    study = studies["gaussian-sizes"]
    assert data_size.training_scenes(study) == {"n200": 200, "n3200": 3200}
    assert data_size.section(study).pictures[0].name == "gaussian-sizes-sizes"
    assert data_size.section(studies["gaussian"]) is None


def test_cost_tells_arithmetic_of_variants_of_equal_size_and_time(studies):
    section = cost.section(studies["gaussian"])
    assert (
        "Of the variants that match in parameters, mlp-symmetrized does 10 times the arithmetic of" in section.text[1]
    )
    assert section.text[2].startswith("Time of a training step")
    table = section.tables[0].data.set_index("variant")
    assert table["per_parameter"].to_dict()["mlp-symmetrized"] == 10


def test_measures_of_the_loss_speak_of_sets(studies):
    for module in (sharpness, hessian):
        said = module.section(studies["gaussian"]).text[0]
        assert "training sets" in said and "stored ones, which no network was trained on" in said


def test_too_many_variants_are_drawn_in_several_charts_and_models_stay_together(workplace):
    more = {f"transformer-{name}": {"augment": "none"} | VARIANTS["transformer"] for name in "abcdef"}
    study = gaussian(list(VARIANTS), 1)
    chosen = params(gaussian=study | {"variants": more | study["variants"]})
    groups = chart_groups(chosen.studies["gaussian"])
    assert [len(group) for group in groups] == [12, 5] and max(map(len, groups)) <= MOST
    assert [name for group in groups for name in group] == [*more, *VARIANTS]
    write_sets(chosen)
    pictures = learning.section(gather(chosen)[0]).pictures
    assert [shown.name.removeprefix("gaussian-") for shown in pictures] == [
        "learning",
        "learning-2",
        "learning-accuracy",
        "learning-accuracy-2",
    ]
    assert pictures[1].caption.endswith("Part 2 of 2 of the variants.")


def test_one_seed_and_a_variant_of_which_every_run_diverged_do_not_stop_the_report(workplace):
    chosen = params(gaussian=gaussian(["mlp", "intrinsic", "mlp-canonical"], 1, measures=QUICK))
    lost = tuple(Cell("gaussian", dataset, "mlp", 1) for dataset in ("static", "fresh"))
    write_sets(chosen, diverged=lost)
    for cell in lost:
        hollow = {"relative": None, "flipped": None}
        best = {"accuracy": {"accuracy": None, "loss": None}, "invariance": {"points": hollow, "imposed": hollow}}
        edit_json(paths.run(cell) / "measures.json", checkpoints={"best": best, "early": {}})
    page = run(chosen).read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "diverged (1 of 1)" in page and "One seed (n = 1), so there are no intervals." in page
    assert "the comparison is inconclusive: intrinsic has the highest test accuracy" in page


def test_tables_and_figures_of_sets_are_the_same_whatever_the_clock_says(own):
    run(own)
    first = _contents()
    for cell in own.cells():
        for name in ("run.json", "measures.json"):
            provenance = read_json(paths.run(cell) / name)["provenance"] | {"wall_seconds": 1e3}
            edit_json(paths.run(cell) / name, provenance=provenance)
    run(own)
    assert first == _contents()


def _contents() -> dict[str, bytes]:
    files = [path for kind in ("tables", "figures") for path in (Path("reports") / kind).iterdir()]
    return {str(path): path.read_bytes() for path in sorted(files)}
