"""Claims beside runs that were trained for longer, on made-up results whose truth is known."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from claims_cells import FIVE, LESS, LEVELS, around, claims_file, controlled_by, results

from equidyn.report.claims.ledger import Entry, Ledger, ledger
from equidyn.report.claims.model import read_claims
from equidyn.report.claims.tables import claims_table, contrasts_table
from equidyn.report.gather import StudyResults
from equidyn.report.metrics import metrics
from equidyn.report.moves import moves

RATIO = LESS | {"form": "ratio", "matters": 1.05}
BEFORE = around({"rsteer": 1.0, "e2cnn": 1.2}, 0.01)
ERROR = ("error", "rmse")


def _study(after: Callable | None, datasets: tuple[str, ...] = tuple(LEVELS), **control: float) -> StudyResults:
    """Five seeds; two of them trained again, to the values of `after`."""
    study = results({ERROR: BEFORE}, seeds=FIVE)
    return study if after is None else controlled_by(study, {ERROR: after}, (2, 4), datasets, **control)


def _ledger(folder: Path, study: StudyResults, *tests: dict) -> Ledger:
    return ledger(read_claims(claims_file(folder, *tests)), [study])


def _entry(folder: Path, study: StudyResults, *tests: dict) -> Entry:
    return _ledger(folder, study, *tests).entries[0]


def _moved(**by: float) -> Callable:
    """The values before, of some variants moved."""
    return lambda variant, dataset, seed: BEFORE(variant, dataset, seed) + by.get(variant, 0.0)


CASES = {
    "nothing moves": (LESS, _moved(), {}, "yes", ""),
    "both move alike": (LESS, _moved(rsteer=-0.3, e2cnn=-0.3), {}, "yes", ""),
    "the effect changes its sign": (LESS, _moved(rsteer=0.3), {}, "no", "its sign changes and it leaves its interval"),
    "the effect leaves its interval": (LESS, _moved(rsteer=-0.1), {}, "no", "it leaves its interval"),
    "of a ratio": (RATIO, lambda *cell: BEFORE(*cell) * (2 if cell[0] == "rsteer" else 1), {}, "no", "its sign"),
    "of a ratio that stays": (RATIO, lambda *cell: 0.8 * BEFORE(*cell), {}, "yes", ""),
    "errors move by too much": (
        RATIO,
        lambda *cell: 0.8 * BEFORE(*cell),
        {"largest_move": 0.05},
        "no",
        "the error of e2cnn moves by −20.0 % and the error of rsteer moves by −20.0 %",
    ),
    "none is claimed, and none is there": (
        LESS | {"direction": "none", "matters": 5.0, "terms": [{"variant": "rsteer", "datasets": "symmetric"}]}
        | {"reference": 1.0},
        _moved(),
        {},
        "yes",
        "",
    ),
    "an identity": (LESS | {"rule": "exact"}, _moved(rsteer=0.3), {}, "–", ""),
    "no control": (LESS, None, {}, "not checked", "the study has no control"),
    "a control that diverged": (LESS, lambda *_: float("nan"), {}, "not checked", "too few finite runs"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_longer_training_is_held_against_sign_and_interval(case: str, tmp_path: Path) -> None:
    test, after, control, expected, reason = CASES[case]
    defined = _entry(tmp_path, _study(after, **control), test).corrected
    assert defined.converged == expected
    assert defined.crucial.convergence.reason.startswith(reason)


def test_a_sign_within_the_interval_counts_unless_none_is_claimed(tmp_path: Path) -> None:
    """Seeds that spread around 0: a small move changes the sign, and stays within the interval."""
    spread = dict(zip(FIVE, (0.9, -0.8, 0.7, -0.6, -0.1), strict=True))  # mean .02
    study = results({ERROR: lambda v, d, seed: spread[seed] if v == "rsteer" else 0.0}, seeds=FIVE)
    after = {ERROR: lambda v, d, seed: spread[seed] - 0.1 if v == "rsteer" else 0.0}
    study = controlled_by(study, after, (2, 4), tuple(LEVELS))
    assert _entry(tmp_path, study, LESS).corrected.crucial.convergence.reason == "its sign changes"
    none = LESS | {"direction": "none", "matters": 0.5}
    assert _entry(tmp_path, study, none).corrected.converged == "yes"


def test_the_effect_of_all_seeds_moves_as_that_of_the_controls_seeds(tmp_path: Path) -> None:
    entry = _entry(tmp_path, _study(_moved(rsteer=-0.1)))
    assert entry.corrected.crucial.convergence.effect == pytest.approx(entry.corrected.crucial.effect.mean - 0.1)


def test_of_a_group_of_datasets_those_count_that_the_control_has(tmp_path: Path) -> None:
    """rsteer is 5 higher at eps030; that the control lacks it must not look like a move."""
    raised = lambda variant, dataset, seed: BEFORE(variant, dataset, seed) + 5 * (dataset == "eps030")  # noqa: E731
    broken = LESS | {"terms": [{"variant": "rsteer", "datasets": "broken"}], "reference": 3.0}
    study = results({ERROR: raised}, seeds=FIVE)
    partly = controlled_by(study, {ERROR: raised}, (2, 4), ("eps060",))
    assert _entry(tmp_path, partly, broken).corrected.converged == "yes"
    without = controlled_by(study, {ERROR: raised}, (2, 4), ("eps000",))
    found = _entry(tmp_path, without, broken).corrected
    assert (found.converged, found.crucial.convergence.reason) == ("not checked", "the control lacks its datasets")
    highest = broken | {"terms": [{"variant": "rsteer", "datasets": "highest"}]}
    lower = controlled_by(study, {ERROR: raised}, (2, 4), ("eps000", "eps030"))
    assert _entry(tmp_path, lower, highest).corrected.converged == "not checked"  # not the highest that it has


def test_a_verdict_stands_beside_its_convergence_everywhere(tmp_path: Path) -> None:
    study = _study(_moved(rsteer=-0.1))
    found = _ledger(tmp_path, study)
    assert found.entries[0].shown("corrected") == "supported; not converged"
    assert _entry(tmp_path, _study(None)).shown("corrected") == "supported; convergence not checked"
    row = claims_table(found).data.iloc[0]
    assert (row["verdict_corrected"], row["converged_corrected"]) == ("supported", "no")
    assert row["effect_control_corrected"] == pytest.approx(row["effect_corrected"] - 0.1)
    assert claims_table(found).view["verdict, corrected"].tolist() == ["supported; not converged"]
    assert contrasts_table(found).view["converged"].tolist() == ["no", "no"]
    assert metrics([study], found)["converged"]["corrected"] == {"no": 1, "not checked": 0, "yes": 0}


def test_one_primary_test_that_has_not_converged_is_enough_and_others_do_not_count(tmp_path: Path) -> None:
    still = LESS | {"terms": [{"variant": "cnn", "datasets": "all"}], "direction": "greater"}
    study = _study(_moved(rsteer=-0.1))
    assert _entry(tmp_path, study, still).corrected.converged == "yes"
    assert _entry(tmp_path, study, still, LESS).corrected.converged == "no"
    assert _entry(tmp_path, study, still, LESS | {"decides": False}).corrected.converged == "yes"


def test_moves_are_of_each_run_against_the_shorter_one_of_its_seed() -> None:
    shares = {2: 0.9, 4: 0.7}
    study = _study(lambda variant, dataset, seed: BEFORE(variant, dataset, seed) * shares[seed])
    found = moves(study).set_index("variant")
    assert found.index.tolist() == study.variants
    assert found.loc["gcnn"].tolist() == pytest.approx([-0.2, -0.3, -0.1])
    assert moves(replace(study, controls=None)).empty
