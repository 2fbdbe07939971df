"""Axes whose numbers are easy to read: logarithmic ones, and ones with a place for zero."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from equidyn.report.labels import wrapped_name
from equidyn.report.numbers import power, tick

_LINEAR = 0.6  # length of the linear piece about 0, in decades
_TICKS = 6
_ABREAST = 4  # of them in panels side by side
_SMALL = 2e-4  # below it numbers are written as powers
_LOWEST = 1e-17
_DECADE = 10.0  # beyond its means, at most, of a logarithmic axis


def logarithmic(axis: Axis) -> None:
    """Ticks at 1, 2, 5 where up to two decades are shown, else at powers of ten; call it when all is drawn."""
    low, high = axis.get_view_interval()
    decades = math.log10(high / low) if 0 < low < high else 9.0
    write = tick if decades < 2.5 or low > _SMALL else power
    abreast = axis.axis_name == "x" and axis.axes.get_subplotspec().get_gridspec().ncols > 1
    long = abreast and low < _SMALL  # such as 2·10⁻⁷
    axis.set_major_locator(LogLocator(subs=_subs(decades, long), numticks=_ABREAST if abreast else _TICKS))
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    axis.set_minor_locator(NullLocator())


def _subs(decades: float, long: bool) -> tuple[float, ...]:
    """Where ticks stand in a decade; long: whether narrow panels have long labels."""
    if decades >= 2.5:
        return (1.0,)
    return (1.0, 2.0, 5.0) if not long else (1.0, 3.0) if decades < 1.5 else (1.0,)


def lowest(means: pd.Series) -> float:
    """Where a logarithmic axis ends: what is at or below 0, a mean or the end of an interval, is drawn there."""
    positive = means[means > 0]
    return max(_LOWEST, positive.min() / 10) if len(positive) else _LOWEST


def reach(means: pd.Series, low: pd.Series, high: pd.Series, log: bool) -> tuple[float, float]:
    """Ends of an axis for marks with intervals: the means set them, so that no wide interval presses all else together.

    An interval may take as much room as the means do; what goes on is cut. Below 0 lies nothing where no mean does.
    """
    means = means[np.isfinite(means) & ((means > 0) | (not log))]
    if means.empty:
        return (0.1, 1.0) if log else (0.0, 1.0)
    first, last = float(means.min()), float(means.max())
    lower, upper = float(np.nanmin([first, *low.dropna()])), float(np.nanmax([last, *high.dropna()]))
    if log:
        room = min(max(last / first, 3.0), _DECADE)
        return max(lower, first / room) / 1.15, min(upper, last * room) * 1.15
    room = (last - first) or abs(last) or 1.0
    ends = max(lower, first - room), min(upper, last + room)
    pad = 0.05 * (ends[1] - ends[0] or 1.0)
    return (max(ends[0], 0.0) if first >= 0 else ends[0]) - pad, ends[1] + pad


def is_cut(frame: pd.DataFrame, log: bool) -> bool:
    """Whether such an axis cuts an interval of `frame` (columns mean, low, high)."""
    start, end = reach(frame["mean"], frame["low"], frame["high"], log)
    sound = frame["low"] > 0 if log else frame["low"] >= (0 if (frame["mean"].dropna() >= 0).all() else -math.inf)
    return bool((((frame["low"] < start) | ~sound) & frame["low"].notna() | (frame["high"] > end)).any())


def at_values(axes: Axes, values: np.ndarray) -> None:
    """A logarithmic x axis with ticks at the values themselves, if they are few."""
    axes.set_xscale("log")
    shown = np.unique(values)
    if len(shown) > _TICKS:
        logarithmic(axes.xaxis)
        return
    axes.set_xticks(shown, [_count(value) for value in shown])
    axes.xaxis.set_minor_locator(NullLocator())


def _count(value: float) -> str:
    """Whole thousands as such, as nobody counts in powers of ten."""
    return f"{value:,.0f}" if 1e3 < value < 1e5 and value == round(value) else tick(value)


def linear_above(axes: Axes, values: np.ndarray) -> None:
    """An x axis for a few values and 0: logarithmic above the smallest positive one, ticks at the values."""
    positive = np.unique(values[values > 0])
    shown = np.unique(values)
    if len(positive):
        axes.set_xscale("symlog", linthresh=float(positive[0]), linscale=_LINEAR)
        axes.set_xlim(-0.15 * positive[0] if shown[0] <= 0 else positive[0] / 2, positive[-1] * 2)
    axes.set_xticks(shown, [tick(value) for value in shown])
    axes.xaxis.set_minor_locator(NullLocator())


def signed(axis: Axis, unit: float, low: float, high: float) -> None:
    """Ticks for an axis that is linear to about `unit` on both sides of 0 and logarithmic beyond, from low to high."""
    top = math.floor(math.log10(max(abs(low), abs(high), 10 * unit)))
    exponents = range(top, math.floor(math.log10(unit)), -1)
    values = sorted([0.0, *(sign * 10.0**exponent for exponent in exponents for sign in (-1, 1))])
    axis.set_major_locator(FixedLocator([value for value in values if low <= value <= high]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_minor_locator(NullLocator())


def name_rows(axes: Axes, rows: list[str]) -> None:
    """Cases as rows from the top, long names in several lines."""
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [wrapped_name(name) for name in rows], linespacing=1.0)
    axes.tick_params(axis="y", labelsize=7.5)
