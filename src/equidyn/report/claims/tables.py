"""The ledger as tables: one row per claim, and one row per test."""

import math
from dataclasses import asdict
from statistics import fmean
from typing import Any

import pandas as pd

from equidyn.report.claims.converged import Converged
from equidyn.report.claims.ledger import NO_OTHER, Defined, Entry, Ledger, Outcome
from equidyn.report.claims.model import DEFINITIONS, Claim
from equidyn.report.claims.verdict import inside
from equidyn.report.claims.words import claimed, effect_words, label, p_words, seeds_words
from equidyn.report.numbers import counted, number
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
    "scaled": math.nan,
    "scaled_low": math.nan,
    "scaled_high": math.nan,
    "agreeing": math.nan,
    "seeds": 0,
    "seeds_run": 0,
    "diverged": 0,
    "p": math.nan,
    "p_holm": math.nan,
    "family": 0,
    "leans": "–",
    "seeds_needed": math.nan,
    "converged": "–",
    "effect_control": math.nan,
}


def claims_table(ledger: Ledger) -> Table:
    """One row per claim; of each definition the verdict, and the effect of the test on which it hangs."""
    caption = (
        "The claims. Effect with 95 % interval over seeds by Student's t, of the test on which the verdict hangs, and "
        "p of the claim after Holm's correction over those of its study; claims-tests has all tests."
    )
    data = pd.DataFrame([_claim_row(entry, ledger.claims.bibliography(entry.claim)) for entry in ledger.entries])
    view = pd.DataFrame([_claim_view(entry) for entry in ledger.tried or ledger.entries])
    return Table("claims", caption, data, view if any(view["reference"]) else view.drop(columns="reference"))


def contrasts_table(ledger: Ledger) -> Table:
    """One row per test of a claim."""
    caption = "Every test of the ledger, with its own p, for what it leans to; only the p of a claim is corrected."
    rows = ledger.outcomes()
    data, tried = pd.DataFrame([_test_row(*row) for row in rows]), {entry.claim.id for entry in ledger.tried}
    shown = [row for row in rows if row[0].id in tried] or rows
    return Table("claims-tests", caption, data, pd.DataFrame([_test_view(*row) for row in shown]))


def _claim_row(entry: Entry, source: str) -> dict[str, Any]:
    claim = entry.claim
    row = {"id": claim.id, "statement": claim.statement, "source": source, "published": claim.evidence}
    for definition in DEFINITIONS:
        found = _definition_row(entry.under(definition))
        row |= {f"{key}_{definition}": value for key, value in found.items()}
    return row | _reference_row(entry) | {"found": claim.found}


def _reference_row(entry: Entry) -> dict[str, Any]:
    keys = ("verdict", "seeds", "scaled", "scaled_low", "scaled_high", "agrees")
    none = dict(zip(keys, ("–", 0, math.nan, math.nan, math.nan, None), strict=True))
    found = asdict(entry.reference) if entry.reference else none
    return {f"{key}_reference": found[key] for key in keys}


def _definition_row(defined: Defined | None) -> dict[str, Any]:
    if defined is None:
        return _UNDEFINED
    crucial, lean = _numbers(defined.crucial), defined.leaning
    judgement, test = defined.judgement, defined.crucial.contrast
    return {
        "verdict": str(judgement),
        "reason": judgement.reason,
        "tests": len(defined.outcomes),
        "study": test.study,
        "test": label(test),
        **crucial,
        "p": lean.p if lean else math.nan,
        "p_holm": defined.p_holm,
        "family": defined.family,
        "leans": str(lean.verdict) if lean and lean.clear else "–",
        "seeds_needed": defined.seeds_needed,
        "converged": str(defined.converged),
        "effect_control": defined.crucial.convergence.effect,
    }


def _numbers(outcome: Outcome) -> dict[str, Any]:
    found = outcome.effect
    low, high = found.interval if found else (math.nan, math.nan)
    scaled = scaled_effect(outcome)
    return {
        "effect": found.mean if found else math.nan,
        "low": low,
        "high": high,
        "unit": outcome.contrast.unit,
        **dict(zip(("scaled", "scaled_low", "scaled_high"), scaled, strict=True)),
        "agreeing": _agreeing(outcome),
        "seeds": len(found.sample) if found else 0,
        "seeds_run": found.seeds if found else 0,
        "diverged": found.diverged if found else 0,
        "p": outcome.p,
    }


