"""Numbers of finished studies, kept without networks: the same tables come out, and stand beside other runs."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import tiny
import yaml
from claims_cells import FIVE, PARAMS, around, claims_file, results

from equidyn.core import checkout, paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import write_text
from equidyn.core.params import load
from equidyn.core.sources import report_sources
from equidyn.report import archive
from equidyn.report.archive import FRAMES, NUMBERS
from equidyn.report.claims.compared import with_reference
from equidyn.report.claims.ledger import Ledger, ledger
from equidyn.report.claims.model import read_claims
from equidyn.report.claims.tables import claims_table, contrasts_table, reference_text, scaled_effect
from equidyn.report.joined import joined
from equidyn.report.report import run_from
from equidyn.report.ship import run
from equidyn.report.tables import csv


@pytest.fixture
def shipped(tiny_copy: Path) -> Path:
    """The folder of the numbers of the tiny run."""
    place, lacking = run(load(), Path("shipped"))
    assert (place, lacking) == (Path("shipped/numbers"), [])
    return Path("shipped")


def test_a_report_from_numbers_has_the_tables_of_the_run(shipped: Path) -> None:
    page = run_from(shipped, shipped / "report")
    assert "Preset" in page.read_text(encoding="utf-8")
    for table in Path("reports/tables").glob("*.csv"):
        ours, theirs = (_without_reference(folder / table.name) for folder in (shipped / "report/tables", table.parent))
        assert ours == theirs, table.name


def _without_reference(path: Path) -> str:
    """A table without what stands beside the run: a report from numbers has no other reference."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame[[name for name in frame if not name.endswith("_reference")]].to_csv(index=False)


def test_what_is_kept_has_no_networks_and_is_small(shipped: Path) -> None:
    found = list((shipped / NUMBERS).iterdir())
    assert {path.suffix for path in found} == {".parquet", ".json"}
    assert sum(path.stat().st_size for path in found) < 500_000


def test_only_finished_seeds_are_kept_and_the_others_named(tiny_copy: Path) -> None:
    (tiny_copy / "data/runs/gaussian/fresh/mlp-aug/seed2/measures.json").unlink()
    for measured in tiny_copy.glob("data/runs/smoke-sizes/*/*/*/measures.json"):
        measured.unlink()
    place, lacking = run(load(), Path("shipped"))
    assert [line.partition(":")[0] for line in lacking] == ["gaussian", "smoke-sizes"]
    assert lacking[0].endswith("not finished with 1 seed (2)")
    assert sorted(pd.read_parquet(place / "gaussian.runs.parquet")["seed"].unique()) == [1]
    assert not list(place.glob("smoke-sizes*"))
    about = run_from(Path("shipped"), Path("again")).with_name("pages") / "about-this-run.html"
    assert lacking[0].partition(": ")[2] in about.read_text(encoding="utf-8")


def test_a_variant_that_was_not_begun_and_a_control_that_is_not_whole_are_left_out_and_named(tiny_copy: Path) -> None:
    for measured in tiny_copy.glob("data/runs/gaussian/*/mlp-aug/*/measures.json"):
        measured.unlink()
    next(tiny_copy.glob("data/controls/gaussian-sizes/*/*/*/measures.json")).unlink()
    place, lacking = run(load(), Path("shipped"))
    assert lacking == ["gaussian: without mlp-aug", "gaussian-sizes: without its control"]
    assert "mlp-aug" not in pd.read_parquet(place / "gaussian.runs.parquet")["variant"].unique()
    assert not list(place.glob("gaussian-sizes.control*")) and run_from(Path("shipped"), Path("again")).exists()


def test_seeds_of_two_machines_come_together(tiny_copy: Path) -> None:
    """Each has measured one; what is shipped second stands beside the first, and all is as if shipped at once."""
    run(load(), Path("whole"))
    for seed in (1, 2):
        with _without(seed):
            run(load(), Path("shipped"))
    for name in load().studies:
        for frame in FRAMES:
            file = f"{NUMBERS}/{name}.{frame}.parquet"
            pd.testing.assert_frame_equal(*(pd.read_parquet(Path(folder) / file) for folder in ("whole", "shipped")))
    assert archive.load(Path("shipped")).params == archive.load(Path("whole")).params


