"""Contrasts and their outcomes in words and numbers for readers."""

import math

from equidyn.reporting.claims.effects import Effect
from equidyn.reporting.claims.levels import group_words
from equidyn.reporting.claims.model import Contrast
from equidyn.reporting.numbers import counted, number

_ROUND_OFF = 1e-12  # relative
_FACTORS = {"one": "", "unit": " × unit", "per_parameter": " per parameter"}


def label(contrast: Contrast) -> str:
    """The contrast in words, made from its definition: what is compared, by which number, on which data."""
    places = list(dict.fromkeys(group_words(term.datasets) for term in contrast.terms))
    one_place = len(places) == 1
    names = [
        term.variant if one_place else f"{term.variant} on {group_words(term.datasets)}" for term in contrast.terms
    ]
    item = "[last]" if contrast.item == "last" else ""
    quantity = f"{contrast.measure}.{contrast.quantity}{item}{_FACTORS[contrast.factor]}"
    parts = [_sum(contrast, names), quantity, *(places if one_place else [])]
    return ", ".join([*parts, *([] if contrast.checkpoint == "best" else [f"{contrast.checkpoint} checkpoint"])])


def _sum(contrast: Contrast, names: list[str]) -> str:
    """a minus b; a over b; 0.5 a plus 0.5 b; a minus the published 0.67; a minus 0.5."""
    minus = "over" if contrast.form == "ratio" else "minus"
    words: list[str] = []
    for term, name in zip(contrast.terms, names, strict=True):
        words += [minus] if term.weight < 0 else ["plus"] if words else []
        words += [] if abs(term.weight) == 1 else [f"{abs(term.weight):g}"]
        words.append(name)
    whose = "the published " if contrast.reference_from == "published" else ""
    return " ".join([*words, *([f"minus {whose}{contrast.reference:g}"] if contrast.reference else [])])


def claimed(contrast: Contrast) -> str:
    """What the claim says of the effect."""
    null = "1" if contrast.form == "ratio" else "0"
    if contrast.direction != "none":
        return f"{'below' if contrast.direction == 'less' else 'above'} {null}"
    if contrast.form == "ratio":
        return f"within {number(1 / contrast.margin, 3)} to {number(contrast.margin, 3)}"
    return f"within ± {contrast.margin:g}"


def effect_words(mean: float, low: float, high: float, unit: str) -> str:
    """Effect [low, high] unit, to the second digit of half the interval."""
    if not math.isfinite(mean):
        return "–"
    half = (high - low) / 2
    spreads = half > _ROUND_OFF * abs(mean)  # an effect that all seeds share has no digits of its interval to go by
    if math.isfinite(half) and spreads and max(abs(low), abs(high)) >= 1e-3:
        places = min(12, max(0, 1 - math.floor(math.log10(half))))
        return f"{mean:,.{places}f} [{low:,.{places}f}, {high:,.{places}f}] {unit}"
    return f"{number(mean, 3)}{f' [{number(low, 3)}, {number(high, 3)}]' if math.isfinite(half) else ''} {unit}"


def p_words(p: float) -> str:
    """p = 0.012; p < 0.001; nothing if there was no test."""
    if not math.isfinite(p):
        return ""
    return (f"p = {p:.2g}" if p >= 1e-3 else "p < 0.001").replace(" ", "\N{NO-BREAK SPACE}")


def seeds_words(effect: Effect | None) -> str:
    """3 seeds; 2 of 3 seeds, 1 run diverged."""
    if effect is None:
        return "–"
    used = len(effect.sample)
    seeds = counted(used, "seed") if used == effect.seeds else f"{used} of {counted(effect.seeds, 'seed')}"
    return f"{seeds}, {counted(effect.diverged, 'run')} diverged" if effect.diverged else seeds
