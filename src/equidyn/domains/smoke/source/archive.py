"""Sets of kind "archive": the published files themselves, read from their zip archive."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from equidyn.core.data import hub
from equidyn.core.errors import EquidynError
from equidyn.core.files import sha256
from equidyn.core.progress import progress
from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.archive import Archive, ArchiveSource, LevelsArchive, RotationArchive
from equidyn.domains.smoke.params.rotation import RotationData
from equidyn.domains.smoke.params.smoke import PublishedLevel
from equidyn.domains.smoke.source import checks, zipped
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.levels import PUBLISHED_ORDER
from equidyn.domains.smoke.source.published_action import under_published_action

Names = Sequence[Sequence[str]]  # names that each member may have, in order of preference


def make(source: Archive, wanted: RotationData | PublishedLevel, name: str, clock: Clock) -> Fields:
    """Read and check one set. `name` is STUDY/DATASET, for messages.

    velocity is what the members hold, bit for bit, up to the signs that `vector_action` asks for. Raises EquidynError
    that names the archive, and the member if it is one's fault.
    """
    names, made = _planned(source, wanted)
    path = _located(source)
    read = _identity(path, source)
    members = _fill(made.velocity, path, names, name)
    unturned = made.velocity[:1] if isinstance(source, LevelsArchive) else made.velocity  # as they were simulated
    divergence = largest_divergence(unturned, source.size / source.resolution)
    _choose_signs(made.velocity, source, wanted)
    measured = checks.measure(made) | {"max_divergence": divergence}
    if isinstance(wanted, PublishedLevel):
        measured["published_table_entry"] = checks.published_table_entry(made)
    origin = {"source": f"read from {read['file']}, not simulated here", "archive": read | {"members": members}}
    return replace(made, attributes={"provenance": clock.provenance() | origin, "checks": measured})


def _planned(source: Archive, wanted: RotationData | PublishedLevel) -> tuple[Names, Fields]:
    """Names of the members, one per simulation, and the set with its velocity still to be filled."""
    if isinstance(source, RotationArchive):
        names, scene, direction, ranges = _rotation(source)
    elif wanted.train is not None:
        raise EquidynError("train: an archive of levels holds one scene per level; leave the key out")
    else:
        names, scene, direction, ranges = _level(source, wanted.value)
    velocity = np.empty((len(scene), source.frames, 2, source.resolution, source.resolution), np.float32)
    return names, Fields(velocity, scene, direction, ranges, {}, splits=source.splits)


def _rotation(source: RotationArchive) -> tuple[Names, np.ndarray, np.ndarray, np.ndarray]:
    """Simulations trained on, then those held out; scene holds k, direction the side."""
    tasks = np.array([*source.train, *source.domain], dtype=np.int64)
    held_out = np.arange(len(tasks)) >= len(source.train)
    ranges = np.zeros((len(tasks), len(source.splits), 2), dtype=np.int64)
    for column, (split, span) in enumerate(source.split.ranges().items()):
        ranges[held_out == (split == "domain"), column] = span
    return [(f"raw_data_{k}_{side}.pt",) for k, side in tasks], tasks[:, 0], tasks[:, 1], ranges


def _level(source: LevelsArchive, level: int) -> tuple[Names, np.ndarray, np.ndarray, np.ndarray]:
    """One scene in four directions, counter-clockwise from "up", which is the one that was not turned.

    Where a folder has a member under both names, the one that the published loader reads is taken.
    """
    order = np.argsort(PUBLISHED_ORDER)  # published number of each direction
    names = [(f"E_{level}/raw_data_{number}.pt", f"E_{level}/data_{number}.pt") for number in order]
    ranges = np.tile(np.array(list(source.split.ranges().values()), dtype=np.int64), (4, 1, 1))
    return names, np.zeros(4, dtype=np.int64), np.arange(4), ranges


def _located(source: ArchiveSource) -> Path:
    """The archive on this machine, fetched if need be; raises EquidynError if it is neither here nor available."""
    if source.path is None:
        return hub.fetch(source.repository, source.revision, source.file)
    path = Path(source.path)
    if not path.is_file():
        raise EquidynError(f"{path}: no such file in {Path.cwd()}; see source.path")
    return path


def _identity(path: Path, source: ArchiveSource) -> dict[str, Any]:
    """What provenance keeps of the archive; raises EquidynError if its SHA-256 is not the expected one."""
    found = sha256(path)
    if source.sha256 not in (None, found):
        raise EquidynError(
            f"{path}: its SHA-256 is {found}, source.sha256 is {source.sha256}: not the file that was meant, or damaged"
        )
    text = source.path or f"{source.file} of the dataset {source.repository} at {source.revision}"
    return {"file": text, "bytes": path.stat().st_size, "sha256": found}


def _fill(velocity: np.ndarray, path: Path, names: Names, name: str) -> list[str]:
    """Fill (simulation, time, 2, y, x) with one member after the other; returns their full names."""
    with zipped.opened(path) as archive, progress(f"prepare {name}", len(names)) as advance:
        members = zipped.find(archive, names)
        for row, member in enumerate(members):
            _copy(zipped.array(archive, member), velocity[row], f"{path}: member {member}")
            advance(row + 1, "members read")
    return members


def _copy(found: np.ndarray, room: np.ndarray, where: str) -> None:
    """The first frames, as many as there is room for; raises EquidynError if they have another shape or no values."""
    if found.ndim != 4 or found.shape[1:] != room.shape[1:] or len(found) < len(room):
        raise EquidynError(
            f"{where}: has the shape {found.shape}; expected (time, 2, y, x) = {room.shape} or longer; see "
            "source.frames, source.resolution and source.layout"
        )
    room[:] = found[: len(room)]
    broken = np.flatnonzero(~np.isfinite(room).all(axis=(1, 2, 3)))
    if broken.size:
        raise EquidynError(f"{where}: values that are not finite in {broken.size} frames, the first is {broken[0]}")


def largest_divergence(velocity: np.ndarray, spacing: float) -> float:
    """Largest |div| [1 / time] of fields on a staggered grid that was cut to the number of its cells.

    velocity: (simulation, time, 2, y, x), vx on the left face of each cell and vy on the lower one; the last row and
    column of cells lack a face, and are left out. Small only if axes and components have the order that we take.
    """
    largest = 0.0
    for vx, vy in velocity.swapaxes(1, 2):
        excess = np.diff(vx[:, :-1], axis=2) + np.diff(vy[:, :, :-1], axis=1)
        largest = max(largest, float(np.abs(excess).max()))
    return largest / spacing


def _choose_signs(velocity: np.ndarray, source: ArchiveSource, wanted: Any) -> None:
    """Negate in place what `vector_action` asks for; see LevelsArchive and data.published_action."""
    if action_of(source, wanted) == "published":
        under_published_action(velocity)
    elif isinstance(source, LevelsArchive):
        np.negative(velocity[1::2], out=velocity[1::2])  # left and right: off from the true turn by a sign


def action_of(source: ArchiveSource, wanted: Any) -> str:
    """Told by the source of levels, by the dataset of the Rotation protocol."""
    return source.vector_action if isinstance(source, LevelsArchive) else wanted.vector_action