@contextmanager
def _without(seed: int) -> Iterator[None]:
    """The study gaussian as on a machine that has not measured this seed."""
    measured = {path: path.read_bytes() for path in Path("data/runs/gaussian").glob(f"*/*/seed{seed}/measures.json")}
    for path in measured:
        path.unlink()
    yield
    for path, content in measured.items():
        path.write_bytes(content)


def test_further_seeds_leave_the_controls(shipped: Path) -> None:
    held = next(study for study in archive.load(shipped).studies if study.controls)
    frames = {name: getattr(held, name).query("seed == 1").assign(seed=3) for name in FRAMES}
    third = replace(held, settings=held.settings.model_copy(update={"seeds": [3], "control": None}), **frames)
    both = joined(held, replace(third, controls=None))
    assert both.controls is held.controls and both.settings.control == held.settings.control
    assert both.runs["seed"].tolist() == [1, 2, 3] * (len(held.runs) // 2)


def test_seeds_of_other_settings_are_not_added(shipped: Path) -> None:
    tree = json.loads((shipped / NUMBERS / "params.json").read_text())
    tree["studies"]["gaussian"]["training"]["epochs"] += 1
    tree["studies"]["gaussian"]["seeds"] = [1]
    write_text(shipped / NUMBERS / "params.json", json.dumps(tree))
    with _without(1), pytest.raises(EquidynError, match=r"gaussian\.training\.epochs.*ship to a new folder"):
        run(load(), shipped)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda folder: (folder / "params.json").unlink(), "params.json: missing; is shipped a folder"),
        (lambda folder: (folder / "gaussian.json").write_text("{"), "gaussian.json: not whole"),
        (lambda folder: (folder / "gaussian.runs.parquet").write_bytes(b"PAR1"), "gaussian.runs.parquet: not whole"),
        (lambda folder: (folder / "gaussian.values.parquet").unlink(), "gaussian.values.parquet: missing"),
    ],
)
def test_what_is_torn_is_told(shipped: Path, break_it: Any, message: str) -> None:
    break_it(shipped / NUMBERS)
    with pytest.raises(EquidynError, match=re.escape(message)):
        run_from(shipped, Path("again"))
    assert not Path("again").exists()


def test_nothing_finished_is_told(workplace: Path) -> None:
    Path("params.yaml").write_text(yaml.safe_dump(tiny.reported()), encoding="utf-8")
    with pytest.raises(EquidynError, match="no study has a finished seed"):
        run(load(), Path("shipped"))


def _shown(tmp_path: Path, gap: float) -> Ledger:
    """A claim that rsteer is more accurate than e2cnn, of a run in which it is so by `gap`, on five seeds."""
    truth = {("error", "rmse"): around({"rsteer": 1.0 - gap, "e2cnn": 1.0})}
    return ledger(read_claims(claims_file(tmp_path)), [results(truth, seeds=FIVE)])


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The ledger of the reference, whose tables lie in a checkout."""
    monkeypatch.setattr(checkout, "of_code", lambda: tmp_path)
    found = _shown(tmp_path, 0.1)
    for table in (claims_table(found), contrasts_table(found)):
        write_text(tmp_path / paths.REFERENCE_TABLES / f"{table.name}.csv", csv(table))
    return found


@pytest.mark.parametrize(("gap", "agrees", "words"), [(0.1, True, "overlap"), (0.5, False, "do not overlap")])
def test_the_reference_stands_beside_each_claim(
    reference: Ledger, tmp_path: Path, gap: float, agrees: bool, words: str
) -> None:
    (entry,) = with_reference(_shown(tmp_path, gap)).entries
    there = entry.reference
    assert (there.verdict, there.seeds, there.agrees) == (str(reference.entries[0].corrected.judgement), 5, agrees)
    assert (there.scaled, there.scaled_low, there.scaled_high) == scaled_effect(reference.entries[0].corrected.crucial)
    assert words in reference_text(entry) and words in claims_table(with_reference(_shown(tmp_path, gap))).view.to_csv()


def test_a_claim_that_the_reference_has_not_tried_has_none_beside(reference: Ledger, tmp_path: Path) -> None:
    path = tmp_path / paths.REFERENCE_TABLES / "claims.csv"
    pd.read_csv(path).assign(verdict_corrected="not run").to_csv(path, index=False)
    found = with_reference(_shown(tmp_path, 0.1))
    assert found.entries[0].reference is None and "reference" not in claims_table(found).view
    assert {file.name for file in report_sources(load(PARAMS))} >= {"claims.csv", "claims-tests.csv"}
