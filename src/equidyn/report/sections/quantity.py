"""What a measure says of a study, shown as it declares: tables, means with intervals, curves along an axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from equidyn.core.params.signatures import AUDIT
from equidyn.report.declared import definition, title
from equidyn.report.figures.style import Picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels, ordered
from equidyn.report.ranking import HIGHER, LOWER, findings
from equidyn.report.sections.quantity_charts import along_charts, single_charts
from equidyn.report.sections.quantity_tables import along_table, single_table
from equidyn.report.sections.quantity_values import Shown, headlines, shown
from equidyn.report.sections.section import Section, diverged_words, drawn
from equidyn.report.tables import Table


@dataclass(frozen=True)
class Measured:
    """The section of one measure. curves: whether what stands along an axis is drawn."""

    measure: str
    curves: bool = True

    def section(self, results: StudyResults) -> Section | None:
        """All that was measured; None if nothing was."""
        found = shown(results, self.measure)
        if not found:
            return None
        name = f"{results.name}--{self.measure.replace('/', '-').replace('_', '-').replace('.', '-')}"
        domain = results.settings.home
        options = results.settings.measures[self.measure].options
        head, text = title(domain, self.measure), definition(domain, self.measure, options)
        audit = self.measure.startswith(AUDIT)
        pictures, tables = displayed(results, name, head, found, self.curves, audit)
        return Section(head, [*text, *diverged_words(results)], pictures, tables, _finding(results, self.measure))


def displayed(
    results: StudyResults, name: str, head: str, found: Sequence[Shown], curves: bool = True, audit: bool = False
) -> tuple[list[Picture], list[Table]]:
    """Charts and tables of quantities; name: stem of their files; head: what begins their captions.

    audit: whether variants built as published are in the charts. A quantity that is the same everywhere has no chart.
    """
    pictures, tables = [], []
    single = [one for one in found if one.axis is None]
    if single:
        tables.append(single_table(results, name, f"{head}.", single))
        last = single[-1].checkpoint if len({one.checkpoint for one in single}) == 1 else "best"
        chosen = [one for one in single if one.quantity.headline and one.checkpoint == last and one.varies]
        pictures += single_charts(results, name, head, chosen, audit)
    for axis in dict.fromkeys(one.axis for one in found if one.axis):
        along, stem = [one for one in found if one.axis == axis], f"{name}-{_slug(axis.label)}"
        tables.append(along_table(results, stem, f"{head}, by {axis.label}.", along))
        if curves and (chosen := [one for one in along if one.checkpoint == "best" and one.varies]):
            pictures += along_charts(results, stem, head, chosen, audit)
    return pictures, tables


def _slug(label: str) -> str:
    """A label as part of a file's name."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in label.partition(" [")[0]).split()).lower()


def _finding(results: StudyResults, measure: str) -> list[str]:
    """Which variant is best, where the study's headline number is of this measure."""
    better, heads = {"lower": LOWER, "higher": HIGHER}, level_labels(results.settings)
    place = "At " if ordered(results.settings) else "On "
    return [
        sentence
        for one in headlines(results)
        if one.measure == measure and one.quantity.better in better
        for sentence in findings(
            drawn(results, one.values), heads, one.quantity.label, better=better[one.quantity.better], place=place
        )
    ]
