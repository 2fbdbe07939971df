"""What the report says of one study."""

from collections.abc import Sequence
from dataclasses import dataclass

from equidyn.report.sections.section import Section


@dataclass(frozen=True)
class StudyPart:
    """One study.

    grid: what was run; where: its data and seeds, for captions. legend: as of `figures.style.legend_of`, of its
    variants; charted: those of them in the charts of the page.
    compared: whether it has runs, or pictures only.
    """

    name: str
    sections: list[Section]
    grid: str = ""
    where: str = ""
    legend: Sequence[tuple[str, str, str, str, str]] = ()
    charted: Sequence[str] = ()
    compared: bool = True

    @property
    def findings(self) -> list[str]:
        """What the sections have to say for the summary."""
        return [sentence for section in self.sections for sentence in section.finding]
