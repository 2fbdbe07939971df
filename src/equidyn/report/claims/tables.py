"""The ledger as tables: one row per claim, and one row per test."""

import math
from typing import Any

import pandas as pd

from equidyn.report.claims.ledger import NO_OTHER, Defined, Entry, Ledger, Outcome
from equidyn.report.claims.model import DEFINITIONS, Claim
from equidyn.report.claims.words import claimed, effect_words, label, p_words, seeds_words
from equidyn.report.tables import Table

HEADS = {"corrected": "corrected", "as_published": "as published"}
# In the place of numbers under a definition that a claim does not have; counts stay whole numbers.
_UNDEFINED = {
    "verdict": NO_OTHER,
    "reason": "nothing was coded to differ",
    "tests": 0,
    "study": "–",
    "test": "–",
    "effect": math.nan,
    "low": math.nan,
    "high": math.nan,
    "unit": "–",
    "seeds": 0,
    "seeds_run": 0,
    "diverged": 0,
    "p": math.nan,
    "p_holm": math.nan,
}


def claims_table(ledger: Ledger) -> Table:
    """One row per claim; of each definition the verdict, and the effect of the test on which it hangs."""
    caption = (
        "The claims. Effect with bootstrap 95 % interval over seeds and p after Holm's correction, both of the test on "
        "which the verdict hangs; claims-tests has all tests."
    )
    data = pd.DataFrame([_claim_row(entry, ledger.claims.bibliography(entry.claim)) for entry in ledger.entries])
    return Table("claims", caption, data, pd.DataFrame([_claim_view(entry) for entry in ledger.entries]))


def contrasts_table(ledger: Ledger) -> Table:
    """One row per test of a claim."""
    caption = f"Every test of the ledger. p is corrected by Holm's method for {ledger.tests} tests."
    rows = ledger.outcomes()
    data = pd.DataFrame([_test_row(*row) for row in rows])
    return Table("claims-tests", caption, data, pd.DataFrame([_test_view(*row) for row in rows]))


def _claim_row(entry: Entry, source: str) -> dict[str, Any]:
    claim = entry.claim
    row = {"id": claim.id, "statement": claim.statement, "source": source, "published": claim.evidence}
    for definition in DEFINITIONS:
        found = _definition_row(entry.under(definition))
        row |= {f"{key}_{definition}": value for key, value in found.items()}
    return row | {"found": claim.found}


def _definition_row(defined: Defined | None) -> dict[str, Any]:
    if defined is None:
        return _UNDEFINED
    crucial = _numbers(defined.crucial)
    verdict = {"verdict": str(defined.judgement), "reason": defined.judgement.reason, "tests": len(defined.outcomes)}
    return verdict | {"study": defined.crucial.contrast.study, "test": label(defined.crucial.contrast)} | crucial


def _numbers(outcome: Outcome) -> dict[str, Any]:
    found = outcome.effect
    low, high = found.bootstrapped if found else (math.nan, math.nan)
    return {
        "effect": found.mean if found else math.nan,
        "low": low,
        "high": high,
        "unit": outcome.contrast.unit,
        "seeds": len(found.sample) if found else 0,
        "seeds_run": found.seeds if found else 0,
        "diverged": found.diverged if found else 0,
        "p": outcome.p,
        "p_holm": outcome.p_holm,
    }


def _claim_view(entry: Entry) -> dict[str, str]:
    view = {"id": entry.claim.id, "claim": entry.claim.statement, "published": entry.claim.evidence}
    for definition, head in HEADS.items():
        view |= {f"effect, {head}": _shown(entry.under(definition)), f"verdict, {head}": entry.text(definition)}
    return view


def _shown(defined: Defined | None) -> str:
    """Effect and p of the test on which the verdict hangs."""
    if defined is None:
        return "–"
    return "; ".join(part for part in (effect_text(defined.crucial), p_words(defined.crucial.p_holm)) if part)


def effect_text(outcome: Outcome) -> str:
    """What was found in one test: effect [low, high] unit."""
    if outcome.effect is None:
        return "–"
    return effect_words(outcome.effect.mean, *outcome.effect.bootstrapped, outcome.contrast.unit)


def _test_row(claim: Claim, definition: str, outcome: Outcome) -> dict[str, Any]:
    contrast, found = outcome.contrast, outcome.effect
    low_t, high_t = found.by_t if found else (math.nan, math.nan)
    by_seed = found.by_seed if found else {}
    return {
        "id": claim.id,
        "definition": definition,
        "decides": outcome.decides,
        "study": contrast.study,
        "test": label(contrast),
        "claimed": claimed(contrast),
        **_numbers(outcome),
        "low_t": low_t,
        "high_t": high_t,
        "verdict": str(outcome.judgement),
        "reason": outcome.judgement.reason,
        "by_seed": "; ".join(f"{seed}: {value!r}" for seed, value in by_seed.items()),
    }


def _test_view(claim: Claim, definition: str, outcome: Outcome) -> dict[str, str]:
    contrast = outcome.contrast
    return {
        "claim": claim.id,
        "definition": HEADS[definition] + ("" if outcome.decides else " (beside the verdict)"),
        "test": f"{label(contrast)} ({contrast.study})",
        "claimed": claimed(contrast),
        "effect": effect_text(outcome),
        "seeds": seeds_words(outcome.effect),
        "p": p_words(outcome.p) or "–",
        "p after Holm": p_words(outcome.p_holm) or "–",
        "verdict": str(outcome.judgement),
        "reason": outcome.judgement.reason or "–",
    }
