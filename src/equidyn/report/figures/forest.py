"""The chart of all claims as a picture, for where no page is: Markdown, and a README."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.claims.verdict import Verdict
from equidyn.report.figures.style import INK, MUTED, WIDTH, Picture, picture
from equidyn.report.pages.forest import Bar, Forest, Row

_ROW, _REST = 0.21, 0.75  # height of a row, and of all else [inches]
_COLOURS = {Verdict.SUPPORTED: "#0b6438", Verdict.NO_EFFECT: "#0b6438", Verdict.CONTRADICTED: "#9b2718"}
_OPEN = "#6b5000"
_REFERENCE = {"marker": "s", "color": "#0072b2"}
_CAPTION = (
    "Effect of each claim over the smallest effect that matters, with 95 % intervals; to the right it speaks for the "
    "claim. Grey: too small to matter. Filled: decided; diamonds: published; squares: the reference run."
)


def claims_chart(found: Forest) -> Picture:
    """One row per claim, by study: this run, the reference and what was published, where each is known."""
    lines = [one for title, rows in found.groups.items() for one in (title, *rows)]
    figure = Figure(figsize=(WIDTH, _ROW * len(lines) + _REST), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(*found.band, color="#e6e9ed", linewidth=0)
    axes.axvline(50, color=INK, linewidth=0.8)
    for place, line in enumerate(lines):
        if isinstance(line, Row):
            _draw(axes, place, line)
        else:
            axes.text(-0.01, place, line, transform=axes.get_yaxis_transform(), ha="right", va="center", weight="bold")
    _dress(axes, lines, found)
    return picture("claims", _CAPTION, "; ".join(row.words for row in found.rows), figure)


def _draw(axes: Axes, place: int, row: Row) -> None:
    colour = _COLOURS.get(row.verdict, _OPEN)
    if row.reference:
        _bar(axes, place + 0.25, row.reference, _REFERENCE | {"markersize": 3.5})
    if row.run:
        _bar(axes, place, row.run, {"marker": "o", "color": colour, "markerfacecolor": colour if row.decided else "w"})
    if row.published is not None:
        axes.plot(row.published, place, marker="D", color=INK, markerfacecolor="w", markersize=4)
    words = f"{row.mark} {row.verdict if row.decided else 'open'}"
    axes.text(1.01, place, words, transform=axes.get_yaxis_transform(), va="center", color=colour)


def _bar(axes: Axes, place: float, bar: Bar, look: dict) -> None:
    axes.plot([bar.left, bar.right], [place, place], color=look["color"], linewidth=1.4)
    axes.plot(bar.at, place, **look)


def _dress(axes: Axes, lines: list[str | Row], found: Forest) -> None:
    names = [f"{one.entry.claim.id}  {one.entry.claim.brief}" if isinstance(one, Row) else "" for one in lines]
    axes.set_yticks(range(len(lines)), names)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    axes.set_xticks([at for at, _ in found.ticks], [label for _, label in found.ticks])
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("against the claim  ←  effect over what matters  →  for it", color=MUTED)
