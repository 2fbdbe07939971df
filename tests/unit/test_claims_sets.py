"""The claims on sets, on made-up results whose truth is known; and claims that have but one definition."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from claims_cells import (
    FIVE,
    LESS,
    OPTIONAL_SETS,
    SETS,
    Truth,
    around,
    claims_file,
    every_contrast,
    published_claims,
    results,
    set_results,
    value,
)

from equidyn.core.params import load
from equidyn.report.claims.ledger import NO_OTHER, Ledger, ledger
from equidyn.report.claims.model import Claims, read_claims
from equidyn.report.claims.tables import claims_table, contrasts_table, effect_text
from equidyn.report.tables import csv, latex, markdown

PROJECT = Path(__file__).resolve().parents[2]
IDS = [f"G{number}" for number in range(1, 6)]
Centre = Callable[[str, str], float]  # of (variant, dataset)


def _near(centre: Centre) -> Callable[[str, str, int], float]:
    """The centre with noise, most of which a seed's runs share."""
    noise = around({}, 0.0005, otherwise=0.0)
    return lambda variant, dataset, seed: centre(variant, dataset) + noise(variant, dataset, seed)


def _accuracy(variant: str, dataset: str) -> float:
    best = {"intrinsic-exchangeable": 0.70, "intrinsic": 0.68, "intrinsic-sum": 0.55}
    return best.get(variant, 0.60) + (0.05 if dataset == "fresh" else 0.0)


def _cost(variant: str, *_: object) -> float:
    return {"mlp-symmetrized": 26560.0, "intrinsic": 24320.0}.get(variant, 2656.0)


def _only(names: str, there: float, elsewhere: float) -> Centre:
    """One value for the variants and datasets in `names`, another for the rest."""
    return lambda variant, dataset: there if {variant, dataset} & set(names.split()) else elsewhere


def _but(variant: str, dataset: str, instead: float) -> Centre:
    """The accuracies of TRUTH but for one cell."""
    return lambda name, place: instead if (name, place) == (variant, dataset) else _accuracy(name, place)


TRUTH: Truth = {
    ("accuracy", "accuracy"): _near(_accuracy),
    ("accuracy", "train_loss"): _near(_only("intrinsic-sum", 0.75, 0.57)),
    ("overfitting", "gap"): _near(_only("static", 0.40, 0.02)),
    ("overfitting", "rise"): _near(_only("static", 0.30, 0.01)),
    ("overfitting", "best"): _near(_only("intrinsic-sum", 0.72, 0.58)),
    ("cost", "multiply_adds"): _cost,
}


@cache
def _sets() -> Claims:
    """The shipped claims on sets alone."""
    claims = published_claims()
    return claims.model_copy(update={"claims": [claim for claim in claims.claims if claim.id in IDS]})


def _verdicts(found: Ledger) -> dict[str, str]:
    return {entry.claim.id: entry.text("corrected") for entry in found.entries if entry.claim.id in IDS}


def _with(changes: Truth) -> dict[str, str]:
    """The verdicts where the truth is another, among all claims that the project ships."""
    return _verdicts(ledger(published_claims(), [set_results(TRUTH | changes)]))


def test_every_claim_is_supported_where_it_is_true():
    assert _with({}) == dict.fromkeys(IDS, "supported")


@pytest.mark.parametrize(
    ("name", "quantity", "reversed_truth"),
    [
        # One way that does better than intrinsic is enough, whichever it is.
        *(("G1", "accuracy.accuracy", _but(rival, "static", 0.71)) for rival in (*SETS[:6], *OPTIONAL_SETS)),
        ("G2", "cost.multiply_adds", _only("intrinsic", 30000.0, 2656.0)),
        ("G2", "cost.multiply_adds", _only("mlp-canonical", 30000.0, 2656.0)),
        ("G3", "overfitting.gap", _only("fresh", 0.40, 0.02)),
        ("G3", "overfitting.rise", lambda variant, dataset: 0.2 if variant == "transformer" else 0.01),
        ("G4", "accuracy.accuracy", _but("intrinsic-exchangeable", "static", 0.66)),
        ("G5", "accuracy.train_loss", _only("intrinsic-sum", 0.50, 0.57)),
        ("G5", "overfitting.best", _only("intrinsic-sum", 0.50, 0.57)),
        ("G5", "accuracy.accuracy", _but("intrinsic-sum", "static", 0.69)),
    ],
)
def test_a_claim_is_contradicted_where_it_is_false(name, quantity, reversed_truth):
    found = _with({tuple(quantity.split(".")): _near(reversed_truth)})
    assert found[name] == "contradicted"
    assert {other for other, said in found.items() if said == "contradicted"} == {name}


