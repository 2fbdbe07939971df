"""Under which permutations the answers of classifiers of sets stay the same, by construction or as learnt."""

import pandas as pd

from equidyn.report.figures.dots import Guide, Series, dots
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words

TITLE = "Invariance"
ROUND_OFF = 1e-4  # relative; single precision leaves less, even where sums over a set are large
_LOWEST = 1e-8  # what is below, 0 too, is drawn here
GROUPS = {"points": "S_n", "imposed": "what is imposed", "exchangeable": "S_n × S_d"}  # as measured -> its name
_WORDS = (
    "Invariance error: the root mean square of f(g x) − f(x), over the standard deviation of f over the test sets, for "
    "random permutations g; 0 if the logit does not depend on the order, 1.4 if f(g x) has nothing to do with f(x). "
    "S_n permutes the vectors of a set, S_n × S_d its vectors and their components. To both, the distributions are "
    "indifferent."
)


def section(results: StudyResults) -> Section | None:
    """Errors under the three groups, and which variants are exact under which."""
    errors = {group: errors_under(results, group) for group in GROUPS}
    if errors["points"].empty:
        return None
    name = f"{results.name}-invariance"
    columns = [
        Column(f"error under {head}", f"invariance.{group}.relative", errors[group]) for group, head in GROUPS.items()
    ]
    flipped = results.quantity("invariance", "points.flipped")
    columns.append(Column("answers changed by S_n [%]", "invariance.points.flipped", flipped, 100.0))
    table = case_table(results, name, f"Relative error of the logit. {over_seeds_words(results)}", columns)
    text = [_WORDS, *_exact_words(results, errors), *_broken_words(results, errors["imposed"])]
    return Section(TITLE, [*text, *diverged_words(results)], [_picture(results, name, errors)], [table])


def errors_under(results: StudyResults, group: str) -> pd.DataFrame:
    """Relative errors under one of the groups; of what is imposed only for variants that impose something.

    Those are the strict ones and any that are off: of nothing, the error is exactly 0.
    """
    values = results.quantity("invariance", f"{group}.relative")
    if group != "imposed":
        return values
    imposing = {*results.runs[results.runs["strict"]]["variant"], *values[values["value"] > 0]["variant"]}
    return values[values["variant"].isin(imposing)]


def _exact(errors: pd.DataFrame) -> set[str]:
    """Variants of which every error is round-off."""
    largest = _largest(errors)
    return set(largest[largest < ROUND_OFF].index)


def _largest(errors: pd.DataFrame) -> pd.Series:
    """Variant -> its largest error, over the runs that did not diverge."""
    return errors[errors["status"] != "diverged"].groupby("variant", sort=False)["value"].max()


def _exact_words(results: StudyResults, errors: dict[str, pd.DataFrame]) -> list[str]:
    exact = {group: _exact(values) for group, values in errors.items()}
    both = exact["exchangeable"] & exact["points"]
    told = {
        "under S_n × S_d": both,
        "under S_n, but not under S_d": exact["points"] - both,
        "under what they impose, but not under S_n": exact["imposed"] - exact["points"],
        "under none of these": set(_largest(errors["points"]).index) - exact["points"] - exact["imposed"],
    }
    parts = [
        f"{words}: {listed([name for name in results.variants if name in names])}" for words, names in told.items()
    ]
    return [f"Invariant to round-off (every error below 10⁻⁴) {'; '.join(parts)}."]


def _broken_words(results: StudyResults, imposed: pd.DataFrame) -> list[str]:
    """A warning where a variant is not what it is built to be."""
    strict = set(results.runs[results.runs["strict"]]["variant"])
    largest = _largest(imposed[imposed["variant"].isin(strict)])
    broken = largest[~(largest < ROUND_OFF)]
    told = [f"{name} ({number(error, 2)})" for name, error in broken.items()]
    return (
        [f"Built to be exactly invariant, but not so here: {listed(told)}. The command equidyn check tells more."]
        if told
        else []
    )


def _picture(results: StudyResults, name: str, errors: dict[str, pd.DataFrame]) -> Picture:
    series = [Series(head, _ranges(errors[group])) for group, head in GROUPS.items()]
    heads = level_labels(results.settings)
    line = Guide("round-off", dict.fromkeys(heads, ROUND_OFF), {"linestyle": ":"})
    chart = dots(
        series, heads, results.variants, "invariance error of the logit [1]", log=True, apart=True, guides=[line]
    )
    caption = (
        "Invariance error by variant under three groups: mean, and range over seeds as a bar. What lies below 10⁻⁸, or "
        "is exactly 0, is drawn at 10⁻⁸; what a variant imposes is shown for those that impose something."
    )
    alt = "Dots on a logarithmic axis, one row per variant: the invariance error under S_n, what is imposed, S_n × S_d."
    return picture(name, caption, alt, chart)


def _ranges(errors: pd.DataFrame) -> pd.DataFrame:
    """Mean, least and largest over the runs that did not diverge; a logarithmic axis has no place for 0."""
    sound = errors[errors["status"] != "diverged"]
    ends = sound.groupby(["dataset", "variant"], sort=False)["value"].agg(mean="mean", low="min", high="max")
    ends["mean"] = ends["mean"].clip(ends["low"], ends["high"])  # of equal errors it may be off by rounding
    return ends.clip(lower=_LOWEST).reset_index()
