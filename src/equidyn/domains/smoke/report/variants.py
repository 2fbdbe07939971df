"""What symmetry variants that predict smoke impose, and which published networks they are built as."""

from typing import Any

from equidyn.domains.smoke.report.published import figures
from equidyn.report.families import options


def imposed(study: Any, name: str, strict: bool) -> str:
    """The symmetry that a strict variant imposes, in words."""
    if not strict:
        return "–"
    chosen = options(study, name)
    turns = "half turns" if chosen.get("group") == "C2" else "quarter turns"
    return f"{turns}, vectors against the picture" if chosen.get("vector_action") == "published" else turns


def published_parameters(study: Any, name: str) -> int | None:
    """Parameters of the published network of the same kind, None if there is none."""
    known = figures().networks.of(study.variants[name].network.rpartition("/")[2], study.task.input_frames)
    return known.parameters if known else None
