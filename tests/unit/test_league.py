"""The league's charts and its table by kind: known answers."""

from dataclasses import replace

import pytest
from claims_cells import REFERENCE, Truth, results

from equidyn.core.params import load
from equidyn.core.params.training import TrainingOverride
from equidyn.report.figures.style import styled
from equidyn.report.gather import StudyResults
from equidyn.report.labels import by_size, panel_heads
from equidyn.report.sections import league
from equidyn.report.sections.league_charts import _symmetry, training_costs
from equidyn.report.sections.league_overall import overall
from equidyn.report.sections.quantity_values import headlines, symmetry
from equidyn.report.sections.section import Section

ERRORS = {"cnn": 3.0, "gcnn": 2.0, "projection": 1.0, "rpp": 5.0, "softeq": 4.0, "gcnn-small": 6.0}
KEPT = {"cnn": 0.4, "gcnn": 1e-7, "projection": 0.1, "rpp": 0.2, "softeq": 0.3, "gcnn-small": 1e-7}
ERROR: Truth = {("error", "rmse"): lambda variant, dataset, seed: ERRORS.get(variant, 7.0) + 0.01 * seed}
BOTH: Truth = ERROR | {("equivariance", "pairwise"): lambda variant, dataset, seed: KEPT.get(variant, 0.5)}


def _study(truth: Truth, variants: list[str] | None = None, **changes: object) -> StudyResults:
    """Made-up numbers of networks that the reference study compares."""
    every = load(REFERENCE).studies["smoke-methods"].variants
    chosen = {name: every[name] for name in variants or ERRORS}
    made = results(truth, variants=chosen, **changes)
    return replace(made, settings=made.settings.model_copy(update={"variants": chosen}))


def _section(study: StudyResults) -> Section:
    with styled():
        return league.section(study)


def test_a_training_costs_its_arithmetic_times_the_samples_seen():
    study = _study(ERROR, diverged=[("cnn", "eps000", 1)])
    bigger = study.settings.variants["gcnn"].model_copy(
        update={"training": TrainingOverride(batch_size=2 * study.settings.training.batch_size)}
    )
    runs = study.runs.copy()
    runs.loc[runs["variant"] == "rpp", "multiply_adds"] *= 5
    runs.loc[(runs["variant"] == "softeq") & (runs["dataset"] == "eps030"), "epochs"] = 9
    runs.loc[runs["status"] == "diverged", "epochs"] = 1
    runs.loc[runs["variant"] == "gcnn-small", "trained_parameters"] = 0
    settings = study.settings.model_copy(update={"variants": study.settings.variants | {"gcnn": bigger}})
    costs = training_costs(replace(study, settings=settings, runs=runs), list(ERRORS)).set_index(["variant", "dataset"])
    found = costs["x"].unstack()
    assert found.loc["cnn"].tolist() == [1.0] * 3 and found.loc["gcnn"].tolist() == [2.0] * 3
    assert found.loc["rpp"].tolist() == [5.0] * 3 and found.loc["softeq"].tolist() == [1.0, 3.0, 1.0]
    assert "gcnn-small" not in found.index


def test_networks_at_round_off_stand_left_of_all_others_and_of_the_ticks():
    study = _study(BOTH)
    against = _symmetry(study, symmetry(study), list(ERRORS))
    at = against.frame.set_index(["variant", "dataset"])["x"].unstack()
    assert at.loc["gcnn"].tolist() == pytest.approx([0.025] * 3)
    assert at.loc["projection"].tolist() == pytest.approx([0.1] * 3)
    assert 0.025 < against.floor < 0.1 and "10⁻⁵" in against.words
    data, parted = against.guides
    assert list(data.values.values()) == pytest.approx([0.025, 0.3, 0.6]) and parted.label == "left: round-off"


