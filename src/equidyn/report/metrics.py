"""The report's headline numbers as one small tree, by which `dvc metrics show` and `diff` compare whole runs."""

import math
from typing import Any

from equidyn.report.claims.ledger import Ledger
from equidyn.report.claims.model import DEFINITIONS
from equidyn.report.gather import StudyResults
from equidyn.report.statistics import over_seeds
from equidyn.report.wording import wording


def metrics(studies: list[StudyResults], ledger: Ledger) -> dict[str, Any]:
    """Verdict counts of the ledger, and how many of its claims have converged, by definition; mean test score over
    finite seeds, by study, dataset and variant.

    Scores are named as in `measures`, such as error.rmse, and have its units; null where no run ended finite.
    """
    claims = {
        definition: {verdict: len(ids) for verdict, ids in ledger.tally(definition).items()}
        for definition in DEFINITIONS
    }
    converged = {
        definition: {said: len(ids) for said, ids in ledger.converged(definition).items()} for definition in DEFINITIONS
    }
    return {"claims": claims, "converged": converged, "studies": {study.name: _scores(study) for study in studies}}


def _scores(study: StudyResults) -> dict[str, dict[str, dict[str, float | None]]]:
    """Dataset -> variant -> quantity -> mean of the headline number, on each test split where a study has several."""
    tree: dict[str, dict[str, dict[str, float | None]]] = {}
    headline = wording(study.settings).headline
    if headline is None:
        return tree
    for quantity in study.on_tests(headline.measure, headline.quantity).values():
        for row in over_seeds(study.quantity(headline.measure, quantity)).itertuples():
            mean = row.mean if math.isfinite(row.mean) else None
            tree.setdefault(row.dataset, {}).setdefault(row.variant, {})[f"{headline.measure}.{quantity}"] = mean
    return tree
