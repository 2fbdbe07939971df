"""How numbers are written for readers; files for machines keep them in full."""

import math
from collections.abc import Sequence

import pandas as pd

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NOT_FINITE = "not finite"
_SPAN, _SMALL, _LARGE = 1e3, 1e-3, 1e5  # of a column with common decimals: largest over smallest, ends of the largest
# A number and its sign or unit must not be parted at the end of a line.
_NO_BREAK = str.maketrans({" ": "\N{NO-BREAK SPACE}"})


def number(value: float, significant: int = 4) -> str:
    """Up to `significant` figures; powers of ten outside 0.001 .. 100000."""
    if not math.isfinite(value):
        return NOT_FINITE
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:,.{_decimals(value, significant)}f}"
    exponent = math.floor(math.log10(abs(value)))
    return f"{value / 10.0**exponent:.{min(significant, 2) - 1}f} × {_power(exponent)}"


def tick(value: float) -> str:
    """A number on an axis: short, and whole powers of ten as such."""
    if value == 0 or 1e-3 <= abs(value) <= 1e3:
        return f"{value:g}"
    return power(value)


def power(value: float) -> str:
    """The same with powers of ten for all numbers but 0 and 1."""
    if value in (0, 1):
        return f"{value:g}"
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    factor = f"{value / 10.0**exponent:.2g}"
    signs = {"1": "", "-1": "-"}
    return f"{signs[factor]}{_power(exponent)}" if factor in signs else f"{factor}·{_power(exponent)}"


def common_places(means: Sequence[float], halves: Sequence[float]) -> int | None:
    """Decimals that suit all of a column: of half of its half widths the second digit; without any, of its means four.

    None for a column of many magnitudes, of which each number is written to digits of its own.
    """
    sizes = sorted(abs(mean) for mean in means if math.isfinite(mean) and mean)
    if not sizes or sizes[0] * _SPAN < sizes[-1] or sizes[-1] < _SMALL or sizes[-1] >= _LARGE:
        return None
    widths = sorted(half for half in halves if math.isfinite(half) and half > 0)
    if not widths:
        return _decimals(sizes[-1], 4)
    return min(_decimals(widths[len(widths) // 2], 2), _decimals(sizes[len(sizes) // 2], 4))


def interval(mean: float, half: float, places: int | None = None) -> str:
    """Mean ± half width, both to the second digit of the half width, or to `places` decimals."""
    if places is not None and math.isfinite(mean) and (mean or math.isfinite(half)):
        spread = f" ± {half:,.{places}f}" if math.isfinite(half) else ""
        return f"{round(mean, places) + 0.0:,.{places}f}{spread}"
    if not math.isfinite(half):
        return number(mean)
    size = max(abs(mean), half)
    if 0 < size < 1e-3:
        exponent = math.floor(math.log10(size))
        return f"({interval(mean / 10.0**exponent, half / 10.0**exponent)}) × {_power(exponent)}"
    places = min(_decimals(half, 2), _decimals(mean, 5)) if half > 0 else _decimals(mean, 4)
    return f"{round(mean, places) + 0.0:,.{places}f} ± {half:,.{places}f}"  # + 0.0: no -0.00


def percent(value: float) -> str:
    """A share in percent, one decimal; tiny shares as powers of ten."""
    if not math.isfinite(value):
        return NOT_FINITE
    return f"{100 * value:.1f} %" if value == 0 or abs(value) >= 5e-4 else f"{number(100 * value)} %"


def column_places(frame: pd.DataFrame, scale: float = 1.0) -> int | None:
    """`common_places` of the rows of `statistics.over_seeds`."""
    return common_places((scale * frame["mean"]).tolist(), (scale * (frame["high"] - frame["mean"])).tolist())


def estimate_text(row: pd.Series, scale: float = 1.0, places: int | None = None) -> str:
    """A row of `statistics.over_seeds` in one cell: mean ± half width, n where it is not all seeds, diverged runs.

    places: decimals, where a column has as many in each of its cells.
    """
    notes = []
    if row["n"]:
        notes = [interval(scale * row["mean"], scale * (row["high"] - row["mean"]), places)]
    if row["n"] == 1 or row["n"] != row["seeds"]:
        notes.append(f"n = {row['n']}")
    if row["diverged"]:
        notes.append(f"diverged ({row['diverged']} of {row['seeds']})")
    return ", ".join(note.translate(_NO_BREAK) for note in notes) or NOT_FINITE


def duration(seconds: float) -> str:
    """Seconds for readers: 0.45 ms, 12 ms, 7.4 s, 3 min 05 s, 2 h 07 min."""
    if seconds < 0.1:
        return f"{number(1000 * seconds, 2)} ms"
    if seconds < 60:
        return f"{seconds:.{1 if seconds >= 1 else 2}f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def counted(count: int, noun: str) -> str:
    """3 seeds; 1 seed."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(names: list[str]) -> str:
    """a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


def _decimals(value: float, significant: int) -> int:
    if value == 0:
        return 0
    return min(12, max(0, significant - 1 - math.floor(math.log10(abs(value)))))


def _power(exponent: int) -> str:
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"
