"""Sets of kind "jhtdb": pieces of isotropic turbulence, read from published files (core/params/jhtdb.py says their layout).

A piece is cut out of a larger periodic box, so it is not periodic itself. All pieces are of one simulation, at random
times and places: those of different splits are different, but not independent as other simulations would be.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from equidyn.core.errors import EquidynError
from equidyn.core.params.jhtdb import JhtdbData, JhtdbSource
from equidyn.core.progress import progress
from equidyn.core.provenance import Clock
from equidyn.domains.turbulence.source import jhtdb_checks, jhtdb_files, jhtdb_metadata, jhtdb_pictures
from equidyn.domains.turbulence.source.npy import array
from equidyn.domains.turbulence.source.volumes import Volumes


def make(source: JhtdbSource, wanted: JhtdbData, name: str, clock: Clock) -> Volumes:
    """Read and check one set. `name` is STUDY/DATASET, for messages.

    Fields are what the arrays hold, bit for bit, with axes (z, y, x) and components (vx, vy, vz). Of the training split
    the first `wanted.boxes` samples are read. Raises EquidynError that names the file, and the member or line at fault.
    """
    if wanted.boxes > source.split.train:
        raise EquidynError(f"{name}: boxes: {wanted.boxes}; source.split.train has {source.split.train} samples")
    made = _empty(source, source.lengths() | {"train": wanted.boxes})
    files = []
    with progress(f"prepare {name}", len(made.fine)) as advance:
        for split, start in zip(made.splits, made.ranges[:, 0].tolist(), strict=True):
            files += _read(source, split, made.of(split), _from(start, advance))
    checks = jhtdb_checks.measure(made, source.factor)
    jhtdb_checks.refuse(checks, source.axes, name)
    origin = {"source": f"read from {_told(source)}, not simulated here", "files": files}
    about = {"provenance": clock.provenance() | origin, "checks": checks, "periodic": source.periodic}
    return replace(made, attributes=about)


def _from(start: int, advance: Callable[[int, str], None]) -> Callable[[int], None]:
    """Tell the progress of a split that begins at `start`."""
    return lambda done: advance(start + done, "samples read")


def _empty(source: JhtdbSource, counts: dict[str, int]) -> Volumes:
    """A set of so many samples of each split, one split after the other, whose fields are still to be filled."""
    stops = np.cumsum(list(counts.values()), dtype=np.int64)
    ranges = np.stack([np.concatenate([[0], stops[:-1]]), stops], axis=1)
    total, side = int(stops[-1]), source.resolution // source.factor
    coarse = np.empty((total, source.context, 3, side, side, side), np.float32)
    fine = np.empty((total, 3, *[source.resolution] * 3), np.float32)
    return Volumes(coarse, fine, np.zeros(total, np.int64), ranges, {}, source.splits)


def _read(
    source: JhtdbSource, split: str, into: tuple[np.ndarray, np.ndarray], advance: Callable[[int], None]
) -> list[dict[str, Any]]:
    """Fill coarse and fine fields with the first samples of a split; returns fingerprints of the files read."""
    named, key = getattr(source.files, split), f"source.files.{split}"
    metadata = jhtdb_files.located(source, named.metadata, f"{key}.metadata")
    samples = jhtdb_metadata.read(metadata, source.columns, getattr(source.split, split))[: len(into[0])]
    read = [jhtdb_files.fingerprint(source, named.metadata, metadata)]
    if named.arrays.endswith(".zip"):
        archive = jhtdb_files.located(source, named.arrays, f"{key}.arrays")
        read.append(jhtdb_files.fingerprint(source, named.arrays, archive))
    names = [path for sample in samples for path in sample.paths]
    with jhtdb_files.opened(source, split, names, metadata) as reader:
        for row, sample in enumerate(samples):
            where = f"{metadata}: line {sample.line}"
            into[0][row], into[1][row] = _fields(sample, reader, source, where)
            advance(row + 1)
    return read


def _fields(
    sample: jhtdb_metadata.Sample, reader: jhtdb_files.Reader, source: JhtdbSource, where: str
) -> tuple[np.ndarray, np.ndarray]:
    """Coarse frames and the fine one of a sample; `where` is the line that names its arrays."""
    side = source.resolution // source.factor
    coarse = np.concatenate([_frames(*reader(path), side, source.axes) for path in sample.coarse])
    if len(coarse) != source.context:
        raise EquidynError(f"{where}: its arrays hold {len(coarse)} coarse frames; source.context is {source.context}")
    fine = _frames(*reader(sample.fine), source.resolution, source.axes)
    if len(fine) != 1:
        raise EquidynError(f"{where}: its array holds {len(fine)} fine frames; expected one")
    return coarse, fine[0]


def _frames(data: bytes, where: str, side: int, axes: str) -> np.ndarray:
    """Frames of an .npy file as (frame, 3, z, y, x) float32; raises EquidynError if it holds anything else."""
    found = array(data, where)
    cube = (side,) * 3
    if found.ndim in (4, 5) and found.shape[-3:] == cube and found.shape[-4] == 3:
        fields = found
    elif found.ndim in (4, 5) and found.shape[-4:] == (*cube, 3):
        fields = np.moveaxis(found, -1, -4)
    else:
        raise EquidynError(
            f"{where}: another layout: its shape is {found.shape}; expected {(3, *cube)} or {(*cube, 3)}, or several "
            "such frames in one array; see source.resolution and source.factor"
        )
    if not np.isfinite(fields).all():
        raise EquidynError(f"{where}: {np.count_nonzero(~np.isfinite(fields))} values are not finite")
    fields = fields.reshape(-1, 3, *cube)
    return fields if axes == "zyx" else fields.swapaxes(-1, -3)


def _told(source: JhtdbSource) -> str:
    return source.path or f"the dataset {source.repository} at {source.revision}"


def describe(folder: Path, made: Volumes, source: JhtdbSource, wanted: JhtdbData) -> dict[str, Any]:
    """Draw the picture of the card into `folder`; return the facts that card_jhtdb.md.j2 asks for."""
    jhtdb_pictures.draw(folder, made)
    return {"spans": dict(zip(made.splits, made.ranges.tolist(), strict=True)), "told": _told(source)}
