"""What a chart shows, as numbers: read back from its lines, so that the file beside it is what was plotted."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

BAND = "_band "  # before the name of a line: the label of the band around it
_COLUMNS = ["panel", "series", "x", "y", "low", "high"]


def numbers(figure: Figure) -> pd.DataFrame:
    """A row per mark or point of a line: panel, series, x, y; low and high, where it has an interval or a band."""
    rows = [row for place, axes in enumerate(figure.axes, start=1) for row in _of_axes(axes, place)]
    return pd.DataFrame(rows, columns=_COLUMNS).dropna(axis="columns", how="all").drop_duplicates()


def _of_axes(axes: Axes, place: int) -> list[tuple]:
    words = [" ".join(text.split()) for text in (axes.get_title(), axes.get_ylabel())]
    panel = "; ".join(filter(None, words)) or str(place)
    bars = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    inside = {id(part) for one in bars for part in (one.lines[0], *one.lines[1])}
    bands = {one.get_label(): one for one in axes.collections if isinstance(one, PolyCollection)}
    rows = [(panel, one.get_label(), *point) for one in bars for point in _bar(one)]
    for line in axes.get_lines():
        label = str(line.get_label())
        if id(line) not in inside and not label.startswith("_") and line.get_transform() == axes.transData:
            x, y = (np.asarray(part, dtype=float) for part in line.get_data(orig=False))
            low, high = _band(bands.get(f"{BAND}{label}"), x)
            rows += [(panel, label, *point) for point in zip(x, y, low, high, strict=True)]
    return [row for row in rows if np.isfinite(row[3])]


def _bar(one: ErrorbarContainer) -> list[tuple]:
    """Marks with the ends of their intervals."""
    x, y = (np.asarray(part, dtype=float) for part in one.lines[0].get_data(orig=False))
    ends = [segment for bars in one.lines[2] for segment in bars.get_segments()]
    along = 0 if one.has_xerr else 1
    low, high = (np.full(len(x), np.nan) for _ in range(2))
    for place, segment in enumerate(ends[: len(x)]):
        if len(segment):
            low[place], high[place] = np.min(segment[:, along]), np.max(segment[:, along])
    return list(zip(x, y, low, high, strict=True))


def _band(band: PolyCollection | None, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Its lower and upper edge at each x."""
    nothing = np.full(len(x), np.nan)
    if band is None or not band.get_paths():
        return nothing, nothing
    corners = np.concatenate([path.vertices for path in band.get_paths()])
    at = [corners[np.isclose(corners[:, 0], place)][:, 1] for place in x]
    return tuple(np.array([edge(found) if len(found) else np.nan for found in at]) for edge in (np.min, np.max))
