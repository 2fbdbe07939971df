"""The test of the house: a domain that no other file knows goes through both engines to a report and a verdict."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
PROGRAMS = Path(sys.executable).parent


def run(folder: Path, *command: str) -> str:
    """What a command says, which must succeed, with this domain on its path."""
    paths = {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}", "DVC_SITE_CACHE_DIR": str(folder / ".site")}
    code = {"PYTHONPATH": f"{PROJECT / 'src'}{os.pathsep}{HERE.parent}"}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | paths | code, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table of the report."""
    with (folder / "reports/tables" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def by_snakemake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study of params.yaml, run to its report."""
    folder = tmp_path_factory.mktemp("snakemake")
    shutil.copy(HERE / "params.yaml", folder)
    workflow = ("--snakefile", str(PROJECT / "workflow/Snakefile"), "--cores", "1", "--quiet", "all")
    run(folder, "equidyn", "warm", "snakemake", *workflow)
    return folder


def test_every_measure_is_reported_by_what_it_declares(by_snakemake: Path) -> None:
    rows = table(by_snakemake, "clouds--measures")
    assert {row["measure"] for row in rows} == {"vector_error", "rotation_error", "cost", "sharpness"}
    page = (by_snakemake / "reports/pages/clouds.html").read_text()
    assert all(label in page for label in ("RMSE of the answer 0", "relative equivariance error"))


def test_the_exact_net_is_exact_and_the_plain_one_is_not(by_snakemake: Path) -> None:
    found = {
        variant: [
            float(row["value"])
            for row in table(by_snakemake, "clouds--measures")
            if (row["measure"], row["quantity"], row["variant"]) == ("rotation_error", "relative", variant)
        ]
        for variant in ("radial", "plain")
    }
    assert max(found["radial"]) < 1e-5
    assert min(found["plain"]) > 0.1
    entries = {entry["variant"]: entry for entry in json.loads(run(by_snakemake, "equidyn", "check", "--json"))}
    assert entries["radial"]["group"] == "SO(3)"
    assert max(max(cases.values()) for cases in entries["radial"]["error"]["float64"].values()) < 1e-12


def test_the_claim_is_judged(by_snakemake: Path) -> None:
    (row,) = (row for row in table(by_snakemake, "claims") if row["id"] == "P1")
    assert row["verdict_corrected"] == "supported"


def test_a_planted_effect_is_found_and_a_planted_null_is_not(by_snakemake: Path) -> None:
    rows = {row["id"]: row for row in table(by_snakemake, "claims")}
    assert rows["P2"]["verdict_corrected"] == "supported"
    assert float(rows["P2"]["high_corrected"]) < 0
    assert rows["P3"]["verdict_corrected"].partition(" (")[0] in {"inconclusive", "no effect"}
    assert float(rows["P3"]["effect_corrected"]) != 0  # it was drawn, not copied


def test_dvc_makes_the_same_tables(by_snakemake: Path, tmp_path: Path) -> None:
    shutil.copy(HERE / "params.yaml", tmp_path)
    run(tmp_path, "git", "init", "--quiet")
    run(tmp_path, "dvc", "init", "--quiet")
    run(tmp_path, "equidyn", "engines", "--write")
    run(tmp_path, "equidyn", "warm", "dvc", "repro", "--quiet")
    names = {path.name for path in (tmp_path / "reports/tables").iterdir()}
    assert names == {path.name for path in (by_snakemake / "reports/tables").iterdir() if path.name[0] != "."}
    for name in names:
        ours, theirs = ((folder / "reports/tables" / name).read_bytes() for folder in (tmp_path, by_snakemake))
        assert ours == theirs, name


def test_no_other_file_knows_this_domain() -> None:
    answer = subprocess.run(
        ["git", "-C", str(PROJECT), "grep", "--files-with-matches", HERE.name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode in (0, 128), answer.stderr  # 128: not a checkout
    assert [path for path in answer.stdout.split() if not re.match(rf"tests/{HERE.name}/", path)] == []
