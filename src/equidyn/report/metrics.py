"""The report's headline numbers, by which DVC compares whole runs: all in one tree, and few of each in small files."""

import math
from collections.abc import Iterator
from statistics import median
from typing import Any

import pandas as pd

from equidyn.core.params.signatures import AUDIT
from equidyn.report.claims.ledger import Ledger
from equidyn.report.claims.model import DEFINITIONS
from equidyn.report.claims.verdict import DECIDED, Verdict
from equidyn.report.gather import StudyResults
from equidyn.report.sections.quantity_values import shown
from equidyn.report.statistics import over_seeds
from equidyn.report.wording import wording

Scores = dict[str, dict[str, dict[str, float | None]]]  # dataset -> variant -> quantity -> mean


def metrics(studies: list[StudyResults], ledger: Ledger) -> dict[str, Any]:
    """Verdict counts of the ledger, and how many of its claims have converged, by definition; and of every headline
    quantity the mean over finite seeds, by study, dataset and variant.

    Quantities are named as in `measures`, such as error.rmse, and have its units; null where no run ended finite.
    """
    claims = {
        definition: {verdict: len(ids) for verdict, ids in ledger.tally(definition).items()}
        for definition in DEFINITIONS
    }
    converged = {
        definition: {said: len(ids) for said, ids in ledger.converged(definition).items()} for definition in DEFINITIONS
    }
    return {"claims": claims, "converged": converged, "studies": {study.name: scores(study) for study in studies}}


def summaries(tree: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Name -> few numbers, of what `metrics` gives: how many corrected claims are decided, and of each study's headline
    quantities the least, the median and the largest mean over datasets and variants."""
    counts = tree["claims"]["corrected"]
    decided, undecided = sum(counts[verdict] for verdict in DECIDED), counts[Verdict.INCONCLUSIVE]
    found: dict[str, dict[str, float]] = {"claims": {"decided": decided, "open": undecided}}
    for study, datasets in tree["studies"].items():
        means: dict[str, list[float]] = {}
        for numbers in (variant for variants in datasets.values() for variant in variants.values()):
            for quantity, mean in numbers.items():
                means.setdefault(quantity, []).extend([] if mean is None else [mean])
        for quantity, known in means.items():
            if known:
                name = f"{study}--{quantity.replace('/', '-')}"
                found[name] = {"least": min(known), "median": median(known), "largest": max(known)}
    return found


def scores(study: StudyResults) -> Scores:
    """Means of the headline quantities, at the best checkpoint."""
    tree: Scores = {}
    for name, values in dict(_headlines(study)).items():
        for row in over_seeds(values).itertuples():
            mean = row.mean if math.isfinite(row.mean) else None
            tree.setdefault(row.dataset, {}).setdefault(row.variant, {})[name] = mean
    return tree


def _headlines(study: StudyResults) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and values: first of the number by which the report compares variants, on each test split."""
    first = wording(study.settings).headline
    for quantity in study.on_tests(first.measure, first.quantity).values() if first else ():
        yield f"{first.measure}.{quantity}", study.quantity(first.measure, quantity)
    for measure in study.settings.measures:
        for one in () if measure.startswith(AUDIT) else shown(study, measure):
            if one.quantity.headline and one.axis is None and one.checkpoint == "best" and one.measure == measure:
                yield f"{measure}.{one.quantity.name}", one.values
