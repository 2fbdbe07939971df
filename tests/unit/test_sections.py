"""Sections that only some domains have, and numbers that follow from measures: known answers."""

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from claims_cells import LEVELS, PAPER, VARIANTS, results

from equidyn.core.domain import built_in, find
from equidyn.core.params import load
from equidyn.core.params.signatures import entries
from equidyn.domains.digits.report.derived import DERIVED, HALFWAY
from equidyn.domains.smoke.report import (
    audit_lie,
    audit_regulariser,
    audit_sharpness,
    audit_sign,
    regulariser,
    reproduction,
)
from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.domains.turbulence.report.derived import reach
from equidyn.report import declared
from equidyn.report.claims.model import claims_of
from equidyn.report.figures.style import styled
from equidyn.report.gather import StudyResults
from equidyn.report.sections import checkpoints, convergence, hessian, league, learning
from equidyn.report.sections.beside import Network, Published, beside, scale_words
from equidyn.report.sections.quantity_values import headlines

BY_STEP = [0.4, 0.3, 0.2, 0.25]  # validation RMSE of epochs 0 to 3


def _history(study: StudyResults) -> StudyResults:
    """Every run takes BY_STEP, and what gcnn reaches is ten times that; the penalty is a thousandth of the loss."""
    rows = [
        {key: run[key] for key in ("dataset", "variant", "seed", "status")}
        | {"epoch": epoch, "validation_rmse": score * (10 if run["variant"] == "gcnn" else 1)}
        | {"train_loss": 0.5, "penalty": 4e-4}
        for run in study.runs.to_dict("records")
        for epoch, score in enumerate(BY_STEP)
    ]
    runs = study.runs.assign(trained_parameters=1000, epochs=3, best_epoch=2, early_epoch=1)
    return replace(study, history=pd.DataFrame(rows), runs=runs)


@pytest.fixture(scope="module")
def study() -> StudyResults:
    """Made-up numbers of the default study of levels."""
    strength = {name: float(place) for place, name in enumerate(VARIANTS)}
    at = {"side": [16, 32], "proper": [0.1, 0.025], "pixels_only": [1.5, 1.25]}
    truth = {
        ("error", "rmse"): lambda variant, dataset, seed: 1.0 + LEVELS[dataset],
        ("lie", "relative"): lambda variant, dataset, seed: strength[variant],
        ("audit/lie", "published"): lambda variant, dataset, seed: 10 * strength[variant],
        **{("audit/lie", f"grad_div.{key}"): lambda *cell, key=key: at[key] for key in at},
        ("audit/sharpness", "control"): lambda variant, dataset, seed: 0.125 if variant == "cnn" else 0.0,
        ("hessian", "tops_median"): lambda variant, dataset, seed: 2.0,
        ("hessian", "density_at"): lambda *cell: [-1.0, 0.0, 2.0],
        ("hessian", "density"): lambda *cell: [0.1, 0.4, 0.1],
    }
    made = results(truth)
    variants = {name: load(PAPER).studies["smoke-levels"].variants[name] for name in VARIANTS}
    return _history(replace(made, settings=made.settings.model_copy(update={"variants": variants})))


def test_the_common_score_is_what_the_worst_run_reaches_at_its_best(study):
    assert convergence.common_score(study) == dict.fromkeys(LEVELS, 2.0)
    reached = convergence.epochs_to(study, dict.fromkeys(LEVELS, 2.0)).set_index("variant")["value"]
    assert set(reached["gcnn"]) == {2.0} and set(reached.drop("gcnn")) == {0.0}
    with styled():
        data = convergence.section(study).tables[0].data.set_index(["quantity", "variant"])["mean"]
    assert data["training.epochs_to_common@best", "gcnn"].tolist() == [2.0] * 3
    assert data["training.best_epoch@best", "cnn"].tolist() == [2.0] * 3


def test_of_long_trainings_one_epoch_in_so_many_is_drawn_and_the_last_but_all_of_a_run_that_diverged():
    epochs = pd.DataFrame({"epoch": list(range(201)) * 2, "status": ["completed"] * 201 + ["diverged"] * 201})
    drawn, between = learning._thinned(epochs)
    kept = drawn[drawn["status"] == "completed"]["epoch"].tolist()
    assert between == 3 and kept == [*range(0, 199, 3), 200] and (drawn["status"] == "diverged").sum() == 201
    short = epochs[epochs["epoch"] <= 40]
    assert learning._thinned(short)[1] == 1 and learning._thinned(short)[0].equals(short)


