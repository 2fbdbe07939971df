"""Five sentences that the ledger chooses by rule: what holds, what does not, what is open, what it gained, how sure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from equidyn.report.claims.converged import Converged
from equidyn.report.claims.effects import Effect
from equidyn.report.claims.ledger import LUCKY, Entry, Ledger
from equidyn.report.claims.verdict import Verdict
from equidyn.report.labels import readable
from equidyn.report.numbers import counted
from equidyn.report.pages.forest import study_of
from equidyn.report.pages.known import Known, all_known

_SHOWN = 3  # claims that a sentence names


@dataclass(frozen=True)
class Item:
    """A claim in a sentence; note: what stands behind it in brackets."""

    id: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Sentence:
    """lead: before the claims, tail: behind them."""

    head: str
    lead: str
    items: Sequence[Item] = ()
    tail: str = ""


def sentences(ledger: Ledger) -> list[Sentence]:
    """The five, or what of them there is to say."""
    found = all_known(ledger)
    if not found:
        return [Sentence("Nothing is known yet", "this run tests none of the claims.")]
    said = [_holds(found), _refuted(found), _open(found), _worth(ledger), _sure(ledger, found)]
    return [sentence for sentence in said if sentence]


def _of(found: Sequence[Known], verdict: Verdict) -> list[Known]:
    """The claims of one verdict, the surest first."""
    return sorted((one for one in found if one.verdict == verdict), key=lambda one: -one.sureness)


def _holds(found: Sequence[Known]) -> Sentence:
    held = _of(found, Verdict.SUPPORTED)
    where = " here or in the reference" if any(one.by_reference for one in found) else ""
    lead = f"{len(held)} of the {counted(len(found), 'claim')} tested{where}{_before(held, 'surely')}"
    return Sentence("What holds", lead, _items(held))


def _refuted(found: Sequence[Known]) -> Sentence:
    broken, none = _of(found, Verdict.CONTRADICTED), _of(found, Verdict.NO_EFFECT)
    tail = f"Of {len(none)} more the effect is too small to matter." if none else ""
    lead = f"{counted(len(broken), 'claim')}{_before(broken, 'clearly')}"
    return Sentence("What is refuted", lead, _items(broken), tail)


def _before(found: Sequence[Known], how: str) -> str:
    """What stands between a count and the claims that are named."""
    return f", most {how} (effect over what matters):" if len(found) > _SHOWN else ":" if found else "."


def _items(found: Sequence[Known]) -> list[Item]:
    return [Item(one.entry.claim.id, one.entry.claim.brief, _where(one)) for one in found[:_SHOWN]]


def _where(one: Known) -> str:
    """The study, and the effect on the common scale where there is one."""
    mean = abs(one.scaled[0])
    size = f", {mean:.{0 if mean >= 10 else 1}f} ×" if math.isfinite(mean) else ""
    return f"{readable(study_of(one.entry)).lower()}{size}"


def _open(found: Sequence[Known]) -> Sentence | None:
    rest = _of(found, Verdict.INCONCLUSIVE)
    if not rest:
        return None
    leans = [one.entry.corrected.leaning for one in rest]
    sides = [lean.verdict for lean in leans if lean and lean.clear]
    yes, no = sides.count(Verdict.SUPPORTED), sides.count(Verdict.CONTRADICTED)
    told = f"{counted(len(rest), 'claim')}; {yes} lean to yes, {no} to no"
    needed = [(one.entry.corrected.seeds_needed, one.entry) for one in rest if not one.by_reference]
    near = [pair for pair in needed if math.isfinite(pair[0])]
    if not near:
        return Sentence("What stays open", f"{told}.")
    seeds, entry = min(near, key=lambda pair: pair[0])
    item = Item(entry.claim.id, entry.claim.brief, f"about {seeds:.0f} seeds")
    return Sentence("What stays open", f"{told}. Nearest to a decision:", [item])


def _worth(ledger: Ledger) -> Sentence | None:
    """What imposed symmetry gained, by the claims that are marked so; nothing where tuning was luck."""
    marked = [(entry, entry.corrected.crucial.effect) for entry in ledger.tried if entry.claim.worth]
    items = [
        Item(entry.claim.id, _change(effect, entry), entry.claim.worth)
        for entry, effect in marked
        if effect and entry.corrected.judgement.note != LUCKY
    ]
    return (
        Sentence("What symmetry was worth", "error of the strict net against the plain one:", items) if items else None
    )


def _change(effect: Effect, entry: Entry) -> str:
    """59 % lower [46, 69]; of what is no ratio the number."""
    low, high = effect.interval
    if not effect.ratio:
        return f"{effect.mean:.2g} [{low:.2g}, {high:.2g}] {entry.corrected.crucial.contrast.unit}"
    sign, word = (-1, "lower") if effect.mean < 1 else (1, "higher")
    ends = sorted(100 * sign * (end - 1) for end in (low, high))
    return f"{100 * sign * (effect.mean - 1):.0f} % {word} [{ends[0]:.0f}, {ends[1]:.0f}]".replace("-", "−")


def _sure(ledger: Ledger, found: Sequence[Known]) -> Sentence:
    seeds = sorted({len(outcome.effect.sample) for _, _, outcome in ledger.outcomes() if outcome.effect})
    span = f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else counted(*(seeds or [0]), "seed")
    lead = f"{span}; 95 % intervals; {counted(ledger.tests, 'test')}, Holm within each study."
    decided = [one.entry.corrected.converged for one in found if one.decided and not one.by_reference]
    kept, moved = decided.count(Converged.YES), decided.count(Converged.NO)
    if kept or moved:
        lead += f" Trained for longer, {kept} of the {kept + moved} decided claims that were checked stay as they are."
    told = [entry.reference.agrees for entry in ledger.entries if entry.reference]
    known = [agrees for agrees in told if agrees is not None]
    tail = f"This run agrees with the reference on {sum(known)} of {len(known)} claims." if known else ""
    return Sentence("How sure", lead, (), tail)
