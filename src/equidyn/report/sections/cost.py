"""What an answer costs, in arithmetic and in time, against how good it is."""

import pandas as pd

from equidyn.domains.digits.report import variants_of_images
from equidyn.domains.sets.report import variants_of_sets
from equidyn.domains.sets.report.comparison import reached
from equidyn.report.figures.dots import Guide
from equidyn.report.figures.style import INK, MUTED, Picture, picture
from equidyn.report.figures.tradeoff import tradeoff
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.section import Section, chart_parts, diverged_words
from equidyn.report.sections.untrained import as_baseline, trained
from equidyn.report.sections.variants import time_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table
from equidyn.report.wording import wording

TITLE = "Cost"
# Kind of task -> its own words, and what parts its variants into those that match in parameters.
_OF_IMAGES = (
    "A weight that is shared over the pixels of an image, or over its turned copies, is used once for each: equal "
    "parameters is not equal arithmetic, and on small networks arithmetic is not time either.",
    variants_of_images.matched,
)
_KINDS = {
    "classify_sets": (
        "A weight that is shared over the points of a set is used once per point, and a mean over moved copies of a "
        "set takes one answer per copy: equal parameters is not equal arithmetic, and on small networks arithmetic is "
        "not time either.",
        lambda frame: [frame[variants_of_sets.matched(frame)]],
    ),
    "reconstruct": _OF_IMAGES,
    "classify_images": _OF_IMAGES,
    "upscale": (
        "A weight that is shared over the rotations of the cube is used once for each: equal parameters is not equal "
        "arithmetic.",
        variants_of_images.matched,
    ),
}


def section(results: StudyResults) -> Section | None:
    """The headline number against multiply-adds; multiply-adds per variant; time of a step in words."""
    if results.settings.task.kind not in _KINDS or trained(results, results.runs).empty:
        return None
    table, (words, parted) = _table(results), _KINDS[results.settings.task.kind]
    groups = [group for group in parted(trained(results, table.data)) if len(group) > 1]
    ranges = [_range_words(group, len(groups) > 1) for group in groups]
    text = [f"{_first_words(results)} {words}", *ranges, time_words(results), *diverged_words(results)]
    return Section(TITLE, text, _pictures(results, table.data), [table])


def _first_words(results: StudyResults) -> str:
    per = wording(results.settings).per
    return (
        f"Multiply-adds of matrix products, per {per} and answer; element-wise work and sorting are not counted. A "
        f"training step does about three times that for each {per} of its batch."
    )


def _table(results: StudyResults) -> Table:
    first = results.runs.groupby("variant", sort=False)[["parameters", "multiply_adds"]].first()
    frame = first.reindex(results.variants).rename_axis("variant").reset_index()
    frame["per_parameter"] = frame["multiply_adds"] / frame["parameters"].where(frame["parameters"] > 0)
    counts = {name: frame[name].map("{:,}".format) for name in ("parameters", "multiply_adds")}
    heads = {
        "multiply_adds": f"multiply-adds per {wording(results.settings).per}",
        "per_parameter": "multiply-adds per parameter",
    }
    uses = frame["per_parameter"].map(lambda count: "–" if pd.isna(count) else number(count, 3))
    view = frame.assign(**counts, per_parameter=uses).rename(columns=heads)
    return Table(f"{results.name}-cost", "Arithmetic of one answer.", frame, view)


def _range_words(equal: pd.DataFrame, named: bool) -> str:
    """Of variants that match in parameters, which does the most arithmetic, and how much; named: with their names."""
    who = f"{listed(equal['variant'].tolist())}, which" if named else "the variants that"
    least, most = (equal.loc[equal["multiply_adds"].agg(end)] for end in ("idxmin", "idxmax"))
    ratio = most["multiply_adds"] / least["multiply_adds"]
    if ratio == 1:
        return f"Of {who} match in parameters, all do the same arithmetic."
    return (
        f"Of {who} match in parameters, {most['variant']} does {number(ratio, 2)} times the arithmetic of "
        f"{least['variant']}."
    )


def _pictures(results: StudyResults, costs: pd.DataFrame) -> list[Picture]:
    words = wording(results.settings)
    values = results.quantity(words.headline.measure, words.headline.quantity)
    if values.empty:
        return []
    by_variant = trained(results, costs).set_index("variant")["multiply_adds"].to_dict()
    limit = _limit(results, values)
    labels = (f"multiply-adds per {words.per}", words.headline.label)
    heads, name, told = level_labels(results.settings), f"{results.name}-cost", words.headline.name
    caption = (
        f"{told[0].upper()}{told[1:]}, mean over seeds, against the arithmetic of one answer; intervals stand under "
        f"{words.headline.section}."
    )
    alt = f"Marks, one per variant and one panel per dataset: {told} against multiply-adds, on a logarithmic axis."
    charts = {
        part: tradeoff(over_seeds(trained(results, part.of(values))), by_variant, heads, labels, limit)
        for part in chart_parts(results)
    }
    return [picture(f"{name}{part.suffix}", f"{caption}{part.words}", alt, chart) for part, chart in charts.items()]


def _limit(results: StudyResults, values: pd.DataFrame) -> Guide | None:
    """What no rule can exceed, where that is known; or what is to be had without weights. values: what is drawn."""
    found = reached(results, "bayes")
    if pd.Series(found).notna().all():
        return Guide("Bayes limit", found, {"color": INK})
    level = as_baseline(results, values)
    return Guide(level.label, level.values, {"color": MUTED, "linestyle": ":"}) if level else None
