"""Stages killed at seeded points: what is there is whole or absent, and a second run ends as an undisturbed one.

Three kinds of points, in turn: after a random time; just before a random operation on files; in the middle of a write,
at a random byte. At every other point the stage finds its own outputs from older parameters in its place.
"""

import random
import shutil
from pathlib import Path

import mother
from cutdown import Job, contents, following, remove
from places import LostError, Place, check_left, check_same, copied, succeed

KINDS = ("time", "operation", "byte")


def point(place: Place, job: Job, number: int, work: Path) -> str:
    """Kill `job` at the point of this number; raises LostError. Returns the kind of point."""
    dice, kind = random.Random(f"{job} {number}"), KINDS[number % len(KINDS)]
    older = place.older(job.stage) if number % 2 else None
    folder = place.begin(job, work / "folder", older)
    try:
        _kill(place, job, kind, dice, folder)
        check_left(place, job, older, folder)
        _check_next(place, job, older, folder)
        succeed(folder, job)
        check_same(place, job, folder)
    finally:
        shutil.rmtree(folder)
    return kind


def _kill(place: Place, job: Job, kind: str, dice: random.Random, folder: Path) -> None:
    """Kill it; a point that comes after the end is moved forward."""
    part = dice.random()
    sizes = sorted(len(content) for name, content in contents(place.whole).items() if job.makes(name))
    byte = int(dice.random() * dice.choice(sizes))
    while True:
        operation = 1 + int(part * place.operations(job))
        if kind == "time":
            end = mother.run(folder, job, kill_after=part * place.seconds[job])
        elif kind == "operation":
            end = mother.run(folder, job, mother.dies_before_operation(operation))
        else:
            end = mother.run(folder, job, mother.dies_at_byte(byte, operation))
        if end.status < 0:
            return
        if end.status != 0:
            raise LostError(f"{job}: to be killed ({kind}, {part:.3f}), but status {end.status}\n{end.words}")
        remove(folder, job.outputs)
        part *= 0.7


def _check_next(place: Place, job: Job, older: Path | None, folder: Path) -> None:
    """The next stage refuses what a killed one has left, or gives what it gives of whole files."""
    then = following(job)
    if then is None:
        return
    trial = folder.with_name("trial")
    copied(folder, trial)
    try:
        remove(trial, then.outputs)
        end = mother.run(trial, then)
        made, sides = contents(trial), [contents(place.whole), *([contents(older)] if older else [])]
        right = any(all(made.get(name) == side.get(name, b"") for name in then.outputs) for side in sides)
        if not (end.text or (end.status == 0 and right)):
            raise LostError(f"{then} after {job} was killed: status {end.status}, other files\n{end.words}")
    finally:
        shutil.rmtree(trial)
