"""The curvature of the loss: the density of the Hessian's spectrum beside its ends and maxima."""

from dataclasses import replace

from equidyn.report.families import charted
from equidyn.report.figures.spectra import Strip, densities
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.quantity import Measured
from equidyn.report.sections.quantity_values import measured_at
from equidyn.report.sections.section import Section, drawn
from equidyn.report.sections.untrained import untrained

MEASURES = ("hessian",)


def section(results: StudyResults) -> Section | None:
    """What the measure declares, and the density at every checkpoint."""
    declared = Measured("hessian").section(results)
    return declared and replace(declared, pictures=[*_density(results), *declared.pictures])


def _density(results: StudyResults) -> list[Picture]:
    columns = measured_at(results, "hessian")
    strips = {
        (dataset, checkpoint): panel
        for checkpoint in columns
        for dataset in results.datasets
        if (panel := _panel(results, dataset, checkpoint))
    }
    if not strips:
        return []
    rows = [name for name in charted(results.settings) if name not in untrained(results)]
    heads = {name: head for name, head in level_labels(results.settings).items() if name in {key[0] for key in strips}}
    chart = densities(strips, heads, columns, rows, "eigenvalue [loss/weight²]")
    caption = (
        "Spectral density of the Hessian, mean over seeds: the darker, the more eigenvalues lie there. The shades are "
        "logarithmic, and so is the axis of eigenvalues away from 0."
    )
    alt = "Strips of shade, one per variant: the density of the Hessian's eigenvalues, by dataset and checkpoint."
    return [picture(f"{results.name}--hessian-density", caption, alt, chart)]


def _panel(results: StudyResults, dataset: str, checkpoint: str) -> dict[str, list[Strip]]:
    """Variant -> densities of its runs that did not diverge."""
    frame = drawn(results, results.along("hessian", "density_at", "density", checkpoint))
    sound = frame[(frame["dataset"] == dataset) & (frame["status"] != "diverged")].dropna(subset=["x", "y"])
    panel: dict[str, list[Strip]] = {}
    for (variant, _), run in sound.groupby(["variant", "seed"], sort=False):
        if len(run) > 1:
            panel.setdefault(variant, []).append(Strip(run["x"].to_numpy(), run["y"].to_numpy()))
    return panel
