"""The test preset by both engines, with a warm start and without: the same tables and figures, to the last byte."""

from pathlib import Path

import pytest
from checkout import Checkout
from test_snakemake import assert_whole


def _files(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if not name.startswith(".snakemake")}


@pytest.mark.parametrize("place", ["reports/tables", "reports/figures"])
def test_engines_agree_to_the_last_byte(snakemake_run: Checkout, dvc_run: Checkout, place: str) -> None:
    by_snakemake, by_dvc = (_files(checkout.preset / place) for checkout in (snakemake_run, dvc_run))
    assert by_snakemake
    assert by_snakemake.keys() == by_dvc.keys()
    assert [name for name in by_snakemake if by_snakemake[name] != by_dvc[name]] == []


def test_outputs_of_snakemake_are_whole(snakemake_run: Checkout) -> None:
    assert_whole(snakemake_run.preset)


def test_outputs_of_dvc_are_whole_and_a_second_run_does_nothing(by_dvc: Checkout) -> None:
    assert_whole(by_dvc.preset)
    assert "Data and pipelines are up to date" in by_dvc.dvc("repro")
