"""Which published networks variants that predict smoke are built as."""

from typing import Any

from equidyn.domains.smoke.report.published import figures


def published_parameters(study: Any, name: str) -> int | None:
    """Parameters of the published network of the same kind, None if there is none."""
    known = figures().networks.of(study.variants[name].network.rpartition("/")[2], study.task.input_frames)
    return known.parameters if known else None
