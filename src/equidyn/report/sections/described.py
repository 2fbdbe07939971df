"""What a description without code defines, beside what is done here: a table of words, made by a domain."""

from collections.abc import Sequence

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table

TITLE = "Audit: as described, and as done here"
_WORDS = (
    "Claims that rest on a definition of the project description are tested as published by it; the corrected form is "
    "this run's own."
)
COLUMNS = ("what", "as described", "as published here", "corrected here")


def described(results: StudyResults, rows: Sequence[tuple[str, str, str, str]]) -> Section | None:
    """One row per definition, as of COLUMNS; None without any."""
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Section(TITLE, [_WORDS], tables=[Table(f"{results.name}--described", "Definitions.", frame, frame)])
