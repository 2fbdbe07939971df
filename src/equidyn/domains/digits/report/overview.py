"""Which digits a run has, and what the report's terms mean for them."""

import re
from collections.abc import Mapping
from typing import Any

from equidyn.domains.digits.params import DigitsSource
from equidyn.report.gather import StudyResults
from equidyn.report.overview import Fact

_TITLE = "Digits"
# What stands behind the name of an origin that readers may not know.
_ABOUT = {"optdigits": " (1797 small images that come with scikit-learn)"}
TERMS = {"Accuracy of digits": "Share of the test images of which a network gives the right one of ten digits."}


def facts(studies: list[StudyResults]) -> list[Fact]:
    """Which digits there are and why: one fact if all studies have the same, else one per dataset."""
    found = {
        f"{study.name}/{name}": origin_words(study.settings.source, tree["checks"])
        for study in studies
        for name, tree in study.data.items()
    }
    if len(set(found.values())) == 1:
        return [Fact(_TITLE, next(iter(found.values())), "notice")]
    return [Fact(f"{_TITLE} of {place}", words, "notice") for place, words in found.items()]


def origin_words(source: DigitsSource, checks: Mapping[str, Any]) -> str:
    """Which digits a dataset holds, and where they are not those wanted first, why, and what to do about it.

    checks: origin, wanted_origins, why_not (origin -> reason).
    """
    origin, first = checks["origin"], checks["wanted_origins"][0]
    name = f"{source.name_of(origin)}{_ABOUT.get(origin, '')}"
    if origin == first:
        return f"{name}."
    wanted = source.name_of(first)
    reasons = [_first_sentence(reason) for reason in checks["why_not"].values()]
    because = f": {'; '.join(reasons)}" if reasons else ""
    return (
        f"{name} in the place of {wanted}, which was not available{because}. For {wanted} go online, or set "
        f"HF_HUB_CACHE to a cache of the Hugging Face Hub that holds {source.repository}; then delete the prepared "
        "digits in data/datasets and run again."
    )


def _first_sentence(reason: str) -> str:
    """What went wrong; what follows in such messages is advice."""
    return re.split(r"\.(?=\s+[A-Z])", reason.strip())[0].rstrip(".")
