"""What SECURITY.md says of the page: all text is escaped. That nothing which is read is run, ruff sees to (S)."""

import re

import pandas as pd

from equidyn.core.domain import built_in, find, folder_of
from equidyn.report.claims.ledger import ledger
from equidyn.report.claims.model import claims_of
from equidyn.report.figures.style import Picture
from equidyn.report.overview import Fact, Overview
from equidyn.report.page import Page
from equidyn.report.pages.render import pages, render
from equidyn.report.part import StudyPart
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table

PACKAGE = folder_of("equidyn")
PROJECT = PACKAGE.parents[1]
MARKUP = "<script>alert(1)</script>"


def test_the_pages_escape_what_files_say() -> None:
    """Facts, messages of diverged runs, rows of tables and captions come from files that may be someone else's."""
    times = pd.DataFrame({"stage": [MARKUP], "jobs": [1]})
    overview = Overview([Fact("Preset", MARKUP, "brief")], times, [MARKUP], [MARKUP], [(MARKUP, MARKUP)])
    table = Table("t", MARKUP, times, times)
    section = Section(MARKUP, [MARKUP], [Picture("p", MARKUP, MARKUP, {"svg": b"<svg/>"})], [table], [MARKUP])
    part = StudyPart("gaussian", [section], MARKUP, MARKUP)
    page = Page("", overview, ledger(claims_of(map(find, built_in())), []), [part], [])
    for name, text in [*pages(page), ("report.md", render(page, "report.md.j2"))]:
        assert "alert(1)" in text, name
        assert MARKUP not in text, name


def test_templates_escape_everything() -> None:
    """No text is declared safe in a template; what is, is declared in pages/render.py: our style and our script."""
    templates = [path for path in PACKAGE.rglob("*.j2") if "html" in path.name]
    assert templates
    assert not [path.name for path in templates if re.search(r"\|\s*safe|autoescape", path.read_text(encoding="utf-8"))]


def test_tests_that_the_page_names_are_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (PROJECT / "SECURITY.md").read_text(encoding="utf-8")))
    assert named
    assert not [name for name in named if not (PROJECT / name).is_file()]
