"""A package of a user's own brings a network, a measure, claims and npy data, and gets a report by both engines.

It lies beside params.yaml in a folder of its own, and no file of equidyn knows of it.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from checkout import PROJECT, WARM

PACKAGE = PROJECT / "tests/users_package"
SNAKEFILE = str(PROJECT / "workflow/Snakefile")


def _run(folder: Path, *command: str, status: int = 0) -> str:
    """What a command says, with this project's code and nothing of the user's on its path."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": programs, "PYTHONPATH": str(PROJECT / "src"), "DVC_SITE_CACHE_DIR": str(folder / ".site")}
    done = subprocess.run(command, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def _placed(folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _run(folder, sys.executable, "my_lab/waves.py")
    return folder


@pytest.fixture(scope="module")
def by_snakemake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's folder after Snakemake."""
    folder = _placed(tmp_path_factory.mktemp("user"))
    _run(folder, *WARM, "snakemake", "--snakefile", SNAKEFILE, "--cores", "2", "--quiet", "all")
    return folder


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "reports/tables" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_claims_and_measure_are_in_the_report(by_snakemake: Path) -> None:
    claims = {row["id"]: row["verdict_corrected"] for row in _rows(by_snakemake, "claims")}
    assert claims["U1"] != "not run" and claims["U2"] != "not run"
    measured = [row for row in _rows(by_snakemake, "waves--measures") if row["measure"] == "my_lab.speed"]
    assert [row["variant"] for row in measured] == ["mine"] * 3 + ["gcnn"] * 3
    page = "".join(path.read_text() for path in (by_snakemake / "reports").rglob("*.html"))
    assert "On the waves our network predicts better" in page and "rms speed, predicted / true" in page
    assert "read from my_data/waves.npy" in page


def _planned(folder: Path) -> set[str]:
    """Rules of the jobs that Snakemake would run."""
    plan = _run(folder, "snakemake", "--snakefile", SNAKEFILE, "--cores", "1", "--summary")
    rows = [line.split("\t") for line in plan.splitlines() if "\t" in line]
    head = rows[0]
    return {row[head.index("rule")] for row in rows[1:] if row[head.index("plan")] == "update pending"}


@pytest.mark.parametrize(
    ("edited", "rules"),
    [("my_lab/speed.py", {"measure", "report"}), ("my_data/waves.npy", {"prepare", "train", "measure", "report"})],
)
def test_an_edit_of_the_users_files_plans_what_uses_them(
    edited: str, rules: set[str], by_snakemake: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(by_snakemake, tmp_path / "user", dirs_exist_ok=True)
    assert _planned(folder) == set()
    if edited.endswith(".npy"):
        np.save(folder / edited, np.load(folder / edited) * 2)
    else:
        (folder / edited).write_text((folder / edited).read_text() + "\n# edited\n")
    assert _planned(folder) == rules


def test_dvc_makes_the_same_tables(by_snakemake: Path, tmp_path: Path) -> None:
    folder = _placed(tmp_path)
    for command in (("git", "init", "--quiet"), ("dvc", "init", "--quiet"), ("equidyn", "engines", "--write")):
        _run(folder, *command)
    _run(folder, *WARM, "dvc", "repro", "--quiet")
    for path in (by_snakemake / "reports/tables").glob("*.csv"):
        assert (folder / "reports/tables" / path.name).read_bytes() == path.read_bytes(), path.name
    os.utime(folder / "my_data/waves.npy")
    stale = json.loads(_run(folder, "dvc", "status", "--json"))
    assert {stage for stage, why in stale.items() if why != ["always changed"]} == set()
    np.save(folder / "my_data/waves.npy", np.load(folder / "my_data/waves.npy") * 2)
    assert "prepare@all" in str(json.loads(_run(folder, "dvc", "status", "--json")))


def test_missing_data_and_a_broken_file_are_told_before_any_job(tmp_path: Path) -> None:
    folder = _placed(tmp_path)
    (folder / "my_data/waves.npy").unlink()
    (folder / "my_lab/speed.py").write_text(
        "import nothing_of_this_name\n\n\ndef measure(context: 'RolloutContext'): ...\n"
    )
    for command in (("equidyn", "validate"), ("snakemake", "--snakefile", SNAKEFILE, "--cores", "1")):
        told = _run(folder, *command, status=1)
        assert "studies.waves.datasets.all: my_data/waves.npy: no such file" in told
        assert "my_lab/speed.py:1: ModuleNotFoundError: No module named 'nothing_of_this_name'" in told
        assert "Traceback" not in told
    assert not (folder / "data").exists()
