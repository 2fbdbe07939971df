"""Each claim beside what the shipped reference run found of it."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.report.claims.ledger import Entry, Ledger
from equidyn.report.claims.reference import Reference
from equidyn.report.claims.tables import scaled_effect
from equidyn.report.claims.words import label


def with_reference(ledger: Ledger) -> Ledger:
    """The ledger with the reference beside each claim that it has tried."""
    shipped = paths.reference_tables()
    if not shipped:
        return ledger
    claims, tests = map(_read, shipped)
    tried = claims[claims["verdict_corrected"] != "not run"].set_index("id")
    entries = [
        replace(entry, reference=_beside(entry, tried.loc[entry.claim.id], tests))
        if entry.claim.id in tried.index
        else entry
        for entry in ledger.entries
    ]
    return replace(ledger, entries=entries)


def _beside(entry: Entry, claim: Any, tests: pd.DataFrame) -> Reference:
    found = Reference(claim["verdict_corrected"], int(claim["seeds_corrected"]))
    crucial = entry.corrected.crucial
    same = tests[(tests["id"] == entry.claim.id) & (tests["test"] == label(crucial.contrast))]
    same = same[same["definition"] == "corrected"]
    if same.empty:
        return found
    scaled, low, high = (float(same.iloc[0][name]) for name in ("scaled", "scaled_low", "scaled_high"))
    _, ours_low, ours_high = scaled_effect(crucial)
    known = all(map(math.isfinite, (low, high, ours_low, ours_high)))
    agrees = low <= ours_high and ours_low <= high if known else None
    return replace(found, scaled=scaled, scaled_low=low, scaled_high=high, agrees=agrees)


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as fault:
        raise EquidynError(f"{path}: not a table of claims ({fault}); get it again") from None
