"""Energy by wavenumber: how much of it the answers have at each scale, and whether it is the right flow."""

from dataclasses import replace

import pandas as pd

from equidyn.domains.turbulence.report.figures.flow_spectra import Waves, waves
from equidyn.domains.turbulence.report.wording import VELOCITY_UNIT
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import tick
from equidyn.report.sections.quantity import Measured
from equidyn.report.sections.section import Part, Section, chart_parts
from equidyn.report.sections.untrained import trained, untrained

MEASURE = "spectrum"
MEASURES = (MEASURE,)
_WAVENUMBER = "wavenumber k [2π / side]"
_ENERGY = f"energy E(k)\n[({VELOCITY_UNIT})²]"
_RATIO = "E(k) over that\nof the truth [1]"


def section(results: StudyResults) -> Section | None:
    """Spectra of truth and predictions, error and correlation by wavenumber, and what the measure declares of single
    numbers."""
    declared = Measured(MEASURE, curves=False).section(results)
    if declared is None:
        return None
    pictures = [shown for part in chart_parts(results) for shown in _pictures(results, part)]
    return replace(declared, text=[_words(results), *declared.text], pictures=[*pictures, *declared.pictures])


def end_of_coarse(results: StudyResults) -> float:
    """The largest wavenumber that the coarse grid resolves [2 pi / side of the box]."""
    source = results.settings.source
    return source.resolution / source.factor / 2


def _words(results: StudyResults) -> str:
    return (
        f"The coarse grid resolves wavenumbers up to {tick(end_of_coarse(results))}; what lies beyond, a network must "
        "find from what it learned. The spectral error asks for the right energy there, not for the right flow: that "
        "is the correlation, 1 if a scale is found and 0 if what is there has nothing to do with the truth."
    )


def _curve(results: StudyResults, quantity: str) -> pd.DataFrame:
    """dataset, variant, x, y: mean over the seeds that did not diverge."""
    rows = results.along(MEASURE, "wavenumber", quantity)
    sound = rows[rows["status"] != "diverged"]
    return sound.groupby(["dataset", "variant", "x"], sort=False, as_index=False)["y"].mean()


def _reference(results: StudyResults, quantity: str) -> pd.DataFrame:
    """dataset, x, y: the same in all runs."""
    return _curve(results, quantity).groupby(["dataset", "x"], sort=False, as_index=False)["y"].mean()


def _found(results: StudyResults, frame: pd.DataFrame) -> pd.DataFrame:
    """Wavenumbers up to a third of the fine grid; beyond, solvers keep next to nothing to compare with."""
    return frame[frame["x"] <= results.settings.source.resolution / 3]


def _of_untrained(results: StudyResults, rows: pd.DataFrame) -> pd.DataFrame | None:
    """Of columns dataset, variant, x, y those of the first variant without parameters, if there is one."""
    own = rows[rows["variant"].isin(untrained(results)[:1])]
    return own if len(own) else None


def _over(frame: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """The same with y over that of the truth, where that is not 0."""
    both = frame.merge(truth, on=["dataset", "x"], suffixes=("", "_truth"))
    return both.assign(y=both["y"] / both["y_truth"].where(both["y_truth"] > 0))


def _pictures(results: StudyResults, part: Part) -> list[Picture]:
    heads, cut, name = level_labels(results.settings), end_of_coarse(results), f"{results.name}--spectra"
    alt = "Line charts with logarithmic wavenumbers, one row of panels per dataset: "
    means = f"mean over seeds. The dashed upright line is the end of the coarse grid.{part.words}"
    return [
        picture(
            f"{name}{part.suffix}",
            f"Energy spectra of the truth and of the answers, and up to a third of the fine grid their ratio: {means}",
            f"{alt}energy of the truth, of an interpolation and of each variant, and the ratio to the truth.",
            waves(_energy(results, part), heads, cut, _WAVENUMBER),
        ),
        picture(
            f"{name}-error{part.suffix}",
            f"Error of the answers and their correlation with the truth, up to a third of the fine grid: {means}",
            f"{alt}relative error and correlation, one line per variant.",
            waves(_quality(results, part), heads, cut, _WAVENUMBER),
        ),
    ]


def _energy(results: StudyResults, part: Part) -> list[Waves]:
    """Energy, and energy over that of the truth."""
    truth, level = _reference(results, "truth"), _reference(results, "trilinear")
    message = trained(results, part.of(_curve(results, "prediction")))
    ratio, flat, level_ratio = (_found(results, _over(frame, truth)) for frame in (message, truth, level))
    return [
        Waves(message, _ENERGY, truth, level, log=True, guide=True),
        Waves(ratio, _RATIO, flat, level_ratio),
    ]


def _quality(results: StudyResults, part: Part) -> list[Waves]:
    """Error and correlation."""
    message = {name: _found(results, _curve(results, name)) for name in ("error", "correlation")}
    own = {name: trained(results, part.of(frame)) for name, frame in message.items()}
    return [
        Waves(own["error"], "error at k [1]", None, _of_untrained(results, message["error"]), log=True),
        Waves(own["correlation"], "correlation [1]", None, _of_untrained(results, message["correlation"])),
    ]
