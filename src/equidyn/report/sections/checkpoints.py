"""The early checkpoint beside the best: what changes while training."""

import pandas as pd

from equidyn.core.params.signatures import AUDIT
from equidyn.report.gather import StudyResults
from equidyn.report.sections.quantity_charts import along_charts
from equidyn.report.sections.quantity_tables import single_table
from equidyn.report.sections.quantity_values import Axis, Shown, shown
from equidyn.report.sections.section import Section
from equidyn.report.sections.untrained import trained
from equidyn.report.wording import wording

TITLE = "Early and best checkpoints"


def section(results: StudyResults) -> Section | None:
    """Headline quantities that were measured at several checkpoints."""
    measures = [name for name in results.settings.measures if not name.startswith(AUDIT)]
    found = [one for measure in measures for one in shown(results, measure)]
    found = [one for one in found if one.quantity.headline and one.axis is None]
    several = [one for one in found if sum(other.quantity == one.quantity for other in found) > 1]
    if not several:
        return None
    name = f"{results.name}--checkpoints"
    table = single_table(results, name, "The same quantities at each checkpoint.", several)
    return Section(TITLE, [words(results)], along_charts(results, name, TITLE, _along(results, several)), [table])


def words(results: StudyResults) -> str:
    """Which weights the two checkpoints hold."""
    early = ", ".join(map(str, trained(results, results.runs)["early_epoch"].unique()))
    score = wording(results.settings).score_name
    return f"Early: weights after epoch {early}. Best: weights of the lowest validation {score}."


def _along(results: StudyResults, several: list[Shown]) -> list[Shown]:
    """Each quantity once, along the checkpoints."""
    names = tuple(sorted(results.checkpoints, reverse=True))
    axis, joined = Axis("checkpoint", names), []
    for quantity in dict.fromkeys(one.quantity for one in several):
        same = [one for one in several if one.quantity == quantity]
        values = pd.concat([one.values.assign(at=float(names.index(one.checkpoint))) for one in same])
        joined.append(Shown(same[0].measure, quantity, "best", values, same[0].unit, axis))
    return joined
