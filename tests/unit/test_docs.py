"""README, notebook, tutorial and reference: what a reader copies runs, what is linked is there."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import notebook
import pandas as pd
import pytest
import torch
from pages import PROJECT, blocks

import equidyn as eq

NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?")


def test_the_readme_is_short_and_its_badge_true():
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert text.count("\n") <= 120
    python = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert f">={re.search(r'badge/python-(3[.]11)', text)[1]}" in python


def test_findings_of_the_readme_are_those_of_the_reference():
    """Each mean with its interval, each verdict, and how many claims are decided; there and in the example."""
    text = " ".join((PROJECT / "README.md").read_text(encoding="utf-8").partition("## Measure")[0].split())
    folder = PROJECT / "reports/reference/report/tables"
    rows = pd.concat([pd.read_csv(path) for path in folder.glob("*.csv") if {"mean", "low", "high"} <= _heads(path)])
    claims = pd.read_csv(folder / "claims.csv").set_index("id")
    tests = pd.read_csv(folder / "claims-tests.csv")
    spans = [rows[["mean", "low", "high"]], tests[["effect", "low", "high"]]]
    ends = {tuple(f"{value:.2f}" for value in row) for frame in spans for row in frame.itertuples(index=False)}
    halves = {(f"{row.mean:.3f}", f"{(row.high - row.low) / 2:.3f}") for row in rows.itertuples(index=False)}
    quoted = re.findall(r"(\d\.\d{3}) ± (\d\.\d{3})", text), re.findall(r"(\d\.\d\d) \[(\d\.\d\d), (\d\.\d\d)\]", text)
    for found, known in zip(quoted, (halves, ends), strict=True):
        assert len(found) > 2 and [each for each in found if each not in known] == []
    for ids, verdict in re.findall(r"((?:[A-Z]\d+,? (?:and )?)+)(supported|contradicted)\b", text):
        assert {claims["verdict_corrected"][one] for one in re.findall(r"[A-Z]\d+", ids)} == {verdict}, ids
    assert "Of the {} corrected claims that it tests so far, {} are decided".format(*_decided(folder)) in text
    assert "decides {1} of its {0} claims".format(*_decided(PROJECT / "reports/example/tables")) in text


def test_no_net_that_may_break_the_symmetry_is_ahead_of_the_strict_one():
    """As the README says of the means in the reference."""
    folder = PROJECT / "reports/reference"
    runs = pd.read_parquet(folder / "numbers/smoke-methods.runs.parquet").groupby("variant")["strict"].all()
    soft = [name for name in runs.index[~runs] if not name.endswith("-muon") and name not in ("gcnn-c2", "gcnn-wrong")]
    errors = pd.read_csv(folder / "report/tables/smoke-methods--error.csv").query("quantity == 'error.rmse@best'")
    means = errors.pivot(index="variant", columns="dataset", values="mean")
    assert means.shape[1] == 9 and (means.loc[soft] > means.loc["gcnn"]).all(axis=None)
    assert f"None of the {len(soft)} nets that may break it" in (PROJECT / "README.md").read_text(encoding="utf-8")


def _decided(folder: Path) -> tuple[int, int]:
    """Claims that are tested, and how many of them are decided."""
    verdicts = pd.read_csv(folder / "claims.csv")["verdict_corrected"]
    tested = verdicts[verdicts != "not run"]
    return len(tested), int((~tested.str.startswith("inconclusive")).sum())


def _heads(path: Path) -> set[str]:
    return set(path.read_text(encoding="utf-8").partition("\n")[0].split(","))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_what_is_linked_is_there(page):
    """Of pages of docs/ MkDocs looks at it."""
    found = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (PROJECT / page).read_text(encoding="utf-8"))
    assert len(found) > 2 and [path for path in found if not (PROJECT / path).exists()] == []


def test_lines_of_the_readme_run(capsys):
    [script] = [block.text for block in blocks("README.md") if block.language == "python"]
    assert len([line for line in script.splitlines() if line]) <= 5
    x, y = torch.randn(2, 4, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    exec(script, {"torch": torch, "net": torch.nn.Conv2d(2, 2, 3, padding=1), "x": x, "y": y})
    assert capsys.readouterr().out.count("±") == 3


def test_the_script_of_the_tutorial_runs(tmp_path: Path):
    [script] = [block for block in blocks("docs/tutorial.md") if block.file == "measure.py"]
    (tmp_path / script.file).write_text(script.text)
    done = subprocess.run([sys.executable, script.file], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.count("±") == 4


def test_the_notebook_prints_what_it_shows():
    """To a tenth: 200 steps of training are not the same on all processors."""
    for cell, now in notebook.run(notebook.read()):
        shown = notebook.printed(cell)
        assert NUMBER.sub("#", now) == NUMBER.sub("#", shown), cell["id"]
        numbers = [float(number) for number in NUMBER.findall(shown)]
        assert [float(number) for number in NUMBER.findall(now)] == pytest.approx(numbers, rel=0.1, abs=0.011)


def test_the_notebook_is_one():
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.from_dict(json.loads(notebook.NOTEBOOK.read_text(encoding="utf-8"))))


def test_the_reference_has_every_public_function():
    """dir(eq) also has what eq itself imports."""
    ours = {name: getattr(eq, name) for name in dir(eq) if not name.startswith("_")}
    public = {name for name, what in ours.items() if getattr(what, "__module__", "").startswith("equidyn.")}
    text = (PROJECT / "docs/reference.md").read_text(encoding="utf-8")
    assert "hessian" in public
    assert public <= {path.rpartition(".")[2] for path in re.findall(r"^::: (.+)$", text, re.M)}
