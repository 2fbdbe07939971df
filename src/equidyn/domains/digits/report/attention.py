"""How networks with attention weight the four turns: whether evenly, and whether by what an image shows."""

import math

import pandas as pd

from equidyn.domains.digits.report.figures.attention import MOST, TURNS, entropies, weights
from equidyn.domains.digits.report.reconstructions import fated, read_examples, where_words
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import interval, listed
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words
from equidyn.report.statistics import FEWEST_SEEDS, over_seeds
from equidyn.report.tables import Table

TITLE = "Attention"
VARIATION = 0.05  # root mean square of weights about their mean: a fifth of 1/4
CONCENTRATION = TURNS**2 * VARIATION**2 / (2 * MOST)  # of weights that are off 1/4 by as much, to second order
_COLUMNS = {
    "entropy": "entropy [nats]",
    "concentration": "concentration",
    "largest": "largest weight",
    "variation": "variation over images",
}
_WORDS = (
    "A network with attention weights the four turns of what it found in an image before it adds them up; turning "
    "the image only brings its weights into another order. Concentration is 1 − entropy / log 4, which is 0 for four "
    "equal weights (entropy log 4 = 1.386, largest weight 1/4) and 1 if one turn takes all. Variation is the root mean "
    "square of each weight about its mean over the test images: 0 if all images are weighted alike, and "
    f"{math.sqrt(TURNS - 1) / TURNS:.2f} if each image gives all weight to one turn, as often to each."
)


def section(results: StudyResults) -> Section | None:
    """Weights of a few images, the entropies of all, and whether they are uniform and constant."""
    variation = results.quantity("attention", "variation")
    if variation.empty:
        return None
    concentration = results.quantity("attention", "concentration")
    said = [
        _said(concentration, CONCENTRATION, ("uneven", "near equal"), "concentration"),
        _said(variation, VARIATION, ("different from image to image", "much the same for all images"), "variation"),
    ]
    shown = [*_weights_picture(results), _entropies_picture(results)]
    return Section(TITLE, [_WORDS, " ".join(said), *diverged_words(results)], shown, [_table(results)])


def _said(values: pd.DataFrame, least: float, words: tuple[str, str], name: str) -> str:
    """For which variants a number is clearly above the least that is worth the first word, or below it."""
    summary = over_seeds(values).dropna(subset="mean")
    sure = summary["n"] >= FEWEST_SEEDS
    above, below = sure & (summary["low"] > least), sure & (summary["high"] < least)
    told = {
        f"Weights are {words[0]} ({name} above {least:.2g})": summary[above],
        f"Weights are {words[1]} ({name} below {least:.2g})": summary[below],
        f"Whether weights are {' or '.join(words)} is open ({name} about {least:.2g})": summary[~above & ~below],
    }
    return " ".join(f"{head}: {listed(_named(rows))}." for head, rows in told.items() if len(rows))


def _named(rows: pd.DataFrame) -> list[str]:
    several = rows["dataset"].nunique() > 1
    return [
        f"{row.variant}{f' on {row.dataset}' if several else ''} {interval(row.mean, row.high - row.mean)}"
        for row in rows.itertuples()
    ]


def _table(results: StudyResults) -> Table:
    columns = [Column(head, f"attention.{key}", results.quantity("attention", key)) for key, head in _COLUMNS.items()]
    caption = f"Weights of the attention over the test images. {over_seeds_words(results)}"
    return case_table(results, f"{results.name}-attention", caption, columns)


def _weights_picture(results: StudyResults) -> list[Picture]:
    examples = {name: one for name, one in read_examples(results).items() if one.attention is not None}
    if not examples:
        return []
    images = next(iter(examples.values())).inputs
    found = {fated(results, name): example.attention for name, example in examples.items()}
    caption = (
        f"Weights of the four turns for some images: {where_words(results)}. Dotted: 1/4, as if they were equal. "
        "Turns are counted from the image as it stands; which of them a network prefers has no meaning of its own."
    )
    alt = "Digits in a row; below each, for every network with attention, four bars: its weights of the four turns."
    return [picture(f"{results.name}-attention", caption, alt, weights(images, found))]


def _entropies_picture(results: StudyResults) -> Picture:
    frame = results.along("attention", "entropy_at", "entropy_share")
    sound = frame[frame["status"] != "diverged"]
    caption = (
        "Share of the test images by the entropy of their weights, in bins of log 4 / 20; means over seeds. Equal "
        "weights would stand at the dotted line, and all weight on one turn at 0."
    )
    alt = "Step curves, one per network with attention: share of test images against entropy, with a line at log 4."
    return picture(f"{results.name}-entropy", caption, alt, entropies(sound, level_labels(results.settings)))
