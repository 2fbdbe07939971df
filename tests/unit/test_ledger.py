"""The ledger of made-up results whose truth is known: its verdicts, its tables and its links."""

import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from claims_cells import (
    FIVE,
    LESS,
    LEVELS,
    PAIR,
    PARAMS,
    RMSE,
    Truth,
    around,
    claims_file,
    every_contrast,
    published_claims,
    results,
    value,
)

from equidyn.core.params import load
from equidyn.report.claims.ledger import NO_OTHER, Ledger, ledger
from equidyn.report.claims.links import links
from equidyn.report.claims.model import DEFINITIONS, read_claims
from equidyn.report.claims.tables import claims_table, contrasts_table, scaled_effect
from equidyn.report.claims.words import seeds_words
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table, csv, latex


def _verdicts(found: Ledger) -> dict[str, tuple[str, str]]:
    return {entry.claim.id: (entry.text("corrected"), entry.text("as_published")) for entry in found.entries}


def _noisy(value: float, *key: object) -> float:
    """The value with 2 % of noise."""
    return value * (1 + 0.02 * float(np.random.default_rng([*map(ord, str(key))]).standard_normal()))


def _learned(strict: str) -> object:
    """Follows the level of the data, but in the strict net."""
    return lambda variant, dataset, seed: (
        1e-7 if variant == strict else _noisy(0.01 + 0.1 * LEVELS[dataset], variant, dataset, seed)
    )


def _steeper(lower: str, **others: float) -> object:
    return lambda variant, dataset, seed: _noisy(0.1 if variant == lower else 0.2, variant, dataset, seed)


TRUTH: Truth = {
    # C8: rsteer worse, rsteer-published better than their e2cnn. C13: rgroup and gcnn cannot be told apart. C15: both
    # strict nets are better than cnn.
    ("error", "rmse"): around(
        {"e2cnn": 0.8, "rsteer": 1.0, "rsteer-published": 0.9} | dict.fromkeys(("rgroup", "gcnn", "gcnn-small"), 0.9),
        0.01,
    ),
    ("equivariance", "relative"): _learned("e2cnn"),
    # C6 as published: the strict net is off by more than what matters.
    ("audit/equivariance", "published"): _learned("nothing"),
    ("lie", "relative"): _steeper("e2cnn"),
    ("audit/lie", "published"): _steeper("rsteer-published"),
    ("sharpness", "sphere_mean"): _steeper("rsteer"),
    # C9: by one of its two measures there is nothing but noise.
    ("sharpness", "adaptive_mean"): _steeper("nothing"),
    ("hessian", "tops_median"): _steeper("rsteer"),
    ("hessian", "smallest"): lambda *key: _noisy(-0.3, *key),
    ("hessian", "smallest_error"): lambda *_: 1e-3,
    ("audit/hessian", "negative_share"): lambda *_: 0.0,
}


def test_verdicts_are_those_of_the_truth():
    found = _verdicts(ledger(published_claims(), [results(TRUTH, seeds=FIVE)]))
    assert found == {
        "C1": ("not run", "not run"),
        "C2": ("not run", "not run"),
        "C3": ("not run", "not run"),
        "C4": ("not run", "not run"),
        "C5": ("supported", "supported"),
        "C6": ("supported", "contradicted"),
        "C7": ("contradicted", "supported"),
        "C8": ("contradicted", "supported"),
        "C9": ("inconclusive", "not run"),
        "C10": ("not run", "not run"),
        "C11": ("supported", "not run"),
        "C12": ("contradicted", "supported"),
        "C13": ("contradicted", "supported"),
        "C14": ("not run", "not run"),
        "C15": ("supported", NO_OTHER),
        "C16": ("supported", NO_OTHER),
        **{f"R{number}": ("not run", NO_OTHER) for number in range(1, 20)},
        **{f"T{number}": ("not run", NO_OTHER) for number in range(1, 6)},
        **{f"G{number}": ("not run", NO_OTHER if number in (3, 4) else "not run") for number in range(1, 6)},
        **{f"A{number}": ("not run", NO_OTHER if number == 2 else "not run") for number in range(1, 5)},
        **{f"L{number}": ("not run", "not run") for number in range(1, 4)},
    }


def test_two_seeds_are_too_few_for_any_verdict():
    """But for the one that a counterexample refutes."""
    found = _verdicts(ledger(published_claims(), [results(TRUTH, seeds=(1, 2))]))
    assert found.pop("C12") == ("contradicted", "supported")
    assert found.pop("C6") == ("inconclusive (2 seeds)", "contradicted")
    assert {verdict for pair in found.values() for verdict in pair} == {"not run", "inconclusive (2 seeds)", NO_OTHER}


def test_a_diverged_run_of_three_leaves_two_seeds(tmp_path):
    study = results({("error", "rmse"): value}, diverged=[("e2cnn", "eps000", 3)])
    (entry,) = ledger(read_claims(claims_file(tmp_path)), [study]).entries
    assert str(entry.corrected.judgement) == "inconclusive (2 seeds)"
    assert seeds_words(entry.corrected.crucial.effect) == "2 of 3 seeds, 1 run diverged"


