"""What symmetry variants that upscale a flow impose, and which published networks are built alike."""

from typing import Any

import pandas as pd

from equidyn.domains.turbulence.report.published import alike
from equidyn.report.families import options

_COMPONENTS = {"vector": "24 rotations, vectors turned", "scalar": "24 rotations, components as scalars"}
# Model file -> what it does with the symmetry that its components have; others impose none.
_IMPOSED = {
    "trilinear": "24 rotations, vectors turned, by interpolation alone",
    "gcnn": "{}",
    "rgcnn": "relaxed from {}",
}


def imposed(study: Any, name: str, strict: bool) -> str:
    """The symmetry that a variant imposes, in words."""
    variant = study.variants[name]
    components = _COMPONENTS.get(options(study, name).get("components", ""), "")
    words = ("{}; trained relaxed, used exact" if strict else "relaxed from {}") if variant.relax else ""
    return (words or _IMPOSED.get(variant.model, "none")).format(components)


def published_parameters(study: Any, name: str) -> int | None:
    """Parameters of the published network that is built alike, None if there is none."""
    rows = alike(study.variants[name].network, options(study, name))
    return rows[0].parameters if rows else None


def words(frame: pd.DataFrame) -> list[str]:
    """What is meant by components that are taken for scalars, where a variant takes them so."""
    if not frame["imposed"].str.contains(_COMPONENTS["scalar"], regex=False).any():
        return []
    return [
        "Components as scalars: voxels are turned and (vx, vy, vz) left as they are, as in the published nets; no flow "
        "has that symmetry."
    ]
