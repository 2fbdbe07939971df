"""Digits to look at: what each auto-encoder makes of the same test images, upright and turned."""

import math

import numpy as np

from equidyn.core.params.study import Cell
from equidyn.domains.digits.report.example import Reconstructions
from equidyn.domains.digits.report.figures.images import sheets
from equidyn.report.cells import read_arrays
from equidyn.report.families import charted
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import counted, listed, number
from equidyn.report.sections.section import Section

TITLE = "Reconstructions"
ROUND_OFF = 1e-5  # of a pixel in single precision, after four layers


def section(results: StudyResults) -> Section | None:
    """A few test images and what the networks of the first seed make of them; and whether that turns with them."""
    examples = read_examples(results)
    if not examples:
        return None
    return Section(TITLE, [_words(examples)], [_picture(results, examples)])


def read_examples(results: StudyResults) -> dict[str, Reconstructions]:
    """Variant -> its example, of the first dataset and seed; nothing for studies of other tasks, or without answers."""
    if results.settings.task.kind != "reconstruct" or not results.answers:
        return {}
    seed = results.settings.seeds[0]
    return {
        name: read_arrays(Cell(results.name, results.datasets[0], name, seed), Reconstructions)
        for name in charted(results.settings)
    }


def where_words(results: StudyResults) -> str:
    """Which run the pictures are of."""
    of = f" of {level_labels(results.settings)[results.datasets[0]]}" if len(results.datasets) > 1 else ""
    return f"test images{of}, networks of seed {results.settings.seeds[0]}"


def fated(results: StudyResults, variant: str) -> str:
    """The name of a variant, with a mark if its run in the pictures diverged."""
    runs = results.runs
    first = runs[(runs["dataset"] == results.datasets[0]) & (runs["variant"] == variant)].iloc[0]
    return f"{variant} (diverged)" if first["status"] == "diverged" else variant


def unturned(example: Reconstructions) -> float:
    """How far reconstructions of turned images are from turned reconstructions, root mean square per pixel.

    That is the equivariance error of the network on these images, 0 if turning an image turns what is made of it.
    """
    images = example.upright.astype(np.float64)
    wanted = np.stack([np.rot90(images, -turns, axes=(-2, -1)) for turns in (1, 2, 3)], axis=1)
    return float(np.sqrt(np.square(example.turned - wanted).mean()))


def _words(examples: dict[str, Reconstructions]) -> str:
    off = {name: unturned(example) for name, example in examples.items()}
    exact = [name for name, error in off.items() if error < ROUND_OFF]
    others = [
        f"{name} ({number(error, 2)})" for name, error in off.items() if math.isfinite(error) and name not in exact
    ]
    said = "The reconstruction of a turned image is the turned reconstruction of the upright one, pixel by pixel to "
    text = f"{said}round-off: {listed(exact)}." if exact else f"{said}round-off, for none of these networks."
    apart = f" The two differ, by so much per pixel (root mean square): {listed(others)}." if others else ""
    return f"{text}{apart}"


def _picture(results: StudyResults, examples: dict[str, Reconstructions]) -> Picture:
    """Rows: the images, then what each variant makes of them. Columns: upright, then the same after one turn."""
    first = next(iter(examples.values()))
    rows = {"input": first} | {fated(results, name): example for name, example in examples.items()}
    upright = np.stack([first.inputs, *(example.upright for example in examples.values())])
    turned = np.stack([first.turned_inputs[:, 0], *(example.turned[:, 0] for example in examples.values())])
    caption = (
        f"{counted(len(first.inputs), 'digit')} and their reconstructions, upright and after one quarter turn: "
        f"{where_words(results)}. One scale for all, from 0 (white) to 1 (black)."
    )
    alt = "Grid of grey images: in the first row digits, upright to the left and turned to the right; below them what "
    drawn = sheets({"upright": upright, "turned by 90°": turned}, list(rows))
    return picture(f"{results.name}--reconstructions", caption, f"{alt}each network makes of them.", drawn)