def test_holm_counts_the_claims_of_a_study_and_neither_their_tests_nor_the_other_definition(tmp_path):
    """One claim alone is supported; beside two of pure noise, with the same data, it no longer is."""
    shift = dict(zip(FIVE, (0.9, 0.2, 0.7, 0.1, 0.6), strict=True))  # p = 0.03
    study = results(
        {("error", "rmse"): lambda v, d, seed: -shift[seed] if v == "rsteer" else 0.001 * seed if v == "cnn" else 0.0},
        seeds=FIVE,
    )
    noise = LESS | {"terms": [{"variant": "cnn", "datasets": "all"}], "direction": "greater"}
    beside = noise | {"decides": False}
    (alone,) = ledger(read_claims(claims_file(tmp_path, LESS, beside, beside)), [study]).entries
    assert (alone.text("corrected"), alone.text("as_published")) == ("supported", "supported")
    assert (alone.corrected.family, alone.corrected.p_holm) == (1, alone.corrected.leaning.p)
    claims = read_claims(claims_file(tmp_path, LESS))
    many = claims.model_copy(update={"claims": claims.claims * 3})
    (first, *_) = ledger(many, [study]).entries
    assert first.text("corrected") == "inconclusive"
    assert first.corrected.p_holm == pytest.approx(3 * alone.corrected.p_holm)
    assert first.corrected.seeds_needed > alone.corrected.seeds_needed
    assert first.corrected.judgement.reason == "leans to supported, p is not below 0.05 after correction"


def test_tests_beside_the_verdict_do_not_decide(tmp_path):
    study = results({("error", "rmse"): around({"rsteer": 0.5}, 0.001)}, seeds=FIVE)
    against = LESS | {"direction": "greater"}
    decided = ledger(read_claims(claims_file(tmp_path, LESS, against | {"decides": False})), [study])
    assert _verdicts(decided)["C1"] == ("supported", "supported")
    assert decided.entries[0].corrected.outcomes[1].leaning.verdict == "contradicted"
    whole = ledger(read_claims(claims_file(tmp_path, LESS, against)), [study])
    assert _verdicts(whole)["C1"] == ("contradicted", "contradicted")
    assert whole.entries[0].corrected.crucial.contrast.direction == "greater"


@pytest.mark.parametrize(("bound", "corrected", "share"), [(1e-3, "contradicted", 1.0), (1.0, "inconclusive", 1.0)])
def test_one_counterexample_beyond_its_numerical_error_is_enough_and_has_no_p(tmp_path, bound, corrected, share):
    truth = {
        ("hessian", "smallest"): lambda v, d, seed: -0.1 if seed == 2 else 0.5,
        ("hessian", "smallest_error"): lambda *_: bound,
    }
    every = {
        "study": "smoke-levels",
        "measure": "hessian",
        "quantity": "smallest",
        "error": "smallest_error",
        "rule": "exact",
        "terms": PAIR[:1],
        "direction": "greater",
        "unit": "1",
    }
    found = ledger(read_claims(claims_file(tmp_path, every)), [results(truth)])
    assert _verdicts(found)["C1"] == (corrected, corrected)
    assert found.tests == 0
    assert math.isnan(found.entries[0].corrected.p_holm)


def test_an_effect_that_is_too_small_to_matter_is_none(tmp_path):
    study = results({("error", "rmse"): around({"rsteer": 1.001}, 0.0005)}, seeds=FIVE)
    (entry,) = ledger(read_claims(claims_file(tmp_path, LESS | {"matters": 0.1})), [study]).entries
    assert entry.text("corrected") == "no effect"
    mean, low, high = scaled_effect(entry.corrected.crucial)
    assert -1 < low < mean < high < 1


def test_seeds_that_all_give_the_same_number_are_no_sample(tmp_path):
    (entry,) = ledger(read_claims(claims_file(tmp_path)), [results({("error", "rmse"): lambda *_: 1.0})]).entries
    assert entry.text("corrected") == "inconclusive (no spread)"


