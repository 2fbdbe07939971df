"""How a set develops in time, and how far its directions agree: the second picture of a data card."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.domains.smoke.params.smoke import SimulatedSource
from equidyn.domains.smoke.source.checks import error_of_frames, mean_speeds, turned_sets
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.scenes import DIRECTION_NAMES

ROUNDING = 1e-6  # relative errors below this are of float32's making
# Okabe and Ito's colours, told apart by every eye, each with a line and a marker of its own for black and white.
_STYLES = (("#0072b2", "-", "o"), ("#d55e00", "--", "s"), ("#009e73", "-.", "^"), ("#000000", ":", "x"))


def course(dataset: Fields, source: SimulatedSource) -> Figure:
    """Mean speed by direction over time; beside it how far the directions agree.

    Where every scene has all four directions that is the equivariance error over time; elsewhere the mean speed of
    each simulation, which should follow one curve whatever the direction.
    """
    time = source.dt * (source.warmup + 1 + np.arange(dataset.velocity.shape[1]))
    figure = Figure(figsize=(8.6, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    mean = mean_speeds(dataset.velocity)
    _speed_over_time(left, time, mean, dataset)
    sets = turned_sets(dataset.scene, dataset.direction)
    if sets is None:
        _speed_by_scene(right, mean.mean(axis=1), dataset)
    else:
        _errors(right, time, dataset.velocity, sets)
    for axes in (left, right):
        axes.grid(color="#dfe3e8", linewidth=0.7)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _speed_over_time(axes: Axes, time: np.ndarray, mean: np.ndarray, dataset: Fields) -> None:
    for turns in np.unique(dataset.direction):
        colour, line, _ = _STYLES[turns]
        of_direction = mean[dataset.direction == turns].mean(axis=0)
        axes.plot(time, of_direction, line, color=colour, label=DIRECTION_NAMES[turns])
    axes.set(xlabel="time [time units]", ylabel="mean speed [length/time]", title="Mean speed", ylim=(0, None))
    axes.legend(title="direction")


def _speed_by_scene(axes: Axes, mean: np.ndarray, dataset: Fields) -> None:
    for turns in np.unique(dataset.direction):
        colour, _, marker = _STYLES[turns]
        chosen = dataset.direction == turns
        axes.plot(dataset.scene[chosen], mean[chosen], marker, color=colour, label=DIRECTION_NAMES[turns])
    axes.set(xlabel="scene", ylabel="mean speed, all frames [length/time]", title="Each simulation", ylim=(0, None))
    axes.legend(title="direction")


def _errors(axes: Axes, time: np.ndarray, velocity: np.ndarray, sets: np.ndarray) -> None:
    """Relative forms of the equivariance error of each frame; one that is undefined ("up" at rest) is left out."""
    errors = [error_of_frames(velocity[:, frame : frame + 1], sets) for frame in range(len(time))]
    highest = 0.0
    for name, (colour, line, _) in zip(("relative", "pairwise"), _STYLES, strict=False):
        values = np.array([error[name] for error in errors], dtype=float)
        if not np.isnan(values).any():
            axes.plot(time, values, line, color=colour, label=name)
            highest = max(highest, values.max())
    axes.set(xlabel="time [time units]", ylabel="equivariance error [1]", title="Equivariance error of the data")
    axes.set_ylim(0, max(0.1, 1.1 * highest))
    if highest < ROUNDING:
        axes.text(0.5, 0.5, f"symmetric up to rounding:\nat most {highest:.0e}", ha="center", transform=axes.transAxes)
    axes.legend()