def test_a_place_in_the_league_is_as_sure_as_the_differences_are():
    """Of three nets a sure first, and two that seeds cannot tell apart; with the other sign, a sure last."""
    means, spread = {"cnn": 1.0, "gcnn": 2.0, "rgroup": 2.0}, {"cnn": 1e-3, "gcnn": 2e-3, "rgroup": -2e-3}

    def truth(variant: str, dataset: str, seed: int) -> float:
        return means[variant] + spread[variant] * (seed % 3 - 1) + 1e-5 * seed

    made = results({("error", "rmse"): truth}, seeds=range(1, 7), variants=means)
    with styled():
        section = league.section(made)
    found = section.tables[0].data.set_index(["dataset", "variant"])[["first", "last"]]
    for dataset in LEVELS:
        assert found.loc[dataset].to_numpy().tolist() == [[1, 1], [2, 3], [2, 3]]
        assert found.loc[dataset].index[0] == "cnn"
    assert section.finding[0].count("cnn at") == len(LEVELS)
    one = headlines(made)[0]
    turned = replace(one, quantity=replace(one.quantity, better="higher"))
    places = league.places(turned, list(means)).set_index(["dataset", "variant"])
    assert (places.xs("cnn", level="variant")[["first", "last"]] == 3).all(axis=None)
    assert league.section(results({("error", "rmse"): truth}, variants=["cnn", "gcnn"])) is None


def test_both_checkpoints_stand_beside_each_other(study):
    with styled():
        section = checkpoints.section(study)
    assert section.text == ["Early: weights after epoch 1. Best: weights of the lowest validation RMSE."]
    assert {"test RMSE [rms velocity], early", "test RMSE [rms velocity], best"} <= set(section.tables[0].columns)
    assert checkpoints.section(_history(results({("error", "rmse"): lambda *cell: 1.0}, checkpoints=["best"]))) is None


def test_the_density_of_the_spectrum_comes_before_what_the_measure_declares(study):
    with styled():
        section = hessian.section(study)
    names = [shown.name for shown in section.pictures]  # all eigenvalues are alike here, which is no chart
    assert names == ["smoke-levels--hessian-density"]


def test_lines_over_alpha_join_variants_that_differ_in_nothing_else(study):
    with styled():
        section = regulariser.section(study)
    names = ["smoke-levels--alpha-lie", "smoke-levels--alpha-error"]
    assert [shown.name for shown in section.pictures] == names
    families = {"rsteer", "rsteer-alpha1e-2", "rsteer-published", "rsteer-published-alpha1e-2"}
    assert set(section.tables[0].data["variant"]) == families


def test_the_regulariser_is_squared_for_variants_as_published_alone(study):
    with styled():
        data = audit_regulariser.section(study).tables[0].data.set_index(["quantity", "variant"])["mean"]
    assert data["regulariser.alpha_c@best", "rsteer"].tolist() == pytest.approx([4e-4] * 3)
    assert data["regulariser.alpha_c@best", "rsteer-published"].tolist() == pytest.approx([2e-2] * 3)
    assert data["regulariser.added_share@best", "rsteer-published"].tolist() == pytest.approx([8e-4] * 3)
    assert ("regulariser.alpha_c@best", "cnn") not in data


def test_audits_say_what_was_measured(study):
    lie, sharpness = (module.section(study).text[1] for module in (audit_lie, audit_sharpness))
    assert "32 cells a side: 0.025 by the proper definition" in lie and "at least 1.2 at any resolution" in lie
    assert sharpness == "Measured here at t = 0: not 0 in 9 of 99 runs (cnn), at most 0.1250."
    bare = results({("error", "rmse"): lambda *cell: 1.0})
    assert audit_lie.section(bare) is audit_sharpness.section(bare) is audit_sign.section(bare) is None


def test_the_wrong_sign_costs_what_the_seeds_say():
    settings = load(PAPER).studies["smoke-rotation"]
    actions = {entry.vector_action: name for name, entry in settings.datasets.items()}
    cost = {actions["true"]: 1.0, actions["published"]: 1.5}
    rows = [
        {"dataset": dataset, "variant": "cnn", "seed": seed, "status": "completed", "checkpoint": "best"}
        | {"measure": "error", "quantity": f"{split}.rmse", "index": 0, "value": seed * factor}
        for dataset, factor in cost.items()
        for seed in (1, 2, 3)
        for split in ("future", "domain")
    ]
    empty = pd.DataFrame({"dataset": [], "variant": [], "status": []})
    rotation = StudyResults("smoke-rotation", settings, empty, pd.DataFrame(rows), empty, {}, [])
    with styled():
        data = audit_sign.section(rotation).tables[0].data
    assert data[["dataset", "mean", "sd"]].values.tolist() == [[actions["published"], 1.5, 0.0]]


