"""How the sections of a study are dealt out: a page that is read in minutes, and an appendix; numbers and addresses.

The page has the first figure of each of its sections, and their tables, folded; the appendix has everything else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from equidyn.report.figures.style import Picture
from equidyn.report.labels import readable
from equidyn.report.pages.text import anchor
from equidyn.report.part import StudyPart
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table

FOLDER = "pages"
ABOUT = "about-this-run"
_PARTS = {"appendix": "More of this run", "audit": "Audit of the published code"}


@dataclass(frozen=True)
class Card:
    """A section, or what of it stands on one sheet. pictures, tables: with their numbers."""

    title: str
    id: str
    text: Sequence[str]
    pictures: list[tuple[str, Picture]] = field(default_factory=list)
    tables: list[tuple[str, Table]] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """One page of a study. parts: heading -> sections; the one without a heading comes first."""

    part: StudyPart
    file: str
    title: str
    parts: dict[str, list[Card]]
    other: str = ""  # the file of its appendix, or of the page that it is the appendix of
    appendix: bool = False

    @property
    def cards(self) -> list[Card]:
        """Of all parts."""
        return [card for cards in self.parts.values() for card in cards]

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Id and title of each section."""
        return [(card.id, card.title) for card in self.cards]

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Id of a section, figure or table -> its address from within the folder of the pages."""
        ids = [card.id for card in self.cards]
        ids += [f"figure-{shown.name}" for card in self.cards for _, shown in card.pictures]
        ids += [f"table-{table.name}" for card in self.cards for _, table in card.tables]
        return {name: f"{self.file}#{name}" for name in ids}


def sheets(parts: Sequence[StudyPart]) -> list[Sheet]:
    """All pages, each with its appendix behind it."""
    return [sheet for part in parts for sheet in _of(part)]


def _of(part: StudyPart) -> Iterator[Sheet]:
    main, more = [one for one in part.sections if one.place == "page"], []
    title, file, beside = readable(part.name), f"{part.name}.html", f"{part.name}-appendix.html"
    whole = not part.compared
    first = [_card(part, one, one.pictures if whole else one.pictures[:1], one.tables) for one in main]
    for place, heading in _PARTS.items():
        sections = [one for one in part.sections if one.place == place]
        rest = [] if whole or place != "appendix" else [one for one in main if len(one.pictures) > 1]
        cards = [_card(part, one, one.pictures[1:], (), " (more)") for one in rest]
        cards += [_card(part, one, one.pictures, one.tables) for one in sections]
        more += [(heading, cards)] if cards else []
    yield Sheet(part, file, title, {"": _numbered([*first], "")}, beside if more else "")
    if more:
        numbered = iter(_numbered([card for _, cards in more for card in cards], "A"))
        dealt = {heading: [next(numbered) for _ in cards] for heading, cards in more}
        yield Sheet(part, beside, f"{title}: appendix", dealt, file, appendix=True)


def _card(part: StudyPart, one: Section, pictures: Sequence[Picture], tables: Sequence[Table], more: str = "") -> Card:
    """With no numbers yet; the text stands where the section begins."""
    text = () if more else one.text
    name = f"section-{part.name}--{anchor(one.title)}{'-more' if more else ''}"
    return Card(
        f"{one.title}{more}", name, text, [("", shown) for shown in pictures], [("", table) for table in tables]
    )


def _numbered(cards: list[Card], letter: str) -> list[Card]:
    figures, tables = 0, 0
    found = []
    for card in cards:
        pictures = [(f"{letter}{figures + place}", shown) for place, (_, shown) in enumerate(card.pictures, start=1)]
        listed = [(f"{letter}{tables + place}", table) for place, (_, table) in enumerate(card.tables, start=1)]
        figures, tables = figures + len(pictures), tables + len(listed)
        found.append(Card(card.title, card.id, card.text, pictures, listed))
    return found
