"""What SECURITY.md says of the page: all text is escaped. That nothing which is read is run, ruff sees to (S)."""

import re

import pandas as pd
import pytest

from equidyn.core.domain import built_in, find, folder_of
from equidyn.report.claims.ledger import ledger
from equidyn.report.claims.model import claims_of
from equidyn.report.overview import Fact, Overview
from equidyn.report.page import Page, render

PACKAGE = folder_of("equidyn")
PROJECT = PACKAGE.parents[1]
MARKUP = "<script>alert(1)</script>"


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
