"""Axes: their ends, and the numbers on them."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from equidyn.report.figures.axes import is_cut, linear_above, logarithmic, reach
from equidyn.report.figures.style import styled, wrapped
from equidyn.report.numbers import power, tick


def test_ticks_of_panels_side_by_side_are_few_where_their_labels_are_long():
    with styled():
        figure, (left, _) = wrapped(2, 2.0)
        left.set_xscale("log")
        left.set_xlim(8e-8, 2e-5)
        logarithmic(left.xaxis)
        figure.canvas.draw()
        boxes = [label.get_window_extent() for label in left.get_xticklabels() if label.get_text()]
        inside = [box for box in boxes if left.bbox.x0 <= box.x0 <= left.bbox.x1]
    assert len(inside) >= 2 and all(one.x1 < other.x0 for one, other in pairwise(inside))


@pytest.mark.parametrize(
    ("value", "text", "as_power"),
    [
        (0.0, "0", "0"),
        (1.0, "1", "1"),
        (0.01, "0.01", "10⁻²"),
        (1e-5, "10⁻⁵", "10⁻⁵"),
        (-1e-5, "-10⁻⁵", "-10⁻⁵"),
        (2e-4, "2·10⁻⁴", "2·10⁻⁴"),
        (1e6, "10⁶", "10⁶"),
    ],
)
def test_numbers_on_axes(value, text, as_power):
    assert (tick(value), power(value)) == (text, as_power)


def test_an_axis_with_a_place_for_zero():
    axes = Figure().subplots()
    linear_above(axes, np.array([0.0, 1e-5, 1e-2, 1e-2]))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "10⁻⁵", "0.01"]
    places = axes.transData.transform([(x, 0) for x in (0.0, 1e-5, 1e-2)])[:, 0]
    assert axes.bbox.x0 < places[0] < places[1] < places[2] < axes.bbox.x1


def test_a_wide_logarithmic_axis_is_labelled_by_powers_alone():
    axes = Figure().subplots()
    axes.plot([1, 2], [1e-7, 10])
    axes.set_yscale("log")
    logarithmic(axes.yaxis)
    texts = [axes.yaxis.get_major_formatter()(value) for value in axes.yaxis.get_major_locator().tick_values(1e-7, 10)]
    assert len(texts) <= 9 and all(text == "1" or text.startswith("10") for text in texts)


def test_the_means_set_an_axis_and_not_a_wide_interval():
    means, low, high = pd.Series([1.0, 2.0]), pd.Series([0.9, -40.0]), pd.Series([1.1, 44.0])
    start, end = reach(means, low, high, log=False)
    assert -0.2 < start < 0 and 2.0 < end < 3.5
    start, end = reach(means, low.clip(lower=1e-9), high, log=True)
    assert 0.1 < start < 1 and 2 < end < 10
    assert is_cut(pd.DataFrame({"mean": means, "low": low, "high": high}), log=False)
    assert not is_cut(pd.DataFrame({"mean": means, "low": means - 0.1, "high": means + 0.1}), log=False)
