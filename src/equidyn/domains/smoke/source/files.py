"""Sets of kind "files": simulations of a user's own.

No two of them are known to be the same scene in two directions, so no equivariance error of the data is defined.
"""

import numpy as np

from equidyn.core.data import files
from equidyn.core.params.files import FilesData
from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.files import FilesOfFields
from equidyn.domains.smoke.source.checks import FORMS, mean_speeds
from equidyn.domains.smoke.source.fields import Fields, component_rms


def make(source: FilesOfFields, wanted: FilesData, name: str, clock: Clock) -> Fields:
    """Read and check one set (core/data/files.py). `name` is STUDY/DATASET."""
    dealt = files.deal(source, wanted)
    spans = ranges(source, dealt)
    block = None
    if source.blocks is not None:
        block = np.arange(source.block_count).repeat(np.diff(dealt.ranges).sum((1, 2)))
    measured = {
        "equivariance": dict.fromkeys(FORMS),
        "mean_speed": float(mean_speeds(dealt.values).mean()),
        "rms": {split: component_rms(dealt.values, spans[:, at]) for at, split in enumerate(source.splits)},
    }
    about = {"provenance": clock.provenance() | files.origin(dealt), "checks": measured}
    direction = np.zeros(len(dealt.values), dtype=np.int64)
    return Fields(dealt.values, dealt.number, direction, spans, about, splits=source.splits, block=block)


def ranges(source: FilesOfFields, dealt: files.Dealt) -> np.ndarray:
    """Frames [start, stop) of each simulation in each split, (simulation, split, 2) int64; (0, 0) for none."""
    if source.split.by == "time":
        spans = np.array([getattr(source.split, split) for split in source.splits], dtype=np.int64)
        return np.tile(spans, (len(dealt.values), 1, 1))
    table = np.zeros((len(dealt.values), len(source.splits), 2), dtype=np.int64)
    for block in dealt.ranges:
        for at, (start, stop) in enumerate(block):
            table[start:stop, at] = (0, source.sizes["time"])
    return table
