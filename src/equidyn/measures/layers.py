"""What measures of single layers have in common: how a part compares with the whole, by layer and in all."""

from typing import Any


def shares(parts: list[tuple[float, float]]) -> dict[str, Any]:
    """From (part, whole), sums of squares of each layer: the roots of part / whole; 0 for a whole of 0.

    by_layer: of each layer; total: of the parts and wholes summed over layers.
    """
    total = tuple(sum(column) for column in zip(*parts, strict=True))
    return {"total": _root_share(*total), "by_layer": [_root_share(*part) for part in parts]}


def _root_share(part: float, whole: float) -> float:
    return 0.0 if whole == 0 else (part / whole) ** 0.5
