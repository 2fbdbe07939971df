"""A quantity against the level of symmetry breaking, one line per variant, with intervals over seeds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.reporting.figures.style import MUTED, legend, looks, panels

_SPREAD = 0.3  # share of the distance between two levels over which the variants are spread


@dataclass(frozen=True)
class Baseline:
    """A reference that depends on the dataset only."""

    label: str
    values: dict[str, float]


def by_level(summary: pd.DataFrame, heads: dict[str, str], ylabel: str, baseline: Baseline | None = None) -> Figure:
    """summary: as from `statistics.over_seeds`; heads: dataset -> tick label, in order."""
    figure, grid = panels(1, 1, 6.8, 3.6)
    axes: Axes = grid[0, 0]
    places = {dataset: place for place, dataset in enumerate(heads)}
    variants = list(dict.fromkeys(summary["variant"]))
    shifts = np.linspace(-_SPREAD / 2, _SPREAD / 2, len(variants)) if len(variants) > 1 else [0.0]
    for shift, (variant, look) in zip(shifts, looks(variants).items(), strict=True):
        part = summary[summary["variant"] == variant]
        at = part["dataset"].map(places) + shift
        axes.errorbar(at, part["mean"], yerr=_half(part), label=variant, **look)
    if baseline:
        heights = [baseline.values[dataset] for dataset in heads]
        axes.plot(list(places.values()), heights, color=MUTED, linestyle=":", marker="_", label=baseline.label)
    axes.set_xticks(list(places.values()), list(heads.values()))
    axes.set_xlim(-0.5, len(heads) - 0.5)
    axes.set_ylim(bottom=-0.03 * axes.get_ylim()[1])  # a marker at zero stays whole
    axes.set(ylabel=ylabel, xlabel="level of symmetry breaking of the data")
    legend(figure, axes, variants)
    return figure


def _half(part: pd.DataFrame) -> np.ndarray:
    """Half widths of intervals, 0 where there is none."""
    return (part["high"] - part["mean"]).fillna(0).to_numpy()
