"""Handwritten digits in words: which ones they are, how many, whether their pixels are as they should be."""

from collections.abc import Mapping
from typing import Any

from equidyn.core.params.study import Study
from equidyn.report.gather import StudyResults
from equidyn.report.labels import kind_labels, level_labels
from equidyn.report.numbers import counted, listed, number
from equidyn.report.sections.data import Check

_WHOLE = 28  # pixels per side of MNIST's images
# Mean and standard deviation of MNIST's 60,000 training images, pixels from 0 to 1, as they are known everywhere.
_KNOWN = {"MNIST": (0.1307, 0.3081)}
_CLOSE = 5e-5  # half of the last known digit
_TASKS = {
    "classify_images": "Which of ten digits does an image show?",
    "reconstruct": "A network must give an image back that it has put through a narrow place.",
}
_RESIZES = {"area": "by averaging over areas", "bilinear": "by bilinear resizing with anti-aliasing"}
# What tells the images of an origin from what is said of all.
_ABOUT = {
    "optdigits": " They were 8 × 8 pixels, enlarged by averaging over areas to the box that MNIST's digits fill, and "
    "nearly all test images are by other writers."
}
_SYMMETRY = (
    "Digits are written upright. No image is stored in two orientations, and a turned 6 is a 9, so that the set is not "
    "symmetric under quarter turns, nor is an equivariance error of the data defined. What a network can do with a "
    "turned image, it has from its construction or from turned copies while training."
)

CHECKS = {
    "counts.train": Check("training images"),
    "counts.validation": Check("validation images"),
    "counts.test": Check("test images"),
    "mean": Check("mean of the pixels [1]"),
    "sd": Check("their standard deviation [1]"),
}


def words(results: StudyResults) -> list[str]:
    """Paragraphs: the images, each dataset's origin, size and pixels, and that the set has no symmetry."""
    study = results.settings
    sets = [_set_words(study, name, tree["checks"]) for name, tree in results.data.items()]
    return [_images(study), *sets, " ".join([_SYMMETRY, *_turned(results)])]


def _images(study: Study) -> str:
    side = study.source.side
    size = f"{side} × {side} pixels"
    shrunk = f", from {_WHOLE} × {_WHOLE} {_RESIZES[study.source.resize]}" if side < _WHOLE else ""
    return f"Images of handwritten digits, {size} from 0 (paper) to 1 (ink){shrunk}. {_TASKS[study.task.kind]}"


def _set_words(study: Study, name: str, checks: Mapping[str, Any]) -> str:
    about, head = _ABOUT.get(checks["origin"], ""), level_labels(study)[name]
    return f"{head}: {_counts(study, name, checks)}{about} {_pixels(kind_labels(study)[name], checks)}"


def _counts(study: Study, name: str, checks: Mapping[str, Any]) -> str:
    """How many images of each split a seed has, and of which fewer than wanted."""
    wanted = study.source.lengths() | {"train": study.datasets[name].own_size or study.source.split.train}
    shown = {"train": "training", "validation": "validation", "test": "test"}
    text = listed([f"{checks['counts'][split]:,} {word}" for split, word in shown.items()])
    few = [f"{wanted[split]:,} {word}" for split, word in shown.items() if checks["counts"][split] < wanted[split]]
    fewer = f", fewer than the {listed(few)} images that were wanted, as there are no more" if few else ""
    own = " for each seed" if study.source.blocks else ""
    least = counted(checks["fewest"], "image")
    return f"{text} images{own}{fewer}; of every digit at least {least} in each split."


def _pixels(label: str, checks: Mapping[str, Any]) -> str:
    """Mean and standard deviation, beside the known ones where there are such."""
    mean, sd = checks["mean"], checks["sd"]
    text = (
        f"Pixels of the origin's training images have the mean {number(mean)} and the standard deviation {number(sd)}"
    )
    if label not in _KNOWN:
        return f"{text}."
    known = _KNOWN[label]
    same = all(abs(found - value) <= _CLOSE for found, value in zip((mean, sd), known, strict=True))
    verdict = "as they must be" if same else "but must be those: these are not the known images"
    return f"{text} (known of {label}: {known[0]} and {known[1]}), {verdict}."


def _turned(results: StudyResults) -> list[str]:
    """How far the mean image is from its turns, per dataset, where that was measured."""
    heads, sentences = level_labels(results.settings), []
    for name, tree in results.data.items():
        turned, halves = tree["checks"].get("mean_turned"), tree["checks"].get("mean_halves")
        if turned and halves is not None:
            apart = listed([number(value, 2) for value in turned])
            sentences.append(
                f"The mean training image ({heads[name]}) differs from itself turned by 90, 180 and 270 degrees by "
                f"{apart} of its norm; the means of two halves of the set differ by {number(halves, 2)}, by chance."
            )
    return sentences
