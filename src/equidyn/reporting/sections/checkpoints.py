"""The early checkpoint beside the best: what changes while training."""

import pandas as pd

from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import level_labels
from equidyn.reporting.numbers import estimate_text
from equidyn.reporting.sections.section import Section, over_seeds_words
from equidyn.reporting.statistics import over_seeds
from equidyn.reporting.tables import Table

TITLE = "Early and best checkpoints"
# measure, quantity, head of its columns, factor
_SHOWN = (
    ("error", "rmse", "test RMSE", 1.0),
    ("equivariance", "pairwise", "equivariance error", 1.0),
    ("decomposition", "share", "share of loss [%]", 100.0),
)


def section(results: StudyResults) -> Section | None:
    """Headline quantities at every checkpoint, one row per level and variant."""
    if len(results.checkpoints) < 2:
        return None
    parts = [
        _part(results, measure, quantity, checkpoint, f"{head}, {checkpoint}", scale)
        for measure, quantity, head, scale in _SHOWN
        for checkpoint in sorted(results.checkpoints, reverse=True)
    ]
    data = pd.concat(parts, ignore_index=True)
    if data.empty:
        return None
    caption = f"The same measures at each checkpoint. {over_seeds_words(results)}"
    early = results.runs["early_epoch"].unique().tolist()
    words = f"Early: weights after epoch {', '.join(map(str, early))}. Best: weights of the lowest validation RMSE."
    table = Table(f"{results.name}-checkpoints", caption, data.drop(columns=["head", "text"]), _view(results, data))
    return Section(TITLE, [words], tables=[table])


def _part(results: StudyResults, measure: str, quantity: str, checkpoint: str, head: str, scale: float) -> pd.DataFrame:
    summary = over_seeds(results.quantity(measure, quantity, checkpoint))
    summary.insert(2, "measure", measure)
    summary.insert(3, "quantity", quantity)
    summary.insert(4, "checkpoint", checkpoint)
    return summary.assign(head=head, text=[estimate_text(row, scale) for _, row in summary.iterrows()])


def _view(results: StudyResults, data: pd.DataFrame) -> pd.DataFrame:
    heads = list(dict.fromkeys(data["head"]))
    texts = {(row.dataset, row.variant, row.head): row.text for row in data.itertuples()}
    rows = [
        [label, variant, *(texts.get((dataset, variant, head), "–") for head in heads)]
        for dataset, label in level_labels(results.settings).items()
        for variant in results.variants
    ]
    return pd.DataFrame(rows, columns=["level", "variant", *heads])
