"""How the learning rates, and each method's own knob, were found: what was tried, what won, and what it cost."""

from itertools import groupby

import pandas as pd

from equidyn.core.params.tune import SEED
from equidyn.core.tuning.table import COLUMNS, UNTRAINED, Row, out_of_step
from equidyn.report.claims.repeated import unrepeated
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import counted, duration, listed, number
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table
from equidyn.report.wording import wording

TITLE = "Tuning"


def section(results: StudyResults) -> Section | None:
    """The grid, the score of each trial, the choice and the cost; nothing for a study that was not tuned."""
    if not results.trials:
        return None
    frame = pd.DataFrame(results.trials)[list(COLUMNS)].astype({"best_epoch": "Int64"})
    words = wording(results.settings)
    caption = f"Lowest validation {words.score_name} of each trial [{words.score_unit}]."
    table = Table(f"{results.name}--tuning", caption, frame, _view(results))
    text = [_searched(results), *_origin(results), *_remarks(results), *_lucky(results), _cost(results)]
    return Section(TITLE, [" ".join(text)], tables=[table])


def _searched(results: StudyResults) -> str:
    tune, variants = results.settings.tune, results.settings.variants
    rates, knobs = [f"{rate:g}" for rate in tune.rates], [name for name, variant in variants.items() if variant.tune]
    further = [f"values of its own knob at the best of these rates, for {listed(knobs)}"] if knobs else []
    if len(knobs) < len(variants):
        further.append("rates beside the best" + ", for the others" * bool(knobs))
    return (
        f"Every variant had the same number of trials: learning rates {listed(rates)} with its own settings, then "
        f"{tune.further} more ({'; '.join(further)}). They trained on {tune.dataset} with seed {SEED}, which no other "
        f"run has; the lowest validation {wording(results.settings).score_name} won."
    )


def _origin(results: StudyResults) -> list[str]:
    """Of a study that did not tune in this run."""
    if results.settings.tunes:
        return []
    told = (
        "The values were found at this study's scale, in an earlier run, and are shipped with the table of its trials."
    )
    odd = list(out_of_step(results.settings, results.trials))
    return [told, *([f"Not in step with that table: {'; '.join(odd)}."] if odd else [])]


def _remarks(results: StudyResults) -> list[str]:
    rows = results.trials
    edge = [row["variant"] for row in rows if row["at_edge"]]
    lost = list(dict.fromkeys(row["variant"] for row in rows if row["status"] == "diverged"))
    idle = [row["variant"] for row in rows if row["status"] == UNTRAINED]
    words = {
        f"At the edge of the rates tried, so that a better one may lie beyond: {listed(edge)}.": edge,
        f"Trials that diverged lose; there are some of {listed(lost)}.": lost,
        f"Without parameters, so that there is nothing to tune: {listed(idle)}.": idle,
    }
    return [sentence for sentence, names in words.items() if names]


def _lucky(results: StudyResults) -> list[str]:
    lucky = unrepeated(results)
    told = "The choice was luck where runs, on other draws, do not train as the trial did; claims on these stay open"
    return [f"{told}: {'; '.join(lucky.values())}."] if lucky else []


def _cost(results: StudyResults) -> str:
    rows = [row for row in results.trials if row["status"] != UNTRAINED]
    budgets = [results.settings.training_of(row["variant"]) for row in rows]
    epochs, steps = ([getattr(one, key) for one in budgets] for key in ("epochs", "steps_per_epoch"))
    total = sum(epoch * step for epoch, step in zip(epochs, steps, strict=True))
    seconds = sum(row.get("seconds") or 0 for row in rows)
    wall = f", {duration(seconds)} of wall time" if seconds else ""
    return (
        f"Cost: {counted(len(rows), 'trial')} of up to {_range(epochs)} epochs of {_range(steps)} steps, at most "
        f"{counted(total, 'step')} in all{wall}."
    )


def _view(results: StudyResults) -> pd.DataFrame:
    """A row per variant: the scores at the rates of the grid, the further trials, and the choice."""
    rates = results.settings.tune.rates
    heads = ["variant", *(f"rate {rate:g}" for rate in rates), "further trials", "chosen"]
    rows = []
    for variant, group in groupby(results.trials, key=lambda row: row["variant"]):
        trials = [row for row in group if row["status"] != UNTRAINED]
        first = {row["learning_rate"]: row for row in reversed(trials)}
        grid = [first.get(rate) for rate in rates]
        further = "; ".join(f"{_settings(row)}: {_score(row)}" for row in trials if row not in grid)
        won = [_settings(row, whole=True) + " (at the edge)" * row["at_edge"] for row in trials if row["chosen"]]
        scores = [_score(row) if row else "–" for row in grid]
        rows.append([variant, *scores, further or "–", *(won or [UNTRAINED])])
    return pd.DataFrame(rows, columns=heads)


def _settings(row: Row, whole: bool = False) -> str:
    """What a trial differs in; whole: its rate too, where that is not all."""
    rate = f"rate {row['learning_rate']:g}"
    if not row["knob"]:
        return rate
    knob = f"{row['knob'].rpartition('.')[2]} {row['value']}"
    return f"{rate}, {knob}" if whole else knob


def _score(row: Row) -> str:
    score = "–" if row["score"] is None else number(row["score"])
    return "diverged" if row["status"] == "diverged" else score


def _range(counts: list[int]) -> str:
    return " to ".join(dict.fromkeys(f"{count:,}" for count in (min(counts), max(counts))))
