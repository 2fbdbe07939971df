"""Which variant is best, in words, and only where the seeds allow to say so."""

from dataclasses import dataclass

import pandas as pd

from equidyn.report.numbers import counted, estimate_text, listed
from equidyn.report.statistics import FEWEST_SEEDS, Estimate, estimate, over_seeds, paired

_NAMED = 4  # variants that a sentence names before it counts the rest


@dataclass(frozen=True)
class Better:
    """What makes a variant the best. sign: 1 if a lower number is better, else -1."""

    sign: int
    best: str
    beats: str
    beaten: str


LOWER = Better(1, "lowest", "below", "higher")
HIGHER = Better(-1, "highest", "above", "lower")


def findings(
    values: pd.DataFrame, heads: dict[str, str], quantity: str, *, better: Better = LOWER, place: str = "At "
) -> list[str]:
    """One sentence per dataset.

    values: columns dataset, variant, seed, status, value, one row per run; heads: dataset -> what to call it, which
    `place` comes before.
    """
    return [
        f"{place}{head}, {_finding(values[values['dataset'] == name], quantity, better)}"
        for name, head in heads.items()
    ]


def best_of(values: pd.DataFrame, better: Better) -> pd.DataFrame:
    """Estimates over seeds of the variants with a finite run, the best one first."""
    summary = over_seeds(values)
    finite = summary[summary["n"] > 0]
    return finite.sort_values("mean", kind="stable", key=lambda means: better.sign * means)


def _finding(values: pd.DataFrame, quantity: str, better: Better) -> str:
    ranked = best_of(values, better)
    if ranked.empty:
        return "no run ended finite."
    best, others = ranked.iloc[0], ranked["variant"].iloc[1:].tolist()
    shown = f"{best['variant']} has the {better.best} {quantity} ({estimate_text(best)})"
    if not others:
        return f"{best['variant']} has no rival: {quantity} {estimate_text(best)}."
    gaps = {name: estimate(gap(values, name, best["variant"], better)) for name in others}
    rivals = {name: found for name, found in gaps.items() if not _clear(found)}
    beaten = [name for name in others if name not in rivals]
    if not rivals:
        return f"{shown}, clearly {better.beats} {_some(beaten)}."
    rest = f"; clearly {better.beaten}: {_some(beaten)}" if beaten else ""
    return f"{shown}; {_doubt(rivals, len(others))}{rest}."


def gap(values: pd.DataFrame, other: str, best: str, better: Better) -> pd.Series:
    """Seed -> by how much `other` is worse than `best`, of one dataset, where both are finite."""
    finite = values[values["status"] != "diverged"]
    by_seed = {name: finite[finite["variant"] == name].set_index("seed")["value"] for name in (other, best)}
    return paired([(better.sign, by_seed[other]), (-better.sign, by_seed[best])])


def _clear(gap: Estimate) -> bool:
    return gap.n >= FEWEST_SEEDS and gap.low > 0


def _doubt(rivals: dict[str, Estimate], compared: int) -> str:
    few = [name for name, gap in rivals.items() if gap.n < FEWEST_SEEDS]
    if len(few) == compared:
        return f"no other variant shares {FEWEST_SEEDS} finite seeds with it"
    if few:
        return f"{_some(few)} {'shares' if len(few) == 1 else 'share'} fewer than {FEWEST_SEEDS} finite seeds with it"
    return f"{_some(list(rivals))} may be as good over the same seeds"


def _some(names: list[str]) -> str:
    """All names if they are few, else the nearest and how many more."""
    if len(names) <= _NAMED:
        return listed(names)
    return listed([*names[: _NAMED - 1], counted(len(names) - _NAMED + 1, "other")])
