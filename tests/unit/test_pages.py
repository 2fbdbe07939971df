"""What the pages say of a made-up ledger: sentences, the chart of all claims, and how sections are dealt out."""

from dataclasses import replace

import pandas as pd
import pytest
from claims_cells import LESS, PAIR, around, claims_file, results

from equidyn.report.claims.ledger import Ledger, ledger
from equidyn.report.claims.model import read_claims
from equidyn.report.claims.reference import Reference
from equidyn.report.claims.verdict import Verdict
from equidyn.report.figures.style import Picture
from equidyn.report.pages import text
from equidyn.report.pages.forest import MOST, forest
from equidyn.report.pages.known import all_known, known, spans
from equidyn.report.pages.sentences import sentences
from equidyn.report.pages.sheets import sheets
from equidyn.report.part import StudyPart
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table

RATIO = LESS | {"form": "ratio", "matters": 1.05}
STUDY = "smoke-levels"


def _ledger(tmp_path, ratio: float, noise: float = 0.002, seeds: int = 5, **claim) -> Ledger:
    """One claim, that rsteer has a lower error than e2cnn, of seeds whose errors have this ratio."""
    truth = {("error", "rmse"): around({"rsteer": ratio, "e2cnn": 1.0}, noise)}
    study = results(truth, seeds=range(1, seeds + 1))
    claims = {"corrected": [RATIO], "as_published": []} | claim
    return ledger(read_claims(claims_file(tmp_path, **claims)), [study])


def _with_reference(found: Ledger, **reference) -> Ledger:
    told = Reference(**{"verdict": "supported", "seeds": 12} | reference)
    return replace(found, entries=[replace(entry, reference=told) for entry in found.entries])


def _said(found: Ledger) -> dict[str, str]:
    return {one.head: f"{one.lead} {[item.text for item in one.items]} {one.tail}" for one in sentences(found)}


def test_the_sentences_follow_the_verdicts(tmp_path):
    held, broken = (_said(_ledger(tmp_path, ratio, worth="toys")) for ratio in (0.5, 2.0))
    assert held["What holds"].startswith("1 of the 1 claim tested:") and "Nothing" not in held
    assert held["What is refuted"].startswith("0 claims.")
    assert broken["What is refuted"].startswith("1 claim:")
    assert "50 % lower" in held["What symmetry was worth"] and "100 % higher" in broken["What symmetry was worth"]
    assert "What stays open" not in held


def test_what_symmetry_was_worth_is_not_told_of_nets_whose_tuning_was_luck(tmp_path, monkeypatch):
    monkeypatch.setattr("equidyn.report.claims.ledger.unrepeated", lambda study: {"e2cnn": "e2cnn trains to 0.3"})
    said = _said(_ledger(tmp_path, 0.5, worth="toys"))
    assert "What symmetry was worth" not in said and said["What stays open"].startswith("1 claim")


def test_what_is_open_says_where_it_leans_and_how_many_seeds_are_wanted(tmp_path):
    found = _ledger(tmp_path, 0.7, noise=0.1, seeds=4)
    (item,) = next(one for one in sentences(found) if one.head == "What stays open").items
    assert item.note.startswith("about ") and item.note.endswith(" seeds")


def test_the_reference_says_what_is_known_where_it_has_tried_a_claim(tmp_path):
    found = _ledger(tmp_path, 0.5)
    other = _with_reference(
        found, verdict="inconclusive (no spread)", scaled=0.2, scaled_low=-1.0, scaled_high=1.4, agrees=False
    )
    assert known(found.entries[0]).verdict == Verdict.SUPPORTED
    assert known(other.entries[0]).verdict == Verdict.INCONCLUSIVE and known(other.entries[0]).by_reference
    assert "agrees with the reference on 0 of 1 claims" in _said(other)["How sure"]
    (row,) = forest(other, [STUDY]).rows
    assert row.reference.at == pytest.approx(50, abs=5) and row.run.at > 80 and not row.decided
    assert "reference 0.2 [-1.0, 1.4]" in row.words
    assert forest(found, [STUDY]).kinds == set() and forest(other, [STUDY]).kinds == {"reference"}


