"""Contrasts and their outcomes in words and numbers for readers."""

import math
import re

from equidyn.report.claims.datasets import group_words
from equidyn.report.claims.effects import Effect
from equidyn.report.claims.model import Contrast, Term
from equidyn.report.numbers import counted, number

_ROUND_OFF = 1e-12  # relative
_FACTORS = {
    "one": "",
    "unit": " × unit",
    "per_parameter": " per parameter",
    "multiply_adds": " × multiply-adds",
}


def label(contrast: Contrast) -> str:
    """The contrast in words, made from its definition: what is compared, by which number, on which data."""
    by_place = _by_place(contrast)
    if contrast.form == "crossover":
        by_place = {"all levels and sizes": contrast.terms}
    quantity = f"{measured_words(contrast)}{_FACTORS[contrast.factor]}"
    parts = [_compared(contrast, by_place), quantity, *(by_place if len(by_place) == 1 else [])]
    return ", ".join([*parts, *([] if contrast.checkpoint == "best" else [f"{contrast.checkpoint} checkpoint"])])


def measured_words(contrast: Contrast) -> str:
    """What is measured: test error: rmse; equivariance as published: relative."""
    audit, _, measure = contrast.measure.rpartition("/")
    quantity = re.sub(r"[._]", " ", contrast.quantity)
    return f"{measure.rpartition('.')[2].replace('_', ' ')}{' as published' if audit else ''}: {quantity}"


def _by_place(contrast: Contrast) -> dict[str, list[Term]]:
    """The terms by their data, as a reader calls them."""
    places: dict[str, list[Term]] = {}
    for term in contrast.terms:
        places.setdefault(group_words(term.datasets), []).append(term)
    return places


def _compared(contrast: Contrast, by_place: dict[str, list[Term]]) -> str:
    """a minus b; a on here minus a on there; a minus b on here, minus the same on there; a minus the published 0.67."""
    if contrast.form == "crossover":
        strict, free = (term.variant for term in contrast.terms)
        return f"exponent of the level at which {free} overtakes {strict}, minus {contrast.reference:g}"
    (here, first), *others = by_place.items()
    alike = [_multiple(terms, first) for _, terms in others]
    if not others:
        text = _sum(contrast, [(term.weight, term.variant) for term in first])
    elif len(first) > 1 and all(alike):
        pattern = _sum(contrast, [(term.weight, term.variant) for term in first])
        same = [(weight, f"the same on {there}") for weight, (there, _) in zip(alike, others, strict=True)]
        text = _sum(contrast, [(1.0, f"{pattern} on {here}"), *same], ", ")
    else:
        cells = [(term.weight, f"{term.variant} on {group_words(term.datasets)}") for term in contrast.terms]
        text = _sum(contrast, cells)
    whose = "the published " if contrast.reference_from == "published" else ""
    return f"{text} minus {whose}{contrast.reference:g}" if contrast.reference else text


def _multiple(terms: list[Term], first: list[Term]) -> float:
    """By what number the weights of `first` are to be multiplied to give those of `terms`; 0 if there is none."""
    if [term.variant for term in terms] != [term.variant for term in first]:
        return 0.0
    found = {term.weight / other.weight for term, other in zip(terms, first, strict=True)}
    return found.pop() if len(found) == 1 else 0.0


def _sum(contrast: Contrast, weighted: list[tuple[float, str]], between: str = " ") -> str:
    """a minus b; 0.5 a plus 0.5 b; of a ratio, whose weights are powers: a over b times c to the power 0.5."""
    ratio = contrast.form == "ratio"
    words = []
    for weight, name in weighted:
        sign = ("over " if ratio else "minus ") if weight < 0 else ("times " if ratio else "plus ") if words else ""
        size = f"{abs(weight):g}"
        text = name if size == "1" else f"{name} to the power {size}" if ratio else f"{size} {name}"
        words.append(f"{sign}{text}")
    return between.join(words)


def claimed(contrast: Contrast) -> str:
    """What the claim says of the effect, and the smallest effect that matters."""
    if contrast.direction == "none":
        return f"within {_sizes(contrast)}"
    side = f"{'below' if contrast.direction == 'less' else 'above'} {'1' if contrast.form == 'ratio' else '0'}"
    every = " in every run" if contrast.rule == "exact" else ""
    return f"{side}{every}" + (f"; what matters lies outside {_sizes(contrast)}" if contrast.matters else "")


def _sizes(contrast: Contrast) -> str:
    """The effects that are too small to matter."""
    if contrast.form == "ratio":
        return f"{number(1 / contrast.matters, 3)} to {number(contrast.matters, 3)}"
    return f"± {contrast.matters:g}"


def seeds_to_decide(needed: float) -> str:
    """about 12 seeds would decide; nothing where nobody knows."""
    if math.isnan(needed):
        return ""
    count = f"about {needed:.0f}" if math.isfinite(needed) else "more than 10,000"
    return f"{count} seeds would decide with 80 % power, if the effect is as found"


def effect_words(mean: float, low: float, high: float, unit: str) -> str:
    """Effect [low, high] unit, to the second digit of half the interval."""
    if not math.isfinite(mean):
        return "–"
    half = (high - low) / 2
    spreads = half > _ROUND_OFF * abs(mean)  # an effect that all seeds share has no interval to go by
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
