"""The shipped reference results: their ledger and tables are those that their numbers give."""

from pathlib import Path

import pandas as pd
import pytest

from equidyn.report.archive import load
from equidyn.report.report import run_from

REFERENCE = Path(__file__).resolve().parents[2] / "reports/reference"


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report, made again from the numbers."""
    return run_from(REFERENCE, tmp_path_factory.mktemp("reference") / "report").parent


def test_tables_are_those_of_the_numbers(again: Path) -> None:
    shipped = sorted((REFERENCE / "report/tables").glob("*.csv"))
    assert shipped
    for table in shipped:
        assert table.read_bytes() == (again / "tables" / table.name).read_bytes(), table.name


def test_a_claim_is_decided_or_says_how_many_seeds_it_would_take(again: Path) -> None:
    """Or why no number of seeds would decide it."""
    claims = pd.read_csv(again / "tables/claims.csv").query("verdict_corrected != 'not run'")
    open_ones = claims[claims["verdict_corrected"].str.startswith("inconclusive")]
    assert len(claims) and (open_ones["seeds_needed_corrected"].notna() | open_ones["reason_corrected"].notna()).all()


def test_what_is_not_finished_is_said_and_all_of_it_is_small(again: Path) -> None:
    about = (again / "pages/about-this-run.html").read_text(encoding="utf-8")
    for sentence in load(REFERENCE).unfinished:
        assert sentence.partition(": ")[2] in about
    files = [path for path in REFERENCE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 20_000_000
    assert not [path for path in files if path.suffix in (".safetensors", ".h5", ".pt")]