def test_persistence_stands_in_the_published_table_in_its_unit_and_errors_as_shares_of_it():
    settings = load(PAPER).studies["smoke-rotation"]
    numbers = {"rmse": 3.0, "persistence_rmse": 4.0}
    rows = [
        {"dataset": dataset, "variant": "cnn", "seed": seed, "status": "completed", "checkpoint": "best"}
        | {"measure": "error", "quantity": quantity, "index": 0, "value": value}
        for dataset in settings.datasets
        for seed in (1, 2)
        for quantity, value in [
            ("unit", 0.5),
            *((f"{split}.{name}", number) for split in ("future", "domain") for name, number in numbers.items()),
        ]
    ]
    empty = pd.DataFrame({"dataset": [], "variant": [], "status": []})
    rotation = StudyResults("smoke-rotation", settings, empty, pd.DataFrame(rows), empty, {}, [])
    with styled():
        future = reproduction.section(rotation).tables[0]
    ours = future.data.query("source == 'ours'").groupby(["variant", "unit"])["mean"].agg(set).to_dict()
    assert ours["persistence", "length/time"] == {2.0} and ours["cnn", "length/time"] == {1.5}
    assert ours["cnn", "share of persistence"] == {0.75}
    assert future.view["our variant"].tolist()[-1] == "persistence"


def test_published_figures_stand_beside_ours_in_our_units(study):
    known = [
        Network("A", {"paper": (1.5, 0.25), "blog": (2.0, 0.5)}, ["cnn", "gcnn"]),
        Network("B", {"paper": (3.0, 0.0)}),
    ]
    table = beside(study, "beside", "Error.", Published(known, "m/s", {VELOCITY_UNIT: study.quantity("error", "rmse")}))
    view = table.view.set_index(["network", "our variant"])
    assert view.loc[("A", "gcnn"), ["paper", "blog"]].tolist() == ["1.5 (0.25)", "2 (0.50)"]
    assert view.loc[("B", "not run"), ["paper", "blog"]].tolist() == ["3 (0.00)", "–"]
    assert [variant for network, variant in view.index if network == "–"] == list(VARIANTS[2:])
    data = table.data.set_index(["source", "variant"])
    assert data.loc[("paper", "B"), ["mean", "sd", "unit"]].tolist() == [3.0, 0.0, "m/s"]
    ours = data.loc[("ours", "cnn")].set_index(["dataset", "unit"])["mean"]
    assert ours.to_dict() == {(name, VELOCITY_UNIT): pytest.approx(1 + level) for name, level in LEVELS.items()}


def test_the_scale_is_told_where_it_differs(study):
    side = study.settings.source.resolution
    sources = {"paper": "One", "blog": "Two"}
    assert scale_words(study, {"source.resolution": side}, sources) == "Paper: One. Blog: Two."
    assert f"resolution {side} (published: 1)." in scale_words(study, {"source.resolution": 1}, sources)


def test_errors_between_quarter_turns():
    degrees = list(range(0, 360, 15))
    rows = [
        {"dataset": "d", "variant": "v", "seed": 1, "status": "completed", "x": angle}
        | {"y": 3.0 if angle in HALFWAY else 4.0 if angle == 30 else 2.0}
        for angle in degrees
    ]
    turned = SimpleNamespace(along=lambda *names: pd.DataFrame(rows))
    found = {one.quantity.name: one.of(turned)["value"].item() for one in DERIVED["angles"]}
    assert found == {"upright": 2.0, "halfway": 3.0, "halfway/upright": 1.5, "worst/upright": 2.0}


@pytest.mark.parametrize(
    ("correlation", "found"),
    [([0.9, 0.7, 0.3], 2.5), ([0.9, 0.8, 0.7], 3.0), ([0.4, 0.9, 0.9], np.nan), ([0.9, np.nan, 0.9], 1.0)],
)
def test_a_flow_is_found_up_to_where_the_correlation_falls_short(correlation, found):
    frame = pd.DataFrame({"x": [1, 2, 3], "y": correlation}).assign(
        dataset="d", variant="v", seed=1, status="completed"
    )
    values = reach(SimpleNamespace(along=lambda *names: frame))["value"]
    assert values.tolist() == pytest.approx([found], nan_ok=True)


@pytest.mark.parametrize("flags", [[], ["-OO"]])
def test_definitions_are_there_without_docstrings(flags):
    code = "from equidyn.report import declared; from equidyn.core.domain import find;"
    code += "print(*declared.definition(find('smoke'), 'error', {}), sep='\\n')"
    told = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == declared.definition(find("smoke"), "error", {}) and len(told) > 100


def test_claims_name_sections_that_the_report_can_have():
    for name in built_in():
        domain = find(name)
        report = domain.module("report")
        modules = [
            one for one in (*getattr(report, "SECTIONS", ()), *getattr(report, "AUDIT", ())) if hasattr(one, "section")
        ]
        titles = {one.TITLE for one in modules if hasattr(one, "TITLE")}
        titles |= {declared.title(domain, measure) for measure in entries(domain, "measures")}
        for claim in claims_of([domain]).claims if (domain.folder / "claims.yaml").exists() else ():
            assert set(claim.sections) <= titles | {
                "Variants",
                "Learning curves",
                "Convergence",
                "Cost",
                "League",
                "Data size",
            }, claim.id