@pytest.mark.parametrize(
    ("name", "quantity", "truth"),
    [
        ("G1", "accuracy.accuracy", _but("mlp-canonical", "static", 0.68)),  # a rival that is as accurate
        ("G2", "cost.multiply_adds", lambda *_: 2656.0),
        ("G3", "overfitting.gap", lambda *_: 0.02),  # nothing to remove
        ("G3", "overfitting.rise", lambda *_: 0.03),  # at its margin
        ("G4", "accuracy.accuracy", _but("intrinsic-exchangeable", "static", 0.68)),
        ("G5", "accuracy.accuracy", _but("intrinsic-sum", "static", 0.68)),  # a high loss on right answers
        ("G5", "overfitting.best", lambda *_: 0.58),  # no worse where it cannot over-fit
    ],
)
def test_part_of_a_claim_does_not_support_it(name, quantity, truth):
    centre = truth if quantity == "cost.multiply_adds" else _near(truth)
    found = _with({tuple(quantity.split(".")): centre})
    assert found[name] == "inconclusive"
    assert "contradicted" not in found.values()


def test_accuracy_on_fresh_samples_stands_beside_the_verdicts():
    worse = {("accuracy", "accuracy"): _near(lambda v, d: 0.55 if d == "fresh" else _accuracy(v, d))}
    even = _but("intrinsic-exchangeable", "fresh", 0.72)
    assert _with(worse)["G3"] == "supported"
    assert _with({("accuracy", "accuracy"): _near(even)})["G4"] == "supported"


def test_two_seeds_are_too_few():
    found = _verdicts(ledger(_sets(), [set_results(TRUTH, seeds=(1, 2))]))
    assert found == dict.fromkeys(IDS, "inconclusive (2 seeds)")


def test_what_was_not_run_is_said():
    without = ledger(published_claims(), [results({("error", "rmse"): value})])
    assert _verdicts(without) == dict.fromkeys(IDS, "not run")
    assert {e.corrected.judgement.reason for e in without.entries if e.claim.id in IDS} == {"no study gaussian"}
    fewer = ledger(_sets(), [set_results(TRUTH, variants=[name for name in SETS if name != "mlp-sampled"])])
    assert _verdicts(fewer)["G1"] == "inconclusive"
    assert "gaussian has no variant mlp-sampled" in fewer.entries[0].corrected.judgement.reason


def test_costs_that_all_seeds_share_have_no_doubt_and_take_nothing_from_other_claims():
    found = ledger(_sets(), [set_results(TRUTH)])
    ratios = found.entries[IDS.index("G2")].corrected.outcomes
    assert [effect_text(outcome) for outcome in ratios] == ["1.09 [1.09, 1.09] times", "10.0 [10.0, 10.0] times"]
    assert [(outcome.p, outcome.p_holm) for outcome in ratios] == [(0.0, 0.0)] * 2
    kept = _sets().model_copy(update={"claims": [claim for claim in _sets().claims if claim.id != "G2"]})
    without = ledger(kept, [set_results(TRUTH)])
    assert _holm(found, but="G2") == pytest.approx(_holm(without), rel=1e-12)


