"""The curvature of the loss: the spectrum of its Hessian, early and best, and its maxima over batches."""

import pandas as pd

from equidyn.domains.sets.report.figures.boxes import Boxes, boxes
from equidyn.report.families import charted
from equidyn.report.figures.spectra import Strip, densities
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.checkpoints import words as checkpoint_words
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words, seen_words
from equidyn.report.sections.untrained import untrained
from equidyn.report.tables import Table
from equidyn.report.wording import wording

TITLE = "Hessian"
_UNIT = "[loss/weight²]"
# head, measure, quantity, factor
_ENDS = (
    ("largest", "hessian", "largest", 1.0),
    ("smallest", "hessian", "smallest", 1.0),
    ("share below 0 [%]", "hessian", "negative_share", 100.0),
    ("largest, with weight decay", "hessian", "decayed_largest", 1.0),
    ("smallest, with weight decay", "hessian", "decayed_smallest", 1.0),
)
_MAXIMA = (
    ("median", "hessian", "maxima_median", 1.0),
    ("interquartile range", "hessian", "maxima_iqr", 1.0),
    ("share below 0 [%]", "hessian", "maxima_negative_share", 100.0),
    ("as published: median", "audit/hessian", "maxima_median", 1.0),
    ("as published: share below 0 [%]", "audit/hessian", "negative_share", 100.0),
    ("Hessian-vector products", "hessian", "products", 1.0),
    ("as published: products", "audit/hessian", "products", 1.0),
)


def section(results: StudyResults) -> Section | None:
    """Spectral densities, ends of the spectrum, and maxima over batches."""
    if all(results.quantity("hessian", "largest", checkpoint).empty for checkpoint in results.checkpoints):
        return None
    name = f"{results.name}-hessian"
    pictures = [*_density(results, f"{name}-density"), *_maxima(results, f"{name}-maxima")]
    tables = [
        _table(results, name, f"Both ends of the spectrum {_UNIT}, and the share of it that lies below 0.", _ENDS),
        _table(results, f"{name}-maxima", f"Maxima over batches {_UNIT}, and what they cost.", _MAXIMA),
    ]
    return Section(TITLE, [_words(results), checkpoint_words(results), *diverged_words(results)], pictures, tables)


def _words(results: StudyResults) -> str:
    published = (
        " As published, they are found by power iteration with weight decay in the loss, which adds to each of them."
    )
    audited = not results.quantity("audit/hessian", "maxima").empty
    return (
        f"Eigenvalues of the Hessian of the loss on a sample of training {wording(results.settings).samples}, by "
        "Lanczos, which finds both ends of the spectrum and its density; the weight decay of training is left out "
        "unless a column says so. An eigenvalue counts as below 0 from a thousandth of the largest magnitude on. Where "
        "there are such, the loss curves downwards in some direction, so it is not convex there. Park and Kim's maxima "
        "are the five eigenvalues of largest magnitude of each batch."
        f"{_kink_words(results)}{published if audited else ''}{seen_words(results)}"
    )


def _kink_words(results: StudyResults) -> str:
    """A sentence, after a space, where the training loss is not the one whose Hessian this is; else nothing."""
    if getattr(results.settings.task, "loss", "") != "mae":
        return ""
    return (
        " The training loss is a mean absolute error, whose curvature lies in its kinks, where second derivatives do "
        "not see it; so this is the Hessian of the mean square error."
    )


def _in_time(results: StudyResults) -> list[str]:
    """Checkpoints as they come while training: early before best."""
    return sorted(results.checkpoints, reverse=True)


def _table(results: StudyResults, name: str, caption: str, wanted: tuple[tuple[str, str, str, float], ...]) -> Table:
    columns = [
        Column(f"{head}, {checkpoint}", f"{measure}.{quantity}@{checkpoint}", values, scale)
        for head, measure, quantity, scale in wanted
        for checkpoint in _in_time(results)
        if not (values := results.quantity(measure, quantity, checkpoint)).empty
    ]
    return case_table(results, name, f"{caption} {over_seeds_words(results)}", columns)


def _density(results: StudyResults, name: str) -> list[Picture]:
    strips = {
        (dataset, checkpoint): panel
        for checkpoint in _in_time(results)
        for dataset in results.datasets
        if (panel := _panel(results, dataset, checkpoint))
    }
    if not strips:
        return []
    columns = list(dict.fromkeys(checkpoint for _, checkpoint in strips))
    chart = densities(strips, level_labels(results.settings), columns, _rows(results), f"eigenvalue {_UNIT}")
    caption = (
        "Spectral density of the Hessian, mean over seeds: the darker, the more eigenvalues lie there. The shades are "
        "logarithmic, and so is the axis of eigenvalues away from 0."
    )
    alt = "Strips of shade, one per variant: the density of the Hessian's eigenvalues, by dataset and checkpoint."
    return [picture(name, caption, alt, chart)]


def _rows(results: StudyResults) -> list[str]:
    """The variants of a chart: those that have weights."""
    without = untrained(results)
    return [name for name in charted(results.settings) if name not in without]


def _panel(results: StudyResults, dataset: str, checkpoint: str) -> dict[str, list[Strip]]:
    """Variant -> densities of its runs that did not diverge."""
    frame = drawn(results, results.along("hessian", "density_at", "density", checkpoint))
    sound = frame[(frame["dataset"] == dataset) & (frame["status"] != "diverged")].dropna(subset=["x", "y"])
    panel: dict[str, list[Strip]] = {}
    for (variant, _), run in sound.groupby(["variant", "seed"], sort=False):
        if len(run) > 1:
            panel.setdefault(variant, []).append(Strip(run["x"].to_numpy(), run["y"].to_numpy()))
    return panel


def _maxima(results: StudyResults, name: str) -> list[Picture]:
    wanted = [(f"{checkpoint}, Lanczos, no weight decay", "hessian", checkpoint) for checkpoint in _in_time(results)]
    wanted.append(("best, as published: power iteration, weight decay", "audit/hessian", "best"))
    kinds = [
        Boxes(label, _spread(drawn(results, values)))
        for label, measure, checkpoint in wanted
        if not (values := results.quantity(measure, "maxima", checkpoint)).empty
    ]
    if not kinds:
        return []
    chart = boxes(kinds, level_labels(results.settings), _rows(results), f"eigenvalues {_UNIT}")
    caption = (
        "Park and Kim's maxima: the five eigenvalues of largest magnitude of every batch, over batches and seeds. "
        "Line: least to largest; box: middle half; bar: median. The axis is linear close to 0 and logarithmic beyond."
    )
    alt = "Boxes per variant: the largest Hessian eigenvalues of single batches, by dataset and checkpoint."
    return [picture(name, caption, alt, chart)]


def _spread(values: pd.DataFrame) -> pd.DataFrame:
    finite = values[values["status"] != "diverged"].dropna(subset="value")
    quantiles = finite.groupby(["dataset", "variant"], sort=False)["value"].quantile([0, 0.25, 0.5, 0.75, 1]).unstack()
    return quantiles.set_axis(["least", "lower", "middle", "upper", "largest"], axis="columns").reset_index()
