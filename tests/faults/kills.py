"""Stages killed at seeded points: what is there is whole or absent, and a second run ends as an undisturbed one.

Three kinds of points, in turn: after a random time; just before a random operation on files; in the middle of a write,
at a random byte. In every other point the stage finds its own outputs from older parameters in its place.
"""

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import mother
from cutdown import FIELDS, SETS, Job, contents, is_leftover, jobs, remove, write_params
from mother import End

KINDS = ("time", "operation", "byte")
_NEXT = {"prepare": "train", "train": "measure"}


@dataclass(frozen=True)
class Place:
    """Undisturbed projects of one study, to compare with. older: stage -> the project before a key of it changed."""

    whole: Path
    older: dict[str, Path]
    seconds: dict[Job, float]
    operations: dict[Job, int]


class LostError(AssertionError):
    """An output that is neither whole nor absent, or that a second run does not make good."""


def undisturbed(root: Path, study: str) -> Place:
    """Run everything once as it is, and once up to measuring with each older key."""
    whole, seconds, operations = root / "whole", {}, {}
    write_params(whole, study)
    for job in jobs(study):
        seconds[job] = succeed(whole, job).seconds
        trial, count = root / "trial", root / "count"
        shutil.copytree(whole, trial)
        succeed(trial, job, mother.counts_operations(count))
        operations[job] = count.stat().st_size
        shutil.rmtree(trial)
    older = {stage: root / f"older-{stage}" for stage in _NEXT}
    for stage, folder in older.items():
        write_params(folder, study, older=stage)
        for job in jobs(study):
            if job.stage != "report":
                succeed(folder, job)
    return Place(whole, older, seconds, operations)


def succeed(folder: Path, job: Job, fate: mother.Fate | None = None) -> End:
    """Run a stage that has no reason to fail."""
    end = mother.run(folder, job, fate)
    if end.status != 0:
        raise LostError(f"{job}: status {end.status}\n{end.words}")
    return end


def point(place: Place, job: Job, number: int, work: Path) -> str:
    """Kill `job` at the point of this number; raises LostError. Returns where it was killed."""
    dice = random.Random(f"{job} {number}")
    older = place.older.get(job.stage) if number // len(KINDS) % 2 else None
    folder = work / "folder"
    shutil.copytree(place.whole, folder)
    remove(folder, job.outputs)
    for name in job.outputs if older else ():
        source = older / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    try:
        where = _killed(place, job, KINDS[number % len(KINDS)], dice, folder)
        check_left(place, job, older, folder)
        _check_next(place, job, older, folder)
        succeed(folder, job)
        check_same(place, job, folder)
    finally:
        shutil.rmtree(folder)
    return where


def _killed(place: Place, job: Job, kind: str, dice: random.Random, folder: Path) -> str:
    """Kill it; a point that comes after the end is moved forward."""
    part = dice.random()
    while True:
        if kind == "time":
            where = f"after {part * place.seconds[job]:.3f} s"
            end = mother.run(folder, job, kill_after=part * place.seconds[job])
        elif kind == "operation":
            count = 1 + int(part * place.operations[job])
            where = f"before operation {count}"
            end = mother.run(folder, job, mother.dies_before_operation(count))
        else:
            sizes = sorted(len(content) for name, content in contents(place.whole).items() if job.makes(name))
            byte = int(part * dice.choice(sizes))
            where = f"at byte {byte}"
            end = mother.run(folder, job, mother.dies_at_byte(byte))
        if end.status < 0:
            return where
        if end.status != 0:
            raise LostError(f"{job}: {where}: status {end.status}\n{end.words}")
        remove(folder, job.outputs)
        part *= 0.7


def check_left(place: Place, job: Job, older: Path | None, folder: Path) -> None:
    """Every file that has the name of an output is one of the undisturbed run, or the older one that was there."""
    whole, old = contents(place.whole), contents(older) if older else {}
    for name, content in contents(folder).items():
        if not is_leftover(name) and content not in (whole.get(name), old.get(name)):
            raise LostError(f"{job}: {name} is neither the whole file nor the older one ({len(content)} bytes)")


def _check_next(place: Place, job: Job, older: Path | None, folder: Path) -> None:
    """The next stage refuses what a killed one has left, or gives what it gives of whole files."""
    if job.stage not in _NEXT:
        return
    following = Job(_NEXT[job.stage], job.study, job.variant or {FIELDS: "gcnn", SETS: "mlp"}[job.study])
    trial = folder.with_name("trial")
    shutil.copytree(folder, trial)
    try:
        remove(trial, following.outputs)
        end = mother.run(trial, following)
        made, sides = contents(trial), [contents(place.whole), *([contents(older)] if older else [])]
        right = any(all(made.get(name) == side[name] for name in following.outputs) for side in sides)
        if not (end.told or (end.status == 0 and right)):
            raise LostError(f"{following} after {job} was killed: status {end.status}, other files\n{end.words}")
    finally:
        shutil.rmtree(trial)


def check_same(place: Place, job: Job, folder: Path) -> None:
    """Every file is the undisturbed one, and there is none beside them."""
    found, wanted = contents(folder), contents(place.whole)
    differing = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if differing:
        raise LostError(f"{job}: after a second run these differ: {', '.join(differing)}")
