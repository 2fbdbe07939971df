"""How numbers are written for readers; files for machines keep them in full."""

import math

import pandas as pd

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NOT_FINITE = "not finite"
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


def interval(mean: float, half: float) -> str:
    """Mean ± half width, both to the second digit of the half width."""
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


def estimate_text(row: pd.Series, scale: float = 1.0) -> str:
    """A row of `statistics.over_seeds` in one cell: mean ± half width, n where it is not all seeds, diverged runs."""
    notes = []
    if row["n"]:
        notes = [interval(scale * row["mean"], scale * (row["high"] - row["mean"]))]
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
