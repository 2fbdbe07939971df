"""Which layers of a net move with its images, and which stay as they are, as they should."""

import pandas as pd

from equidyn.domains.digits.models.strides import STRIDES
from equidyn.domains.digits.report import layer_words
from equidyn.domains.digits.report.figures.shifts import shifts
from equidyn.domains.digits.report.layers import LayerColumn, along_layers, by_layer, layer_tables, layers
from equidyn.report.figures.levels import Baseline, Chart, Places, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table

TITLE = "Equivariance by layer"
_TRUE, _SORTING = "layer_equivariance", "audit/sorting"
_NAMES = {_TRUE: "by the true action", _SORTING: "by the sorting trick"}
_ANOTHER = "another digit"
_WORDS = (
    "Move an image, and compare a layer's answer with its answer to the image as it was, moved. A feature map whose "
    "pixels are s pixels of the image apart (its stride) moves by 1/s of a shift, between whole pixels by linear "
    "interpolation; numbers (fc1, logits) should stay as they are. Error: root mean square of the difference, over "
    "the same for another test image in the place of the moved one, so that 1 is as far off as another digit is. "
    "Images are those whose ink stays inside. Shifts are compared where the map holds what was there before (whole "
    "strides, other shifts), and once more with all the rest, filled with the answer to blank paper (with border)."
)
_TRICK = (
    "The published sorting trick sorts all activations of a layer by size, for both images of a pair, and compares the "
    "lists, so that it needs no action; nor can it see where things are. Its errors are over those of another digit by "
    "the same trick."
)
_THRESHOLDS = (
    f"Here a layer is called equivariant (numbers: invariant) if its error is below {layer_words.SMALL:g}, to "
    f"round-off below 10⁻⁴, approximately so below {layer_words.HALF:g}, and else not."
)
# head, measure, motion, item
_COLUMNS = (
    ("whole strides", _TRUE, "translation", "whole"),
    ("other shifts", _TRUE, "translation", "fractional"),
    ("whole, with border", _TRUE, "translation", "border"),
    ("whole strides, by sorting", _SORTING, "translation", "whole"),
    ("other shifts, by sorting", _SORTING, "translation", "fractional"),
    ("quarter turns", _TRUE, "rotation", "ratio"),
    ("quarter turns, by sorting", _SORTING, "rotation", "ratio"),
)


def section(results: StudyResults) -> Section | None:
    """Errors of every layer against the shift, under quarter turns, and by the sorting trick."""
    if not layers(results, _TRUE, "translation"):
        return None
    means = {key: _means(results, *key) for key in (("translation", "whole"), ("translation", "fractional"))}
    means |= {key: _means(results, *key) for key in (("translation", "border"), ("rotation", "ratio"))}
    cases = list(dict.fromkeys(case for part in means.values() for case in part))
    found = [_finding(results, case, means) for case in cases]
    trick = [_TRICK, *_agreement(results)] if layers(results, _SORTING, "translation") else []
    text = [_WORDS, *trick, _THRESHOLDS, *found, *diverged_words(results)]
    pictures = [*_shift_pictures(results), *_turn_pictures(results)]
    return Section(TITLE, text, pictures, _tables(results), found)


def _means(results: StudyResults, motion: str, item: str) -> dict[tuple[str, str], dict[str, float]]:
    """(dataset, variant) -> layer -> mean over the runs that did not diverge, where there is one."""
    summary = over_seeds(by_layer(results, _TRUE, motion, item), ("dataset", "variant", "layer"))
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in summary[summary["n"] > 0].itertuples():
        found.setdefault((row.dataset, row.variant), {})[row.layer] = row.mean
    return found


def _finding(results: StudyResults, case: tuple[str, str], means: dict) -> str:
    """What one variant's layers do, in one sentence; means: (motion, item) -> as from `_means`."""
    of = {item: part.get(case, {}) for (_, item), part in means.items()}
    maps = {item: {name: error for name, error in part.items() if name in STRIDES} for item, part in of.items()}
    told = []
    if maps["whole"]:
        told.append(layer_words.maps_words(maps["whole"], maps["fractional"], maps["border"]))
    if still := {name: error for name, error in of["whole"].items() if name not in STRIDES}:
        told.append(f"under shifts {layer_words.graded(still, 'invariant')}")
    if of["ratio"]:
        told.append(f"under quarter turns {layer_words.graded(of['ratio'], 'equivariant')}")
    head = level_labels(results.settings)[case[0]]
    return f"{case[1]} ({head}): {'; '.join(told)}."