def test_optional_tests_decide_only_where_they_are_run():
    (entry, *_) = ledger(_sets(), [set_results(TRUTH, variants=SETS)]).entries
    assert (entry.claim.id, entry.text("corrected"), entry.corrected.judgement.reason) == ("G1", "supported", "")
    assert [outcome.decides for outcome in entry.corrected.outcomes] == [True] * 6 + [False] * 5
    assert all(outcome.decides for outcome in ledger(_sets(), [set_results(TRUTH)]).entries[0].corrected.outcomes)


def _holm(found: Ledger, but: str = "") -> list[float]:
    return [outcome.p_holm for claim, _, outcome in found.outcomes() if claim.id != but]


@pytest.mark.parametrize(("folder", "optional"), [(".", False), ("presets/paper", True)])
def test_the_most_accurate_is_compared_with_every_net_that_is_not_intrinsic(folder, optional):
    variants = load(PROJECT / folder / "params.yaml").studies["gaussian"].variants
    rivals = {name for name, variant in variants.items() if variant.model in ("mlp", "transformer")}
    tests = [test for test in _sets().claims[0].corrected if optional or not test.optional]
    assert {term.variant for test in tests for term in test.terms if term.weight < 0} == rivals


def test_every_variant_that_claims_name_is_among_the_made_up_ones():
    named = {term.variant for test in every_contrast() if test.study == "gaussian" for term in test.terms}
    assert named == set(SETS + OPTIONAL_SETS)


def test_a_definition_that_a_claim_lacks_makes_no_test():
    found = ledger(_sets(), [set_results(TRUTH)])
    assert found.tests == sum(len(claim.corrected) for claim in _sets().claims)
    assert {definition for _, definition, _ in found.outcomes()} == {"corrected"}
    assert all(entry.as_published is None and entry.text("as_published") == NO_OTHER for entry in found.entries)


def test_holm_counts_a_claim_with_one_definition_once(tmp_path):
    shift = dict(zip(FIVE, (0.9, 0.2, 0.7, 0.1, 0.6), strict=True))  # p = 0.03
    study = results({("error", "rmse"): lambda v, d, seed: -shift[seed] if v == "rsteer" else 0.0}, seeds=FIVE)
    once = ledger(read_claims(claims_file(tmp_path, LESS, as_published=[])), [study])
    assert (once.tests, once.entries[0].text("corrected")) == (1, "supported")
    twice = ledger(read_claims(claims_file(tmp_path, LESS)), [study])
    assert (twice.tests, twice.entries[0].text("corrected")) == (2, "inconclusive")


def test_the_tally_tells_of_claims_without_another_definition():
    found = ledger(published_claims(), [set_results(TRUTH)])
    assert [name for name in found.tally("as_published")[NO_OTHER] if name in IDS] == IDS
    assert list(found.tally("as_published"))[-1] == NO_OTHER
    assert NO_OTHER not in found.tally("corrected")
    assert found.tally("corrected")["supported"] == IDS


def test_tables_say_in_words_that_there_is_no_other_definition():
    found = ledger(published_claims(), [set_results(TRUTH)])
    table = claims_table(found)
    data = pd.read_csv(io.StringIO(csv(table))).set_index("id")
    assert set(data.loc[IDS, "verdict_as_published"]) == {NO_OTHER}
    assert data.loc[IDS, [f"{key}_as_published" for key in ("reason", "study", "test", "unit")]].notna().all(axis=None)
    assert (
        data.loc[IDS, [f"{key}_as_published" for key in ("effect", "low", "high", "p", "p_holm")]].isna().all(axis=None)
    )
    for count in ("tests", "seeds", "seeds_run", "diverged"):
        assert data[f"{count}_as_published"].dtype.kind == "i" and not data.loc[IDS, f"{count}_as_published"].any()
    view = table.view.set_index("id").loc["G1"]
    assert (view["effect, as published"], view["verdict, as published"]) == ("–", NO_OTHER)
    told = data["verdict_as_published"].tolist().count(NO_OTHER)
    assert latex(table).isascii() and markdown(table).count(NO_OTHER) == told
    tests = contrasts_table(found).data
    assert set(tests[tests["id"].isin(IDS)]["definition"]) == {"corrected"}
