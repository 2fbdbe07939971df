"""How often classifiers of sets are right, beside what no rule can exceed."""

import math

import pandas as pd

from equidyn.domains.sets.report.comparison import BAYES, comparison, reached
from equidyn.domains.sets.report.limits import beside_bayes
from equidyn.report.figures.dots import Guide, Series, dots
from equidyn.report.figures.style import INK, Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels, trained_on
from equidyn.report.numbers import interval, number
from equidyn.report.ranking import HIGHER, best_of, findings
from equidyn.report.sections.section import Section, diverged_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table, wide

TITLE = "Accuracy"
_ROOM, _LEAST = 0.2, 0.005  # of the axis, beyond the outermost marks: share of their distance, and least
_LOOKS = {"bayes": {"color": INK, "linewidth": 1.2}, "bayes_here": {"linestyle": "--", "linewidth": 1.0}}


def section(results: StudyResults) -> Section | None:
    """Test accuracy per variant and dataset, and whether it is within the Bayes limit."""
    values = results.quantity("accuracy", "accuracy")
    if values.empty:
        return None
    beside = beside_bayes(results)
    tables = [comparison(results), *([] if beside.empty else [_beside_table(results, beside)])]
    check = check_words(results, beside)
    text = [_words(results, values), check, *diverged_words(results)]
    best = [f"{told}{_distance(values, beside, name)}" for name, told in _best(results, values).items()]
    return Section(TITLE, text, [_picture(results, values)], tables, [*best, check])


def check_words(results: StudyResults, beside: pd.DataFrame) -> str:
    """Whether a variant is above the best rule, beyond its interval, as none can be; beside: as of `beside_bayes`."""
    if beside.empty:
        return "Whether a variant is above the Bayes limit is not checked, as the test sets cannot be drawn again here."
    above = beside[beside["low"] > 0]
    if above.empty:
        top = beside.loc[beside["mean"].idxmax()]
        return (
            "No variant is above the Bayes limit beyond its interval: on the same test sets the nearest differs from "
            f"the Bayes rule by {_told(results, top)}."
        )
    named = "; ".join(_told(results, row) for _, row in above.iterrows())
    return (
        f"Above the Bayes rule on the same test sets, beyond the interval: {named}. No rule can be above the limit; of "
        f"{len(beside)} such intervals one in forty is by chance, else something is wrong."
    )


def _told(results: StudyResults, row: pd.Series) -> str:
    return f"{_points(row)} percentage points ({row['variant']}, {level_labels(results.settings)[row['dataset']]})"


def _points(row: pd.Series) -> str:
    """A difference with its interval, in percentage points."""
    return interval(100 * row["mean"], 100 * (row["high"] - row["mean"]))


def _best(results: StudyResults, values: pd.DataFrame) -> dict[str, str]:
    """Dataset -> which variant is best there."""
    heads = trained_on(results.settings)
    return dict(zip(heads, findings(values, heads, "test accuracy", better=HIGHER, place=""), strict=True))


def _distance(values: pd.DataFrame, beside: pd.DataFrame, dataset: str) -> str:
    """How far the best variant is from the best rule, on the same test sets; a sentence after a space, or nothing."""
    ranked = best_of(values[values["dataset"] == dataset], HIGHER)
    if ranked.empty or beside.empty:
        return ""
    row = beside.set_index(["dataset", "variant"]).loc[(dataset, ranked["variant"].iloc[0])]
    return f" It differs from the Bayes rule on the same test sets by {_points(row)} percentage points."


def _words(results: StudyResults, values: pd.DataFrame) -> str:
    count, middle = results.settings.source.split.test, values["value"].median()
    off = number(100 * (middle * (1 - middle) / count) ** 0.5, 2)
    return (
        f"Accuracy is the share of the {count:,} test sets that are put in the right class, with the weights of the "
        "lowest validation loss. Intervals over seeds know nothing of the chance in the test sets, of a standard error "
        f"of {off} percentage points; all variants are tested on the same ones, so differences between them, and to "
        "the Bayes rule on these very sets, are known better than each accuracy. Loss is the cross-entropy; by "
        "guessing it is log 2 = 0.693."
    )


def _picture(results: StudyResults, values: pd.DataFrame) -> Picture:
    guides = [Guide(head, reached(results, name), _LOOKS[name]) for name, head in BAYES.items()]
    heads = level_labels(results.settings)
    summary = over_seeds(values)
    drawn = [*summary["mean"], *(value for guide in guides for value in guide.values.values())]
    ends = [value for value in drawn if math.isfinite(value)]
    room = _ROOM * (max(ends) - min(ends)) + _LEAST
    span = (min(ends) - room, max(ends) + room)
    chart = dots([Series("test accuracy", summary)], heads, results.variants, "accuracy [1]", guides=guides, span=span)
    caption = (
        "Test accuracy by variant, and what no rule can exceed; bars are 95 % intervals over seeds, cut where they "
        "leave the frame."
    )
    alt = "Dots, one row per variant and one panel per dataset: test accuracy, with an upright line at the Bayes limit."
    return picture(f"{results.name}-accuracy", caption, alt, chart)


def _beside_table(results: StudyResults, beside: pd.DataFrame) -> Table:
    texts = beside.apply(_points, axis=1)
    caption = (
        "Accuracy less that of the Bayes rule on the very same test sets [percentage points]. 95 % intervals with the "
        "spread of the seeds and, for the sets on which only one of the two is right, that of the test sets."
    )
    view = wide(beside, texts, level_labels(results.settings))
    return Table(f"{results.name}-bayes", caption, beside, view)