def scaled_effect(outcome: Outcome) -> tuple[float, float, float]:
    """Effect and interval over the smallest effect that matters; positive speaks for a claim that has a direction.

    Of a claim of no effect, what lies within -1 and 1 speaks for it. NaN where nothing is known.
    """
    contrast = outcome.contrast
    if outcome.effect is None or contrast.matters is None:
        return math.nan, math.nan, math.nan
    return outcome.effect.share_of(contrast.smallest, -1.0 if contrast.direction == "less" else 1.0)


def scaled_text(outcome: Outcome) -> str:
    """1.8 [0.6, 3.0] times what matters; nothing where no size does."""
    mean, low, high = scaled_effect(outcome)
    return effect_words(mean, low, high, "times what matters") if math.isfinite(mean) else ""


def _agreeing(outcome: Outcome) -> float:
    """Share of seeds on the side that is claimed, or within what matters: how often one run of each would say so."""
    if outcome.effect is None or outcome.effect.sample.empty:
        return math.nan
    contrast = outcome.contrast
    return fmean(gap > 0 for gap in inside(outcome.effect.sample, contrast.direction, contrast.smallest))


def _claim_view(entry: Entry) -> dict[str, str]:
    view = {"id": entry.claim.id, "claim": entry.claim.statement, "published": entry.claim.evidence}
    for definition, head in HEADS.items():
        view |= {f"effect, {head}": _shown(entry.under(definition)), f"verdict, {head}": entry.shown(definition)}
    return view | {"reference": reference_text(entry)}


def reference_text(entry: Entry) -> str:
    """What the reference run found, and whether this run agrees with it; nothing where there is none."""
    found = entry.reference
    if found is None:
        return ""
    effect = effect_words(found.scaled, found.scaled_low, found.scaled_high, "times what matters")
    agrees = {True: "the intervals overlap", False: "the intervals do not overlap", None: ""}[found.agrees]
    sized = effect if math.isfinite(found.scaled) else ""
    return "; ".join(part for part in (f"{found.verdict} ({counted(found.seeds, 'seed')})", sized, agrees) if part)


def _shown(defined: Defined | None) -> str:
    """Effect and p of the test on which the verdict hangs."""
    if defined is None:
        return "–"
    return "; ".join(part for part in (effect_text(defined.crucial), p_words(defined.p_holm)) if part)


def effect_text(outcome: Outcome) -> str:
    """What was found in one test: effect [low, high] unit."""
    if outcome.effect is None:
        return "–"
    return effect_words(outcome.effect.mean, *outcome.effect.interval, outcome.contrast.unit)


def longer_text(outcome: Outcome) -> str:
    """What longer training makes of the effect; why it was not checked; nothing where that means nothing."""
    found = outcome.convergence
    if found.converged == Converged.NOT_NEEDED:
        return ""
    if found.converged == Converged.NOT_CHECKED:
        return f"Convergence not checked: {found.reason}"
    after = f"After longer training {number(found.effect, 3)}"
    return f"{after}: {found.reason}" if found.reason else after


def says(outcome: Outcome) -> str:
    """What a test leans to, or what is said without one."""
    return f"leans to {outcome.leaning.verdict}" if outcome.leaning else str(outcome.judgement)


def _test_row(claim: Claim, definition: str, outcome: Outcome) -> dict[str, Any]:
    contrast, found = outcome.contrast, outcome.effect
    by_seed = found.by_seed if found else {}
    return {
        "id": claim.id,
        "definition": definition,
        "decides": outcome.decides,
        "study": contrast.study,
        "test": label(contrast),
        "claimed": claimed(contrast),
        **_numbers(outcome),
        "says": says(outcome),
        "reason": outcome.judgement.reason if outcome.judgement else "",
        "converged": str(outcome.convergence.converged),
        "effect_control": outcome.convergence.effect,
        "moves": outcome.convergence.reason,
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
        "says": says(outcome),
        "converged": str(outcome.convergence.converged),
        "reason": (outcome.judgement.reason if outcome.judgement else "") or "–",
    }
