"""What single latents of an auto-encoder do to an image: a plain network beside an equivariant one."""

import numpy as np

from equidyn.domains.digits.report.example import Reconstructions
from equidyn.domains.digits.report.figures.images import sheets
from equidyn.domains.digits.report.reconstructions import read_examples, where_words
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import listed
from equidyn.report.sections.section import Section

TITLE = "Latent traversals"
_STEPS = ("-2", "-1", "0", "1", "2")  # standard deviations, as measured
_WORDS = (
    "One latent of the first test image is moved by so many of its standard deviations over the test images, the "
    "others stay, and the decoder draws the result. The latents of an equivariant network are the pixels of a small "
    "image, row by row, which turns with the input: what a latent does to an image, the one to which a turn brings it "
    "does to the turned image."
)


def section(results: StudyResults) -> Section | None:
    """Both networks, the first of each kind, of the first seed."""
    examples = read_examples(results)
    strict = set(results.runs[results.runs["strict"]]["variant"])
    chosen = [next((name for name in examples if (name in strict) is kind), None) for kind in (False, True)]
    shown = {name: examples[name] for name in chosen if name}
    if not shown:
        return None
    return Section(TITLE, [_WORDS], [_picture(results, shown)])


def _picture(results: StudyResults, shown: dict[str, Reconstructions]) -> Picture:
    """Rows: latents; columns: steps."""
    most = max(len(example.traversal) for example in shown.values())
    groups = {name: _filled(example.traversal, most) for name, example in shown.items()}
    caption = (
        f"The first test image as {listed(list(shown))} draw it while one latent moves by -2 to 2 standard deviations: "
        f"{where_words(results)}. One scale for all, from 0 (white) to 1 (black)."
    )
    alt = "Grids of grey images, one per network: a row per latent and a column per step, of one digit that changes."
    names = [f"latent {place}" for place in range(1, most + 1)]
    return picture(f"{results.name}--traversals", caption, alt, sheets(groups, names, _STEPS))


def _filled(traversal: np.ndarray, most: int) -> np.ndarray:
    """(latent, step, y, x) with rows of NaN for latents that other networks have."""
    return np.pad(traversal, ((0, most - len(traversal)), (0, 0), (0, 0), (0, 0)), constant_values=np.nan)
