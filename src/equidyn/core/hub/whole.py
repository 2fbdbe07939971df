"""Any dataset's file, without knowing its kind; and its rows, as others read them.

A row is one sample; or of fields that were recorded in time, the frames of one simulation that belong to one split. So
it holds what belongs together in time, from which windows of any length can be cut.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from equidyn.core.data import sealed
from equidyn.core.data.store import SPLITS, Stored
from equidyn.core.errors import EquidynError

UNUSED = "unused"  # what is in no split: kept, so that the file can be made again
RANGES = "ranges"


@dataclass(frozen=True)
class Whole(Stored):
    """All arrays of a dataset by name, in the order of its content hash; PACKED: of those that are compressed."""

    FORMAT: str
    named: dict[str, np.ndarray]
    attributes: dict[str, Any]
    splits: tuple[str, ...]
    PACKED: tuple[str, ...]

    def arrays(self) -> dict[str, np.ndarray]:
        return self.named

    @property
    def in_rows(self) -> dict[str, np.ndarray]:
        """The arrays whose first axis is that of samples or simulations."""
        return {name: array for name, array in self.named.items() if name != RANGES}

    @property
    def in_time(self) -> bool:
        """Whether a range is one of frames of a simulation, not of samples: then there is one for each simulation."""
        return len(self.named[RANGES]) == len(next(iter(self.in_rows.values())))

    @property
    def blocks(self) -> int:
        """How many blocks it holds; 1: all seeds share its data."""
        if self.in_time:
            return int(self.named["block"].max()) + 1 if "block" in self.named else 1
        return len(self.named[RANGES])

    @property
    def settings(self) -> list[dict[str, Any]]:
        """What params.yaml says of its source, and of itself."""
        return list(self.attributes["provenance"]["params"].values())


@dataclass(frozen=True)
class Row:
    """index: along the first axis of the arrays; frames: along the second of those that have one, None: all."""

    split: str
    block: int
    index: int
    frames: slice | None = None

    def of(self, array: np.ndarray) -> np.ndarray:
        """Its part of an array."""
        part = array[self.index]
        return part if self.frames is None or array.ndim == 1 else part[self.frames]


def read(path: Path) -> Whole:
    """The dataset in `path`; raises EquidynError if it is missing, torn, foreign or altered."""
    broken = sealed.fault(path) if path.is_file() else "there is no such file"
    if broken:
        raise _refusal(path, broken)
    found, expected = _read(path, lambda array: array[()])
    if found.content_hash() != expected:
        raise _refusal(path, "its content does not match its checksum")
    return found


def outline(path: Path) -> Whole:
    """The dataset without its numbers, apart from those that say where its rows lie: soon read, however large it is."""
    places = (f"/{RANGES}", "/block")
    found, _ = _read(
        path, lambda array: array[()] if array.name in places else np.broadcast_to(array.dtype.type(), array.shape)
    )
    return found


def _read(path: Path, values: Callable[[h5py.Dataset], np.ndarray]) -> tuple[Whole, str]:
    """The dataset, and the checksum that its content should have."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            arrays = {name: values(array) for name, array in file.items()}
            packed = tuple(name for name, array in file.items() if array.chunks)
            splits = tuple(map(str, file.attrs.get("splits", SPLITS)))
            attributes = json.loads(file.attrs["attributes"])
            return Whole(str(file.attrs["format"]), arrays, attributes, splits, packed), str(file.attrs["sha256"])
    except (OSError, KeyError, ValueError, AttributeError) as fault:
        raise _refusal(path, str(fault)) from None


def _refusal(path: Path, reason: str) -> EquidynError:
    return EquidynError(f"{path}: not a whole dataset ({reason}); delete it and prepare it again")


def rows(whole: Whole) -> list[Row]:
    """All rows, split by split, then block by block; those of no split last."""
    found = list(_in_time(whole) if whole.in_time else _samples(whole))
    order = (*whole.splits, UNUSED)
    return sorted(found, key=lambda row: (order.index(row.split), row.block, row.index))


def _samples(whole: Whole) -> list[Row]:
    ranges, count = whole.named[RANGES], len(next(iter(whole.in_rows.values())))
    found = [
        Row(split, block, index)
        for block, spans in enumerate(ranges.tolist())
        for split, span in zip(whole.splits, spans, strict=True)
        for index in range(*span)
    ]
    rest = set(range(count)) - {row.index for row in found}
    return found + [Row(UNUSED, 0, index) for index in rest]


def _in_time(whole: Whole) -> list[Row]:
    ranges, frames = whole.named[RANGES], max(array.shape[1] for array in whole.in_rows.values() if array.ndim > 1)
    blocks = whole.named.get("block", np.zeros(len(ranges), np.int64)).tolist()
    found = []
    for index, (block, spans) in enumerate(zip(blocks, ranges.tolist(), strict=True)):
        used = [(split, *span) for split, span in zip(whole.splits, spans, strict=True) if span[1] > span[0]]
        rest = [(UNUSED, *span) for span in _gaps([span[1:] for span in used], frames)]
        found += [Row(split, block, index, slice(*span)) for split, *span in used + rest]
    return found


def _gaps(spans: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What `spans` leave of [0, length)."""
    gaps, end = [], 0
    for start, stop in [*sorted(spans), (length, length)]:
        if start > end:
            gaps.append((end, start))
        end = max(end, stop)
    return gaps
