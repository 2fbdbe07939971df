"""Which variant has the lowest error, in words, and only where the seeds allow to say so."""

import pandas as pd

from equidyn.reporting.numbers import estimate_text, listed
from equidyn.reporting.statistics import FEWEST_SEEDS, distinct, of_row


def findings(summary: pd.DataFrame, heads: dict[str, str], quantity: str) -> list[str]:
    """One sentence per dataset; summary: as from `statistics.over_seeds`; lower is better."""
    return [f"At {head}, {_finding(summary[summary['dataset'] == name], quantity)}" for name, head in heads.items()]


def _finding(summary: pd.DataFrame, quantity: str) -> str:
    ranked = summary[summary["n"] > 0].sort_values("mean", kind="stable")
    if ranked.empty:
        return "no run ended finite."
    best, others = ranked.iloc[0], ranked.iloc[1:]
    shown = f"{best['variant']} has the lowest {quantity} ({estimate_text(best)})"
    if others.empty:
        return f"{shown}; there is no other finite variant to compare it with."
    beaten = [row for _, row in others.iterrows() if distinct(of_row(best), of_row(row))]
    rivals = [row for _, row in others.iterrows() if not distinct(of_row(best), of_row(row))]
    if not rivals:
        return f"{shown}; the next is {others.iloc[0]['variant']} ({estimate_text(others.iloc[0])})."
    doubt = f"{shown}, but {_doubt(best, rivals, len(ranked))}"
    if not beaten:
        return f"the comparison is inconclusive: {doubt}."
    return f"{doubt}: inconclusive between these. Clearly higher: {_named(beaten)}."


def _named(rows: list[pd.Series]) -> str:
    return listed([f"{row['variant']} ({estimate_text(row)})" for row in rows])


def _doubt(best: pd.Series, rivals: list[pd.Series], compared: int) -> str:
    few = [row["variant"] for row in [best, *rivals] if row["n"] < FEWEST_SEEDS]
    if len(few) == compared:
        return f"no variant has {FEWEST_SEEDS} finite seeds"
    if few:
        return f"{listed(few)} {'has' if len(few) == 1 else 'have'} fewer than {FEWEST_SEEDS} finite seeds"
    return f"its interval overlaps that of {listed([row['variant'] for row in rivals])}"
