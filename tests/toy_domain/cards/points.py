"""Facts of the cards of clouds; the text is points.md.j2."""

from pathlib import Path
from typing import Any

from toy_domain.params import PointsData, PointsSource
from toy_domain.source.points import Clouds


def describe(folder: Path, dataset: Clouds, source: PointsSource, wanted: PointsData) -> dict[str, Any]:
    """No pictures; how many clouds there are."""
    return {"count": len(dataset.points)}
