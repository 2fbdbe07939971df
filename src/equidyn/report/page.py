"""The page, in HTML and in Markdown, from one description."""

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from equidyn.report.claims import words
from equidyn.report.claims.converged import NOTES
from equidyn.report.claims.ledger import Entry, Ledger
from equidyn.report.claims.links import Link, links
from equidyn.report.claims.tables import (
    HEADS,
    claims_table,
    contrasts_table,
    effect_text,
    longer_text,
    says,
    scaled_text,
)
from equidyn.report.claims.undecided import power_table
from equidyn.report.figures.style import Picture
from equidyn.report.overview import Overview
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table, markdown

_TYPES = {"png": "image/png", "gif": "image/gif"}
_SAFE = " /:=;,()!*@?+$"  # besides letters, numerals and _.-~: they stand in a quoted attribute as they are


@dataclass(frozen=True)
class StudyPart:
    """One study on the page."""

    name: str
    sections: list[Section]

    @property
    def findings(self) -> list[str]:
        """What the sections have to say for the summary."""
        return [sentence for section in self.sections for sentence in section.finding]


@dataclass(frozen=True)
class Page:
    """All that the report says.

    studies: those with runs. drawn: those of domains that have pictures only.
    """

    question: str
    overview: Overview
    ledger: Ledger
    studies: list[StudyPart]
    drawn: list[StudyPart]

    @cached_property
    def claims(self) -> Table:
        """The ledger, one row per claim."""
        return claims_table(self.ledger)

    @cached_property
    def tests(self) -> Table:
        """The ledger, one row per test."""
        return contrasts_table(self.ledger)

    @cached_property
    def power(self) -> Table:
        """The claims that are not decided, and the seeds that would decide them."""
        return power_table(self.ledger)

    def links(self, entry: Entry) -> list[Link]:
        """Where the page shows the numbers of a claim."""
        return links(entry.claim, [(study.name, study.sections) for study in self.studies])

    @property
    def parts(self) -> list[StudyPart]:
        """Every study, with runs or without."""
        return [*self.studies, *self.drawn]

    @property
    def sections(self) -> list[Section]:
        """Every section of the page."""
        return [section for part in self.parts for section in part.sections]

    @property
    def pictures(self) -> list[Picture]:
        """Every picture of the page."""
        return [shown for section in self.sections for shown in section.pictures]

    @property
    def tables(self) -> list[Table]:
        """Every table of the page that has files."""
        return [self.claims, self.tests, self.power, *(table for section in self.sections for table in section.tables)]


def render(page: Page, template: str) -> str:
    """The page by one of the templates: report.html.j2 or report.md.j2."""
    environment = Environment(
        loader=PackageLoader("equidyn.report"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(inlined=_inlined, pipe_table=markdown, anchor=_anchor, plain=_plain)
    environment.filters.update(
        test_label=words.label, claimed=words.claimed, p_words=words.p_words, seeds_words=words.seeds_words
    )
    environment.filters.update(
        effect_text=effect_text, says=says, scaled_text=scaled_text, seeds_to_decide=words.seeds_to_decide
    )
    environment.filters.update(longer_text=longer_text)
    return environment.get_template(template).render(page=page, style=_style(), definitions=HEADS, notes=NOTES)


def _inlined(picture: Picture) -> str:
    """The picture as a data URL; as an <img> of its own, its ids cannot clash with those of another."""
    suffix, content = picture.shown
    if suffix == "svg":
        return f"data:image/svg+xml,{quote(content, safe=_SAFE)}"
    return f"data:{_TYPES[suffix]};base64,{base64.b64encode(content).decode()}"


def _anchor(title: str) -> str:
    return "-".join(re.findall(r"[\w-]+", title.lower()))


def _plain(text: str) -> str:
    """Text on one line with what Markdown would take for markup made harmless."""
    kept = " ".join(str(text).split())
    for sign in ("\\", "`", "*", "_", "<", "|"):
        kept = kept.replace(sign, f"\\{sign}")
    return kept


def _style() -> Markup:
    return Markup((files("equidyn.report") / "templates" / "style.css").read_text(encoding="utf-8"))  # noqa: S704 ours