def test_what_was_not_measured_is_not_drawn_and_one_seed_is_enough():
    names = ["smoke-levels--league-cost", "smoke-levels--league-symmetry"]
    assert [shown.name for shown in _section(_study(BOTH, seeds=[1])).pictures] == names
    assert [shown.name for shown in _section(_study(ERROR)).pictures] == names[:1]
    untrained = _study(BOTH)
    untrained.runs["epochs"] = 0
    assert [shown.name for shown in _section(untrained).pictures] == names[1:]


def test_many_variants_come_in_parts_that_show_the_others_in_grey():
    names = list(load(REFERENCE).studies["smoke-methods"].variants)
    section = _section(_study(BOTH, names, datasets={"eps000": {"value": 0.0}}))
    order, *parts = section.pictures
    assert len(names) > 24 and len(parts) >= 4
    assert all("Grey: the other variants." in shown.caption for shown in parts)
    assert "Not counted is what the training of these does besides: remul" in parts[0].caption
    assert order.name == "smoke-levels--league" and "Over all datasets, projection comes" in section.finding[1]


def test_the_order_of_all_is_that_of_factors_whatever_the_data_and_seed():
    names = list(load(REFERENCE).studies["smoke-methods"].variants)
    factors = {name: 1.1**place for place, name in enumerate(names)}
    scale = {"eps000": 1.0, "eps030": 7.0, "eps060": 3.0}
    truth = {("error", "rmse"): lambda variant, dataset, seed: factors[variant] * scale[dataset] * seed}
    study = _study(truth, names, diverged=[(names[3], "eps030", 2)])
    found = overall(study, headlines(study)[0], names)
    middle = 1.1 ** ((len(names) - 1) / 2)
    assert found["variant"].tolist() == names
    assert found["mean"].tolist() == pytest.approx([factor / middle for factor in factors.values()], rel=1e-12)
    assert (found["high"] - found["low"]).max() < 1e-9


def test_a_grid_of_levels_and_sizes_shows_panels_of_the_largest_size():
    study = load(REFERENCE).studies["smoke-methods"]
    assert list(panel_heads(study)) == ["eps000-n4", "eps045-n4", "eps090-n4"]
    assert by_size(study)["1 scene"] == ["eps000-n1", "eps045-n1", "eps090-n1"]
    assert by_size(load(REFERENCE).studies["smoke-levels"]) == by_size(load(REFERENCE).studies["gaussian-sizes"]) == {}


def test_where_all_are_exact_the_sentence_says_it_once():
    section = _section(_study(ERROR | {("equivariance", "pairwise"): lambda *_: 1e-7}))
    assert section.finding[-1].startswith("On all datasets the variant with the best mean is exact")


def test_the_best_of_each_kind_and_the_symmetry_of_the_best_of_all():
    section = _section(_study(BOTH, diverged=[("projection", "eps060", seed) for seed in (1, 2, 3)]))
    data = section.tables[1].data.set_index(["dataset", "kind"])
    assert data.loc[("eps000", "gcnn"), "variant"] == "gcnn" and data.loc[("eps000", "gcnn"), "symmetry"] == 1e-7
    assert data.loc[("eps000", "gcnn, relaxed by projection"), "symmetry"] == pytest.approx(0.1)
    assert ("eps060", "gcnn, relaxed by projection") not in data.index
    assert section.finding[-1] == (
        "Learned equivariance error, of the variant with the best mean: 0.10 at ε = 0 (projection); 0.10 at ε = 0.3 "
        "(projection); below 10⁻⁵ at ε = 0.6 (gcnn)."
    )
    assert "gcnn: 2.020 ± 0.025; below 10⁻⁵" in section.tables[1].rows[1][1].replace("\N{NO-BREAK SPACE}", " ")


def test_without_a_choice_within_a_kind_there_is_no_table_of_kinds():
    section = _section(_study(BOTH, ["cnn", "gcnn", "rgroup"]))
    assert len(section.tables) == 1 and not any("Learned" in said for said in section.finding)


def test_kinds_are_compared_without_a_measure_of_symmetry_too():
    section = _section(_study(ERROR))
    assert len(section.tables) == 2 and not any("Learned" in said for said in section.finding)
    assert section.tables[1].rows[0][1].endswith("0.025")
