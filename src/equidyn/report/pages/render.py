"""From the report to its files: the index, the pages beside it, and Markdown, each by a template."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from equidyn.report.claims import words
from equidyn.report.claims.converged import NOTES
from equidyn.report.claims.tables import HEADS, effect_text, longer_text, reference_text, says, scaled_text
from equidyn.report.labels import readable
from equidyn.report.pages import known, text
from equidyn.report.pages.forest import MARKS, study_of
from equidyn.report.pages.sheets import ABOUT, FOLDER
from equidyn.report.tables import markdown

if TYPE_CHECKING:
    from equidyn.report.page import Page

INDEX, MARKDOWN = "report.html", "report.md"
_FILTERS = {
    "inlined": lambda picture: Markup(text.inlined(picture)),  # noqa: S704 it has escaped what is not ours
    "look": text.look,
    "pieces": text.pieces,
    "pipe_table": markdown,
    "anchor": text.anchor,
    "plain": text.plain,
    "readable": readable,
    "known": known.known,
    "short": known.short,
    "study_of": study_of,
    "span_text": known.span_text,
    "spans": known.spans,
    "reference_text": reference_text,
    "test_label": words.label,
    "claimed": words.claimed,
    "p_words": words.p_words,
    "seeds_words": words.seeds_words,
    "seeds_to_decide": words.seeds_to_decide,
    "effect_text": effect_text,
    "says": says,
    "scaled_text": scaled_text,
    "longer_text": longer_text,
}


def pages(page: "Page") -> Iterator[tuple[str, str]]:
    """Every file of HTML: its path in the folder of the report, and its text."""
    yield INDEX, render(page, "report.html.j2", root="", to=f"{FOLDER}/", file=INDEX)
    beside = {"root": "../", "to": ""}
    yield f"{FOLDER}/{ABOUT}.html", render(page, "about.html.j2", **beside, file=f"{ABOUT}.html")
    for sheet in page.sheets:
        yield f"{FOLDER}/{sheet.file}", render(page, "study.html.j2", **beside, file=sheet.file, sheet=sheet)


def render(page: "Page", template: str, **about: Any) -> str:
    """The report by one of the templates; about: what differs from file to file."""
    common = {"definitions": HEADS, "notes": NOTES, "marks": MARKS, "about_file": f"{ABOUT}.html"}
    common |= {"style": _part("style.css"), "script": _part("page.js")}
    return _environment().get_template(template).render(page=page, **common, **about)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("equidyn.report"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_FILTERS)
    return environment


@cache
def _part(name: str) -> Markup:
    return Markup((files("equidyn.report") / "templates" / name).read_text(encoding="utf-8"))  # noqa: S704 ours
