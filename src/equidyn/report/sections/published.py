"""The networks that are built as published, oddities included, beside those of this run: for the audit alone."""

from equidyn.report.families import is_published
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import listed
from equidyn.report.sections.quantity_charts import single_charts
from equidyn.report.sections.quantity_values import headlines
from equidyn.report.sections.section import Section

TITLE = "Networks as published"


def section(results: StudyResults) -> Section | None:
    """The headline numbers of all variants; nothing where none is built as published."""
    built = [name for name in results.variants if is_published(results.settings, name)]
    found = headlines(results)
    if not built or len(built) == len(results.variants) or not found:
        return None
    words = (
        f"Built as the published code does, with sizes of their own: {listed(built)}. The figures and findings of this "
        "run leave them out; its tables have them."
    )
    return Section(TITLE, [words], single_charts(results, f"{results.name}--audit-networks", TITLE, found, audit=True))
