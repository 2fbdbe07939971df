"""What SECURITY.md says of the code as a whole: nothing that is read is run; the page escapes all text."""

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

from equidyn.core.domain import built_in, find, folder_of
from equidyn.report.claims.ledger import ledger
from equidyn.report.claims.model import claims_of
from equidyn.report.overview import Fact, Overview
from equidyn.report.page import Page, render

PACKAGE = folder_of("equidyn")
PROJECT = PACKAGE.parents[1]
FILES = sorted(PACKAGE.rglob("*.py"))
RUNS_WHAT_IT_READS = {"eval", "exec", "compile", "os.system", "yaml.load", "yaml.full_load", "yaml.unsafe_load"}
PICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
ONLY_AN_ERROR = {"UnpicklingError"}
MARKUP = "<script>alert(1)</script>"


def _calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def _options(call: ast.Call) -> dict[str, object]:
    return {word.arg: ast.literal_eval(word.value) for word in call.keywords if isinstance(word.value, ast.Constant)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_that_is_read_is_run(path: Path) -> None:
    for call in _calls(path):
        name, options = ast.unparse(call.func), _options(call)
        assert name not in RUNS_WHAT_IT_READS
        assert not options.get("shell") and not options.get("allow_pickle") and "extractall" not in name
        assert name != "torch.load" or options.get("weights_only") is True


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_pickles(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not {alias.name.partition(".")[0] for alias in node.names} & PICKLES
        if isinstance(node, ast.ImportFrom) and (node.module or "") in PICKLES:
            assert {alias.name for alias in node.names} <= ONLY_AN_ERROR


@pytest.mark.parametrize("template", ["report.html.j2", "report.md.j2"])
def test_the_page_escapes_what_files_say(template: str) -> None:
    """Facts, messages of diverged runs and rows of tables come from files that may be someone else's."""
    times = pd.DataFrame({"stage": [MARKUP], "jobs": [1]})
    overview = Overview([Fact("Preset", MARKUP)], times, [MARKUP], [MARKUP], [(MARKUP, MARKUP)])
    page = render(Page("", overview, ledger(claims_of(map(find, built_in())), []), [], []), template)
    assert "alert(1)" in page
    assert MARKUP not in page


def test_templates_escape_everything() -> None:
    """No text is declared safe in a template; what is, is declared in page.py: our style, and pictures of our own."""
    templates = [path for path in PACKAGE.rglob("*.j2") if "html" in path.name]
    assert templates
    assert not [path.name for path in templates if re.search(r"\|\s*safe|autoescape", path.read_text(encoding="utf-8"))]


def test_tests_that_the_page_names_are_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (PROJECT / "SECURITY.md").read_text(encoding="utf-8")))
    assert named
    assert not [name for name in named if not (PROJECT / name).is_file()]
