"""Which layers of a net move with its images, and which stay as they are: by the true action and by sorting."""

from dataclasses import replace

import pandas as pd

from equidyn.core.measures.quantities import declared_as
from equidyn.domains.digits.models.strides import STRIDES
from equidyn.domains.digits.report.figures.shifts import shifts
from equidyn.report.declared import declared
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.quantity import Measured
from equidyn.report.sections.section import Section, drawn

TITLE = "Equivariance by layer"
MEASURES = ("layer_equivariance",)
_NAMES = {"layer_equivariance": "by the true action", "audit/sorting": "by the sorting trick"}
_ANOTHER = "another digit"
_WORDS = (
    "Feature maps should move with the image, numbers (fc1, logits) stay as they are. Errors are over those of another "
    "test image in the place of the moved one, so that 1 is as far off as another digit is."
)
_TRICK = (
    "The published sorting trick compares the sorted activations of both images of a pair, so that it needs no action; "
    "nor can it see where things are. Its errors are over those of another digit by the same trick."
)


def section(results: StudyResults) -> Section | None:
    """Errors of every layer against the shift, and all that both measures declare."""
    own = Measured(MEASURES[0]).section(results)
    if own is None:
        return None
    text, pictures = [_WORDS, *own.text, _TRICK], [*_shift_pictures(results), *own.pictures]
    return replace(own, title=TITLE, text=text, pictures=pictures)


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
        shown.append(picture(f"{results.name}--layer-shifts-{suffix}", caption, alt, chart))
    return shown


def _shares(results: StudyResults, measure: str) -> pd.DataFrame:
    """dataset, variant, seed, layer, x (shift), y (error over that of a random pair), of runs that did not diverge."""
    key, parts = ["dataset", "variant", "seed", "index"], []
    for layer in _layers(results, measure):
        errors = results.along(measure, "shift", f"translation.{layer}.error")
        random = results.along(measure, "shift", f"translation.{layer}.random")[[*key, "y"]]
        both = errors.merge(random, on=key, suffixes=("", "_random"))
        parts.append(both.assign(layer=layer, y=both["y"] / both["y_random"]))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["status", "y"])
    return frame[frame["status"] != "diverged"].dropna(subset="y")


def _layers(results: StudyResults, measure: str) -> list[str]:
    """Names of the layers, as they follow each other in the nets."""
    error = declared_as("translation.any.error", declared(results.settings.home, measure))
    names = results.values.loc[results.values["measure"] == measure, "quantity"].unique()
    return [layer for name in names if error and (layer := error.key(name))]