def test_an_absolute_figure_needs_the_published_scale(tmp_path):
    absolute = RMSE | {"terms": PAIR[:1], "direction": "none", "matters": 0.1, "reference": 2.0}
    study = results({("error", "rmse"): lambda v, d, seed: 2.01 + 0.001 * seed})
    cells = study.settings.source.resolution
    here, elsewhere = ({"needs": {"source.resolution": wanted}} for wanted in (cells, 2 * cells))
    found = ledger(
        read_claims(claims_file(tmp_path, corrected=[absolute | here], as_published=[absolute | elsewhere])), [study]
    )
    assert _verdicts(found)["C1"] == ("supported", "inconclusive (not the published scale)")
    assert found.entries[0].as_published.judgement.reason == f"resolution is {cells}, not {2 * cells}"
    assert found.tests == 1


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"rsteer": 1.3, "e2cnn": 1.0, "cnn": 1.0}, "supported"),
        ({"rsteer": 1.0, "e2cnn": 1.7, "cnn": 1.0}, "inconclusive (tuning not repeated)"),
        ({"rsteer": 1.0, "e2cnn": 1.0, "cnn": 1.7}, "supported"),  # which the claim does not compare
        ({"rsteer": 4.0, "e2cnn": 4.0, "cnn": 4.0}, "supported"),  # all train less than their trials did
        ({"rsteer": 1.0, "cnn": 1.0}, "supported"),
    ],
)
def test_a_claim_on_nets_whose_tuning_was_luck_stays_open(scores, expected, tmp_path):
    """scores: of the runs, where each trial came to 0.5; the odd seed of three is not the median."""
    study = results({("error", "rmse"): around({"rsteer": 0.5}, 0.001)}, seeds=(1, 2, 3))
    tune = load(PARAMS).studies["smoke-levels"].tune.model_copy(update={"dataset": "eps000"})
    rows = [
        {"dataset": dataset, "variant": name, "seed": seed, "epoch": epoch, "validation_rmse": value}
        for name, score in scores.items()
        for dataset, times in (("eps000", 1), ("eps060", 9))
        for seed, worse in ((1, 1), (2, 1), (3, 5))
        for epoch, value in enumerate((99.0, times * worse * score * 0.5, math.nan))
    ]
    trials = [{"variant": name, "score": 0.5 * chosen, "chosen": chosen} for name in scores for chosen in (True, False)]
    tuned = replace(
        study, settings=study.settings.model_copy(update={"tune": tune}), history=pd.DataFrame(rows), trials=trials
    )
    (entry,) = ledger(read_claims(claims_file(tmp_path)), [tuned]).entries
    assert entry.text("corrected") == entry.text("as_published") == expected
    if "tuning" in expected:
        words = "e2cnn trains to 0.850, where the trial of its learning rate came to 0.500"
        assert entry.corrected.judgement.reason == words


def test_claims_find_their_own_study_among_several():
    other = results({("error", "rmse"): lambda *_: math.nan}, name="smoke-sizes", variants=("cnn",))
    both = ledger(published_claims(), [other, results(TRUTH, seeds=FIVE)])
    assert _verdicts(both) == _verdicts(ledger(published_claims(), [results(TRUTH, seeds=FIVE)]))


@pytest.fixture(scope="module")
def full() -> Ledger:
    return ledger(published_claims(), [results(TRUTH, seeds=FIVE)])


def test_one_row_per_claim_and_its_id_first(full):
    table = pd.read_csv(io.StringIO(csv(claims_table(full))))
    assert list(table.columns)[:2] == ["id", "statement"]
    assert table["id"].tolist() == [entry.claim.id for entry in full.entries]
    for definition in DEFINITIONS:
        columns = {
            f"{key}_{definition}" for key in ("effect", "low", "high", "unit", "seeds", "p", "p_holm", "verdict")
        }
        assert columns <= set(table.columns)
        assert table[f"verdict_{definition}"].tolist() == [entry.text(definition) for entry in full.entries]
    row = table.set_index("id").loc["C8"]
    assert row["effect_corrected"] > 1 > row["effect_as_published"]
    assert row["scaled_corrected"] < 0 < row["scaled_as_published"]
    assert row["low_corrected"] <= row["effect_corrected"] <= row["high_corrected"]
    assert row["p_holm_corrected"] >= row["p_corrected"]


def test_one_row_per_test(full):
    table = pd.read_csv(io.StringIO(csv(contrasts_table(full))))
    assert len(table) == len(every_contrast())
    assert table["p"].notna().sum() == full.tests
    assert (table["scaled_low"].dropna() <= table["scaled_high"].dropna()).all()
    row = table.query("id == 'C7' and definition == 'corrected'").iloc[0]
    by_seed = [float(part.partition(": ")[2]) for part in row["by_seed"].split("; ")]
    assert row["effect"] == pytest.approx(np.exp(np.mean(np.log(by_seed))))
    assert (row["seeds"], row["seeds_run"]) == (5, 5)
    assert row["claimed"] == "below 1; what matters lies outside 0.800 to 1.25"


def test_latex_of_the_ledger_is_plain_ascii(full):
    for table in (claims_table(full), contrasts_table(full)):
        assert latex(table).isascii()


def test_the_tally_counts_every_claim_once(full):
    for definition in DEFINITIONS:
        tally = full.tally(definition)
        assert sorted(name for ids in tally.values() for name in ids) == sorted(e.claim.id for e in full.entries)
    assert tally["supported"] == ["C5", "C7", "C8", "C12", "C13"]


def test_links_lead_only_to_what_the_page_has():
    claim = next(claim for claim in published_claims().claims if claim.id == "C8")
    table = Table("a-table", "", pd.DataFrame(), pd.DataFrame())
    error, other = Section("Test error", tables=[table]), Section("Elsewhere")
    (link,) = links(claim, [("smoke-sizes", [error]), ("smoke-levels", [other, error])])
    assert (link.study, link.title, link.picture, link.table) == ("smoke-levels", "Test error", None, table)
    assert links(claim, [("smoke-levels", [other])]) == []
