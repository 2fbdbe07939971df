"""How networks with attention weight the four turns: of single images, and how evenly over all of them."""

from dataclasses import replace

from equidyn.domains.digits.report.figures.attention import entropies, weights
from equidyn.domains.digits.report.reconstructions import fated, read_examples, where_words
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.quantity import Measured
from equidyn.report.sections.section import Section

MEASURES = ("attention",)
_WORDS = (
    "A network with attention weights the four turns of what it found in an image before it adds them up; turning "
    "the image only brings its weights into another order. Variation is at most 0.43: each image gives all weight to "
    "one turn, as often to each."
)


def section(results: StudyResults) -> Section | None:
    """What the measure declares, the weights of a few images, and the entropies of all."""
    declared = Measured("attention").section(results)
    if declared is None:
        return None
    pictures = [*_weights_picture(results), _entropies_picture(results), *declared.pictures]
    return replace(declared, text=[_WORDS, *declared.text], pictures=pictures)


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
    return [picture(f"{results.name}--attention-weights", caption, alt, weights(images, found))]


def _entropies_picture(results: StudyResults) -> Picture:
    frame = results.along("attention", "entropy_at", "entropy_share")
    sound = frame[frame["status"] != "diverged"]
    caption = (
        "Share of the test images by the entropy of their weights, in bins of log 4 / 20; means over seeds. Equal "
        "weights would stand at the dotted line, and all weight on one turn at 0."
    )
    alt = "Step curves, one per network with attention: share of test images against entropy, with a line at log 4."
    return picture(f"{results.name}--entropy", caption, alt, entropies(sound, level_labels(results.settings)))