def test_right_speaks_for_a_claim_whatever_its_direction(tmp_path):
    less = spans(_ledger(tmp_path, 0.5).entries[0])[0]
    greater = spans(_ledger(tmp_path, 2.0, corrected=[RATIO | {"direction": "greater"}]).entries[0])[0]
    none = [
        spans(_ledger(tmp_path, ratio, corrected=[RATIO | {"direction": "none"}]).entries[0])[0] for ratio in (0.5, 2)
    ]
    assert less[0] > 1 and greater[0] > 1
    assert all(low <= mean <= high < -1 for mean, low, high in none)  # outside what is too small to matter: against it


def test_a_published_figure_stands_on_the_same_axis(tmp_path):
    found = forest(_ledger(tmp_path, 0.5, read=0.5), [STUDY])
    (row,) = found.rows
    assert row.published == pytest.approx(row.run.at, abs=0.5)
    assert found.kinds == {"published"}


def test_an_interval_beyond_the_means_is_cut_with_an_arrow(tmp_path):
    found = _with_reference(_ledger(tmp_path, 0.99), scaled=0.5, scaled_low=-50.0, scaled_high=51.0)
    (row,) = forest(found, [STUDY]).rows
    assert row.reference.cut == ("left", "right") and 0 < row.reference.left < row.reference.right < 100
    assert forest(found, [STUDY]).cut


def test_a_screen_has_room_for_some_claims_and_the_decided_come_first(tmp_path):
    entries = [*_ledger(tmp_path, 0.5, seeds=2).entries * MOST, *_ledger(tmp_path, 0.5).entries]
    found = forest(replace(_ledger(tmp_path, 0.5), entries=[replace(entry) for entry in entries]), [STUDY])
    assert len(found.rows) == MOST and found.left_out == 1
    assert found.rows[-1].verdict == Verdict.SUPPORTED


def test_a_claim_that_nobody_tried_is_not_known(tmp_path):
    found = _ledger(tmp_path, 0.5, corrected=[RATIO | {"terms": [PAIR[0] | {"variant": "absent"}, PAIR[1]]}])
    assert all_known(found) == [] and sentences(found)[0].head == "Nothing is known yet"
    assert len(all_known(_with_reference(found))) == 1


def test_a_page_has_the_first_figures_and_its_appendix_the_rest():
    pictures = [Picture(name, "", "", {"svg": b""}) for name in "abc"]
    frame = pd.DataFrame({"x": [1]})
    sections = [
        Section("One", ["words"], pictures[:2], [Table("t", "T.", frame, frame)]),
        Section("Two", [], pictures[2:], [], (), "appendix"),
        Section("Audit: three", ["words"], place="audit"),
    ]
    first, more = sheets([StudyPart("toy-cnn", sections)])
    assert (first.file, first.title, first.other) == ("toy-cnn.html", "Toy CNN", "toy-cnn-appendix.html")
    assert [number for card in first.cards for number, _ in card.pictures] == ["1"]
    assert list(more.parts) == ["More of this run", "Audit of the published code"]
    assert [(number, shown.name) for card in more.cards for number, shown in card.pictures] == [
        ("A1", "b"),
        ("A2", "c"),
    ]
    assert first.addresses["table-t"] == "toy-cnn.html#table-t"
    assert more.addresses["figure-c"] == "toy-cnn-appendix.html#figure-c"
    assert len(sheets([StudyPart("drawn", sections[:1], compared=False)])) == 1


def test_wide_tables_come_in_pieces_that_paper_is_wide_enough_for():
    columns = {"data": ["a", "b"], "variant": ["m", "n"]} | {
        f"q{place}": ["1.0 ± 0.1", "2.0 ± 0.1 *"] for place in range(9)
    }
    view = pd.DataFrame(columns).replace("2.0 ± 0.1 *", "2.0 ± 0.1\N{NO-BREAK SPACE}*")
    found = text.pieces(Table("t", "T.", view, view))
    assert [[head for head, _ in piece.heads][:2] for piece in found] == [["data", "variant"]] * 2
    assert [head for piece in found for head, _ in piece.heads[2:]] == [f"q{place}" for place in range(9)]
    assert all(len(piece.heads) <= 8 for piece in found)
    assert found[0].heads[2][1] == "n" and found[0].rows[1][2].best and found[0].rows[1][2].text == "2.0 ± 0.1"
