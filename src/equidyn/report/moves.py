"""How far errors move when every variant is trained for longer: the control of convergence, seed by seed."""

import pandas as pd

from equidyn.core.measures.quantities import declared_as
from equidyn.report.declared import declared
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, percent
from equidyn.report.wording import Headline, wording

_CELL = ["dataset", "variant", "seed"]


def moves(results: StudyResults) -> pd.DataFrame:
    """variant, move, least, most: relative change of the error by which the report compares variants first.

    Mean, smallest and largest over the control's seeds and datasets, each run against the shorter one of its seed; on
    the principal test split. The error of what is better if higher, an accuracy, is 1 less that. Without rows if the
    study has no control or no such quantity; a variant without finite pairs is left out.
    """
    headline = wording(results.settings).headline
    columns = ["variant", "move", "least", "most"]
    if results.controls is None or headline is None:
        return pd.DataFrame(columns=columns)
    once, longer = (_errors(part, headline, results) for part in (results, results.controls))
    change = (longer / once[once > 0].reindex(longer.index) - 1).dropna()
    found = change.groupby("variant", sort=False).agg(["mean", "min", "max"]).reset_index()
    return found.set_axis(columns, axis=1)


def budget_words(results: StudyResults) -> str:
    """2 × the epochs."""
    return f"{results.settings.control.budget:g} × the epochs"


def move_words(results: StudyResults) -> str:
    """What the control says of the study as a whole, or that there is none."""
    control, found = results.settings.control, moves(results)
    if control is None:
        return "No run was trained again for longer, so it was not checked whether errors still move."
    heads = level_labels(results.settings)
    where = f"on {listed([heads[name] for name in control.datasets])}, seeds {listed(list(map(str, control.seeds)))}"
    if found.empty:
        return f"Trained again with {budget_words(results)} ({where})."
    ends = [found.loc[found["move"].idxmin()], found.loc[found["move"].idxmax()]][: len(found)]
    moved = " to ".join(f"{signed(end['move'])} ({end['variant']})" for end in ends)
    return (
        f"Trained again with {budget_words(results)} ({where}), the error moves by {moved}; the table of the variants "
        "tells it of each."
    )


def signed(share: float) -> str:
    """A relative change in percent: −12.0 %, +0.3 %."""
    return f"{'−' if share < 0 else '+'}{percent(abs(share))}"


def _errors(part: StudyResults, headline: Headline, results: StudyResults) -> pd.Series:
    """dataset, variant, seed -> error of the runs that did not diverge."""
    name = next(iter(results.on_tests(headline.measure, headline.quantity).values()))
    rows = part.quantity(headline.measure, name)
    values = rows[(rows["status"] != "diverged") & (rows["index"] == 0)].set_index(_CELL)["value"]
    quantity = declared_as(name, declared(results.settings.home, headline.measure))
    return 1 - values if quantity is not None and quantity.better == "higher" else values
