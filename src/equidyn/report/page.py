"""All that the report says, from which its pages and its Markdown are written."""

from dataclasses import dataclass
from functools import cached_property

from equidyn.report.claims.ledger import Entry, Ledger
from equidyn.report.claims.links import Link, links
from equidyn.report.claims.tables import claims_table, contrasts_table
from equidyn.report.claims.undecided import power_table
from equidyn.report.claims.verdict import Verdict
from equidyn.report.figures.forest import claims_chart
from equidyn.report.figures.style import Picture
from equidyn.report.overview import Overview
from equidyn.report.pages.forest import Forest, forest
from equidyn.report.pages.known import all_known
from equidyn.report.pages.sentences import Sentence, sentences
from equidyn.report.pages.sheets import ABOUT, Sheet, sheets
from equidyn.report.part import StudyPart
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table


@dataclass(frozen=True)
class Page:
    """All of it.

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

    @cached_property
    def sentences(self) -> list[Sentence]:
        """What is known, in five sentences."""
        return sentences(self.ledger)

    @property
    def tally(self) -> dict[str, int]:
        """Verdict -> how many claims are known to be so, by the reference where it has tried them."""
        said = [one.verdict for one in all_known(self.ledger)]
        return {verdict: said.count(verdict) for verdict in Verdict if verdict != Verdict.NOT_RUN}

    @cached_property
    def forest(self) -> Forest:
        """The claims in one chart."""
        return forest(self.ledger, [part.name for part in self.studies])

    def forest_of(self, part: StudyPart) -> Forest:
        """Those of one study."""
        return forest(self.ledger, [part.name], alone=True)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The pages of all studies, and their appendices."""
        return sheets(self.parts)

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Id of a section, figure or table -> where it stands, from within the folder of the pages."""
        return {name: where for sheet in self.sheets for name, where in sheet.addresses.items()}

    def links(self, entry: Entry) -> list[Link]:
        """Where the numbers of a claim are shown."""
        return links(entry.claim, [(study.name, study.sections) for study in self.studies])

    @property
    def parts(self) -> list[StudyPart]:
        """Every study, with runs or without."""
        return [*self.studies, *self.drawn]

    @property
    def sections(self) -> list[Section]:
        """Every section."""
        return [section for part in self.parts for section in part.sections]

    @property
    def pictures(self) -> list[Picture]:
        """Every picture of the pages, and that of all claims, which they draw themselves."""
        return [*([self.chart] if self.chart else []), *(one for section in self.sections for one in section.pictures)]

    @cached_property
    def chart(self) -> Picture | None:
        """The claims in one chart, as a picture."""
        return claims_chart(self.forest) if self.forest.rows else None

    @property
    def tables(self) -> list[Table]:
        """Every table that has files."""
        return [self.claims, self.tests, self.power, *(table for section in self.sections for table in section.tables)]

    @property
    def files(self) -> list[str]:
        """Of the pages beside the index."""
        return [*(sheet.file for sheet in self.sheets), f"{ABOUT}.html"]
