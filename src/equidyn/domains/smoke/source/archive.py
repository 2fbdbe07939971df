"""Sets of kind "archive": the published files themselves, read from their zip archive (domains/smoke/params/archive.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import torch

from equidyn.core.data import hub, zipped
from equidyn.core.errors import EquidynError
from equidyn.core.files import sha256
from equidyn.core.progress import progress
from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.archive import Archive, ArchiveSource, LevelsArchive, RotationArchive
from equidyn.domains.smoke.params.rotation import RotationData
from equidyn.domains.smoke.params.smoke import PublishedLevel
from equidyn.domains.smoke.source import checks
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.levels import PUBLISHED_ORDER
from equidyn.domains.smoke.source.pickled import tensor
from equidyn.domains.smoke.source.published_action import under_published_action


@dataclass(frozen=True)
class Plan:
    """Which members make up a set; all have one row per simulation.

    members: names that each may have, in order of preference. scene, direction, ranges: as in store.Fields.
    unturned: how many simulations, from the first, are as they came from the generator.
    """

    members: Sequence[tuple[str, ...]]
    scene: np.ndarray
    direction: np.ndarray
    ranges: np.ndarray
    unturned: int


def make(source: Archive, wanted: RotationData | PublishedLevel, name: str, clock: Clock) -> Fields:
    """Read and check one set. `name` is STUDY/DATASET, for messages.

    velocity is what the members hold, bit for bit, up to the signs that `vector_action` asks for. Raises EquidynError
    that names the archive, and the member if it is one's fault.
    """
    planned = plan(source, wanted)
    path = located(source)
    read = {"file": _told(source), "bytes": path.stat().st_size, "sha256": _digest(path, source.sha256)}
    with zipped.opened(path) as archive:
        members = zipped.find_all(archive, planned.members)
        velocity = _stacked(archive, members, source, name)
    divergence = largest_divergence(velocity[: planned.unturned], source.size / source.resolution)
    _choose_signs(velocity, source, wanted)
    made = Fields(velocity, planned.scene, planned.direction, planned.ranges, {}, splits=source.splits)
    measured = checks.measure(made) | {"max_divergence": divergence}
    if isinstance(wanted, PublishedLevel):
        measured["published_table_entry"] = checks.published_table_entry(made)
    origin = {"source": f"read from {read['file']}, not simulated here", "archive": read | {"members": members}}
    return replace(made, attributes={"provenance": clock.provenance() | origin, "checks": measured})


def located(source: ArchiveSource) -> Path:
    """The archive on this machine, fetched if need be; raises EquidynError if it is neither here nor to be had."""
    if source.path is None:
        return hub.fetch(source.repository, source.revision, source.file)
    path = Path(source.path)
    if not path.is_file():
        raise EquidynError(f"{path}: no such file in {Path.cwd()}; see source.path")
    return path


def _told(source: ArchiveSource) -> str:
    return source.path or f"{source.file} of the dataset {source.repository} at {source.revision}"


def _digest(path: Path, expected: str | None) -> str:
    """SHA-256 of the archive; raises EquidynError if it is not the expected one."""
    found = sha256(path)
    if expected not in (None, found):
        raise EquidynError(
            f"{path}: its SHA-256 is {found}, source.sha256 is {expected}: not the file that was meant, or damaged"
        )
    return found


def plan(source: Archive, wanted: RotationData | PublishedLevel) -> Plan:
    """The members of one set of either layout; raises EquidynError if the layout has no such set."""
    if isinstance(source, RotationArchive):
        return _rotation_plan(source)
    if wanted.train is not None:
        raise EquidynError("train: an archive of levels holds one scene per level; leave the key out")
    return _levels_plan(source, wanted.value)


def _rotation_plan(source: RotationArchive) -> Plan:
    """Simulations trained on, then those held out; `scene` holds k, `direction` the side."""
    tasks = np.array([*source.train, *source.domain], dtype=np.int64)
    held_out = np.arange(len(tasks)) >= len(source.train)
    ranges = np.zeros((len(tasks), len(source.splits), 2), dtype=np.int64)
    for column, (split, span) in enumerate(source.split.ranges().items()):
        ranges[held_out == (split == "domain"), column] = span
    members = [(f"raw_data_{k}_{side}.pt",) for k, side in tasks]
    return Plan(members, tasks[:, 0], tasks[:, 1], ranges, unturned=len(tasks))


def _levels_plan(source: LevelsArchive, level: int) -> Plan:
    """One scene in four directions, counter-clockwise from "up", which is the one that was not turned.

    Where a folder has a member under both names, the one that the published loader reads is taken.
    """
    order = np.argsort(PUBLISHED_ORDER)  # published number of each direction
    members = [(f"E_{level}/raw_data_{number}.pt", f"E_{level}/data_{number}.pt") for number in order]
    ranges = np.tile(np.array(list(source.split.ranges().values()), dtype=np.int64), (4, 1, 1))
    return Plan(members, np.zeros(4, dtype=np.int64), np.arange(4), ranges, unturned=1)


def _stacked(archive: ZipFile, members: Sequence[str], source: ArchiveSource, name: str) -> np.ndarray:
    """(simulation, time, 2, y, x) float32, one member after the other."""
    grid = (source.resolution, source.resolution)
    velocity = np.empty((len(members), source.frames, 2, *grid), np.float32)
    with progress(f"prepare {name}", len(members)) as advance:
        for row, member in enumerate(members):
            where = f"{archive.filename}: member {member}"
            found = tensor(zipped.read(archive, member), where)
            _check_shape(found, source, where)
            velocity[row] = found[: source.frames].numpy(force=True)
            _check_finite(velocity[row], where)
            advance(row + 1, "members read")
    return velocity


def _check_shape(found: torch.Tensor, source: ArchiveSource, where: str) -> None:
    grid = (source.resolution, source.resolution)
    if found.dtype != torch.float32 or found.dim() != 4 or tuple(found.shape[1:]) != (2, *grid):
        raise EquidynError(
            f"{where}: {found.dtype} of shape {tuple(found.shape)}; expected torch.float32, (time, 2, y, x) = "
            f"(at least {source.frames}, 2, {grid[0]}, {grid[1]}); see source.resolution and source.layout"
        )
    if len(found) < source.frames:
        raise EquidynError(f"{where}: has {len(found)} frames, fewer than source.frames = {source.frames}")


def _check_finite(velocity: np.ndarray, where: str) -> None:
    broken = np.flatnonzero(~np.isfinite(velocity).all(axis=(1, 2, 3)))
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
