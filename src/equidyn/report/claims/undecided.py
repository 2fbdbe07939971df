"""The claims that are not decided, as a table: where they lean, and how many seeds would decide them."""

import math
from typing import Any

import pandas as pd

from equidyn.report.claims.ledger import Defined, Ledger
from equidyn.report.claims.tables import HEADS
from equidyn.report.claims.verdict import Verdict
from equidyn.report.claims.words import label
from equidyn.report.numbers import number
from equidyn.report.tables import Table

_COLUMNS = ["claim", "definition", "test", "leans", "p_holm", "family", "mean", "sd", "seeds", "seeds_needed"]


def power_table(ledger: Ledger) -> Table:
    """The claims that are tested and not decided: where they lean, and how many seeds would decide them."""
    caption = (
        "Claims that these seeds do not decide, and the seeds that would, with 80 % power at the strictest step of "
        "Holm's correction, if effect and spread are as found here."
    )
    open_ones = [
        (entry.claim.id, definition, defined)
        for entry in ledger.entries
        for definition, defined in entry.definitions
        if defined.leaning and defined.judgement.verdict == Verdict.INCONCLUSIVE
    ]
    data = pd.DataFrame([_row(*row) for row in open_ones], columns=_COLUMNS)
    view = data.assign(
        definition=[HEADS[name] for name in data["definition"]],
        **{key: [number(value, 3) for value in data[key]] for key in ("mean", "sd", "p_holm")},
        seeds_needed=[_count(value) for value in data["seeds_needed"]],
    )
    return Table("power", caption, data, view.astype(str))


def _row(claim: str, definition: str, defined: Defined) -> tuple[Any, ...]:
    crucial = defined.crucial
    sample = crucial.effect.sample
    lean = str(defined.leaning.verdict) if defined.leaning.clear else "no side"
    return (
        *(claim, definition, label(crucial.contrast), lean, defined.p_holm, defined.family),
        *(float(sample.mean()), float(sample.std(ddof=1)), len(sample), defined.seeds_needed),
    )


def _count(seeds: float) -> str:
    return "–" if math.isnan(seeds) else f"{seeds:.0f}" if math.isfinite(seeds) else "> 10,000"
