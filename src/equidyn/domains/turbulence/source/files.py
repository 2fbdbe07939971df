"""Sets of kind "files": fine fields of a user's own, of which the coarse ones are made here."""

import numpy as np
import torch

from equidyn.core.data import files
from equidyn.core.data.store import rms
from equidyn.core.params.files import FilesData
from equidyn.core.provenance import Clock
from equidyn.domains.turbulence.params import FilesOfVolumes
from equidyn.domains.turbulence.source.coarse import FILTERS
from equidyn.domains.turbulence.source.volumes import Volumes


def make(source: FilesOfVolumes, wanted: FilesData, name: str, clock: Clock) -> Volumes:
    """Read and check one set (core/data/files.py), and cut samples from it. `name` is STUDY/DATASET."""
    dealt = files.deal(source, wanted)
    cut = [
        [(run, time) for run in range(*span) for time in source.middles(split)]
        for block in dealt.ranges.tolist()
        for split, span in zip(source.splits, block, strict=True)
    ]
    simulation, time = np.array([place for part in cut for place in part], dtype=np.int64).T
    half = source.context // 2 * source.spacing
    around = np.arange(-half, half + 1, source.spacing)
    coarse = FILTERS[source.filter](torch.from_numpy(dealt.values), source.factor).numpy()
    fine = dealt.values[simulation, time]
    stops = np.cumsum([len(part) for part in cut], dtype=np.int64)
    spans = np.stack([np.append(0, stops[:-1]), stops], axis=1).reshape(len(dealt.ranges), len(source.splits), 2)
    measured = {
        "equivariance": None,
        "periodic": source.periodic,
        "rms": {
            split: rms(np.concatenate([fine[slice(*span)] for span in spans[:, at]]))
            for at, split in enumerate(source.splits)
        },
    }
    about = {"provenance": clock.provenance() | files.origin(dealt), "checks": measured}
    frames = coarse[simulation[:, None], time[:, None] + around]
    return Volumes(frames, fine, dealt.number[simulation], spans, about, source.splits)
