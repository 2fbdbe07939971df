"""Where the data of a run came from, as far as that is known only when they have been prepared."""

import re
from collections.abc import Mapping
from typing import Any

from equidyn.core.params.study import Study
from equidyn.report.labels import origin_label
from equidyn.report.numbers import listed, number

# What stands behind the name of an origin that readers may not know.
_TOLD = {"optdigits": " (1,797 small images that come with scikit-learn)"}


def settled(study: Study, data: Mapping[str, Any]) -> Study:
    """The study with the origin that each of its datasets of digits came from in the place of all that were wanted.

    data: dataset -> {"checks", ...}; datasets without an origin among their checks stay as they are.
    """
    found = {name: tree["checks"].get("origin") for name, tree in data.items()}
    if not any(found.values()):
        return study
    datasets = {
        name: entry.model_copy(update={"origins": [found[name]]}) if found.get(name) else entry
        for name, entry in study.datasets.items()
    }
    return study.model_copy(update={"datasets": datasets})


def origin_words(study: Study, checks: Mapping[str, Any]) -> str:
    """Which digits a dataset holds, and where they are not those wanted first, why, and what to do about it.

    checks: of a dataset of digits: origin, wanted_origins, why_not (origin -> reason).
    """
    source, origin, first = study.source, checks["origin"], checks["wanted_origins"][0]
    name = f"{origin_label(source, origin)}{_TOLD.get(origin, '')}"
    if origin == first:
        return f"{name}."
    wanted = origin_label(source, first)
    reasons = [_first_sentence(reason) for reason in checks["why_not"].values()]
    told = f": {'; '.join(reasons)}" if reasons else ""
    return (
        f"{name} in the place of {wanted}, which could not be had{told}. For {wanted} go online, or set HF_HUB_CACHE "
        f"to a cache of the Hugging Face Hub that holds {source.repository}; then delete the prepared digits in "
        "data/datasets and run again."
    )


def flow_words(study: Study, checks: Mapping[str, Mapping[str, Any]]) -> str:
    """Which turbulence a study of super-resolution holds, and whether it is that of the published table.

    checks: what a reader calls a dataset -> its checks.
    """
    source = study.source
    fine, coarse = (" × ".join([str(side)] * 3) for side in (source.resolution, source.resolution // source.factor))
    told = listed([f"{number(tree['re_lambda'], 2)} at {head}" for head, tree in checks.items()])
    size = f"{coarse} to {fine} voxels, Re_lambda {told}"
    return f"simulated here, {size}; not the data of the published figures (JHTDB)."


def _first_sentence(reason: str) -> str:
    """What went wrong; what follows in such messages is advice."""
    return re.split(r"\.(?=\s+[A-Z])", reason.strip())[0].rstrip(".")