def _agreement(results: StudyResults) -> list[str]:
    """How far the trick is from the true action, mean over feature maps, by variant."""
    told = []
    for motion, word in (("translation", "under shifts"), ("rotation", "under quarter turns")):
        values = results.quantity(_SORTING, f"agreement.{motion}")
        means = values[values["status"] != "diverged"].groupby("variant", sort=False)["value"].mean().dropna()
        if len(means):
            told.append(f"{word} {listed([f'{name} {number(mean, 2)}' for name, mean in means.items()])}")
    if not told:
        return []
    return [
        f"Mean difference between the errors of feature maps by the trick and by the true action: {'; '.join(told)}."
    ]


def _tables(results: StudyResults) -> list[Table]:
    columns = [
        LayerColumn(head, f"{measure}.{motion}.{item}", by_layer(results, measure, motion, item))
        for head, measure, motion, item in _COLUMNS
    ]
    caption = f"Errors by layer, as shares of what another digit gives. {over_seeds_words(results)}"
    return layer_tables(results, f"{results.name}-layer-equivariance", caption, columns)


def _shift_pictures(results: StudyResults) -> list[Picture]:
    """One per dataset and variant that is drawn."""
    frames = {name: frame for measure, name in _NAMES.items() if len(frame := _shares(results, measure))}
    if not frames:
        return []
    heads, shown = level_labels(results.settings), []
    alt = "Line charts, one panel per layer: error against the shift, by the true action and by the sorting trick."
    every = drawn(results, pd.concat(frames.values()))
    for (dataset, variant), _ in every.groupby(["dataset", "variant"], sort=False):
        chosen = {
            name: frame[(frame["dataset"] == dataset) & (frame["variant"] == variant)] for name, frame in frames.items()
        }
        chart = shifts(chosen, STRIDES, f"error over\n{_ANOTHER}'s", _ANOTHER)
        caption = (
            f"{variant}, {heads[dataset]}: error of each layer against the shift of the image, over that of "
            f"{_ANOTHER}; mean, and range over seeds as a band. Filled marks: multiples of the layer's stride."
        )
        suffix = variant if len(results.datasets) == 1 else f"{dataset}-{variant}"
        shown.append(picture(f"{results.name}-layer-shifts-{suffix}", caption, alt, chart))
    return shown


def _shares(results: StudyResults, measure: str) -> pd.DataFrame:
    """dataset, variant, seed, layer, x (shift), y (error over that of a random pair), of runs that did not diverge."""
    key, parts = ["dataset", "variant", "seed", "index"], []
    for layer in layers(results, measure, "translation"):
        errors = results.along(measure, "shift", f"translation.{layer}.error")
        random = results.along(measure, "shift", f"translation.{layer}.random")[[*key, "y"]]
        both = errors.merge(random, on=key, suffixes=("", "_random"))
        parts.append(both.assign(layer=layer, y=both["y"] / both["y_random"]))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["status", "y"])
    return frame[frame["status"] != "diverged"].dropna(subset="y")


def _turn_pictures(results: StudyResults) -> list[Picture]:
    """One per dataset: errors under quarter turns by layer."""
    frames = {name: by_layer(results, measure, "rotation", "ratio") for measure, name in _NAMES.items()}
    names = layers(results, _TRUE, "rotation")
    caption = (
        f"Error of each layer under quarter turns (mean over three), over that of {_ANOTHER}; bars are 95 % intervals "
        "over seeds."
    )
    alt = "Charts: error under quarter turns against layer, one line per variant."
    heads, shown = level_labels(results.settings), []
    for dataset in results.datasets:
        summaries = {name: along_layers(results, frame, dataset) for name, frame in frames.items()}
        charts = [
            Chart(summary, f"error over {_ANOTHER}'s,\n{name}", Baseline(_ANOTHER, dict.fromkeys(names, 1.0)))
            for name, summary in summaries.items()
            if len(summary)
        ]
        if charts:
            suffix = "" if len(results.datasets) == 1 else f"-{dataset}"
            chart = by_level(charts, Places({layer: layer for layer in names}, f"layer ({heads[dataset]})"))
            shown.append(picture(f"{results.name}-layer-turns{suffix}", caption, alt, chart))
    return shown
