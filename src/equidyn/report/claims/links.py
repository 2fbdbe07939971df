"""From a claim to the figures and tables on the page that show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equidyn.report.claims.model import Claim
from equidyn.report.figures.style import Picture
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table


@dataclass(frozen=True)
class Link:
    """A section of a study, with its first picture and table if it has any."""

    study: str
    title: str
    picture: Picture | None
    table: Table | None


def links(claim: Claim, parts: Iterable[tuple[str, Sequence[Section]]]) -> list[Link]:
    """The claim's sections, in the studies that it is tested on, as far as the page has them.

    parts: (name of a study, its sections on the page).
    """
    tested = {contrast.study for contrast in (*claim.corrected, *claim.as_published)}
    shown = [(study, section) for study, sections in parts if study in tested for section in sections]
    return [_link(study, section) for title in claim.sections for study, section in shown if section.title == title]


def _link(study: str, section: Section) -> Link:
    return Link(study, section.title, next(iter(section.pictures), None), next(iter(section.tables), None))
