"""How often nets name the right digit: upright, and after a quarter turn, which no net was shown unless it is told."""

import pandas as pd

from equidyn.report.figures.dots import Guide, Series, dots
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels, trained_on
from equidyn.report.numbers import listed, number, percent
from equidyn.report.ranking import HIGHER, findings
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words
from equidyn.report.statistics import over_seeds
from equidyn.report.wording import LOSS_UNIT

TITLE = "Recognition"
# A net is called as often right on turned images as on upright ones if no run differs by more: one image in 200, less
# than two nets of one kind differ that start from other seeds.
SAME = 0.005
# quantity, head of its column, factor
_SHOWN = (
    ("accuracy", "test accuracy", 1.0),
    ("loss", f"test loss [{LOSS_UNIT}]", 1.0),
    ("train_accuracy", "training accuracy", 1.0),
    ("train_loss", f"training loss [{LOSS_UNIT}]", 1.0),
    ("rotated", "test accuracy, turned", 1.0),
)


def section(results: StudyResults) -> Section | None:
    """Accuracy, error and loss of each variant, upright and turned."""
    upright, turned = _of(results, "accuracy"), _of(results, "rotated")
    if upright.empty:
        return None
    name = f"{results.name}-recognition"
    columns = [Column(head, f"recognition.{key}", _of(results, key), scale) for key, head, scale in _SHOWN]
    columns.insert(1, Column("test error [%]", "recognition.error", _rest(upright), 100.0))
    table = case_table(results, name, f"At the best checkpoint. {over_seeds_words(results)}", columns)
    pictures = [_errors(results, name, upright), _turned(results, f"{name}-turned", upright, turned)]
    finding = findings(upright, trained_on(results.settings), "test accuracy", better=HIGHER, place="")
    told = turned_words(results, upright, turned)
    return Section(TITLE, [_words(results), *told, *diverged_words(results)], pictures, [table], [*finding, *told])


def turned_words(results: StudyResults, upright: pd.DataFrame, turned: pd.DataFrame) -> list[str]:
    """Per dataset, which variants lose by a quarter turn of the test images, and from what to what."""
    cell = ["dataset", "variant", "seed"]
    both = upright.merge(turned[[*cell, "value"]], on=cell, suffixes=("", "_turned"))
    sound = both[both["status"] != "diverged"].dropna(subset=["value", "value_turned"])
    heads = level_labels(results.settings)
    parts = {dataset: sound[sound["dataset"] == dataset] for dataset in results.datasets}
    return [f"Turned images ({heads[name]}): {_fates(part)}." for name, part in parts.items() if len(part)]


def _fates(runs: pd.DataFrame) -> str:
    """Which variants keep their accuracy, and which go from what to what; runs: of one dataset."""
    gaps = (runs["value"] - runs["value_turned"]).abs().groupby(runs["variant"], sort=False).max()
    means = runs.groupby("variant", sort=False)[["value", "value_turned"]].mean()
    kept = gaps[gaps <= SAME].index.tolist()
    moved = [
        f"{name} goes from {percent(row['value'])} to {percent(row['value_turned'])}"
        for name, row in means.iterrows()
        if name not in kept
    ]
    told = [f"{listed(kept)} {'is' if len(kept) == 1 else 'are'} as often right as upright"] if kept else []
    return "; ".join([*told, *moved])


def _of(results: StudyResults, quantity: str) -> pd.DataFrame:
    return results.quantity("recognition", quantity)


def _rest(accuracy: pd.DataFrame) -> pd.DataFrame:
    return accuracy.assign(value=1 - accuracy["value"])


def _words(results: StudyResults) -> str:
    counts = {tree["checks"]["counts"]["test"] for tree in results.data.values()}
    tested = " or ".join(f"{count:,}" for count in sorted(counts))
    guess = _of(results, "guess")["value"]
    guessed = f" Who always names the most frequent digit is right in {percent(guess.mean())}." if len(guess) else ""
    middle = _of(results, "accuracy")["value"].median()
    off = number(100 * (middle * (1 - middle) / max(counts)) ** 0.5, 2)
    return (
        f"Accuracy is the share of the {tested} test images whose digit is named, with the weights of the lowest "
        "validation loss; error is the rest. Turned: the same images after 90, 180 and 270 degrees, all three. "
        f"Intervals over seeds know nothing of the chance in the test images, of a standard error of {off} percentage "
        f"points; all variants are tested on the same ones.{guessed} Loss is the cross-entropy; by guessing it is "
        "log 10 = 2.303."
    )


def _errors(results: StudyResults, name: str, upright: pd.DataFrame) -> Picture:
    series = [Series("test error", over_seeds(_rest(upright)))]
    if len(training := _of(results, "train_accuracy")):
        series.append(Series("training error", over_seeds(_rest(training))))
    percents = [Series(one.label, _scaled(one.frame)) for one in series]
    heads = level_labels(results.settings)
    chart = dots(percents, heads, results.variants, "error, upright [%]", apart=True)
    caption = "Share of upright images that are told wrong, by variant; bars are 95 % intervals over seeds."
    alt = "Dots, one row per variant and one panel per dataset: error on the test images and on the training images."
    return picture(name, caption, alt, chart)


def _scaled(summary: pd.DataFrame) -> pd.DataFrame:
    """In percent."""
    return summary.assign(**{key: 100 * summary[key] for key in ("mean", "low", "high")})


def _turned(results: StudyResults, name: str, upright: pd.DataFrame, turned: pd.DataFrame) -> Picture:
    series = [Series("upright", over_seeds(upright)), Series("turned", over_seeds(turned))]
    guess = _of(results, "guess").groupby("dataset", sort=False)["value"].mean().reindex(results.datasets)
    guides = [Guide("most frequent digit", guess.to_dict(), {"linestyle": ":"})] if guess.notna().all() else []
    heads = level_labels(results.settings)
    chart = dots(series, heads, results.variants, "test accuracy [1]", apart=True, guides=guides, span=(-0.02, 1.03))
    caption = (
        "Test accuracy on upright images and on the same ones after quarter turns (mean over three), by variant; bars "
        "are 95 % intervals over seeds, and the dotted line is who always names the most frequent digit."
    )
    alt = "Dots, one row per variant: test accuracy on upright and on quarter-turned images, side by side."
    return picture(name, caption, alt, chart)
