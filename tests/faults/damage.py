"""Files that a fault of the disk or of a copy has changed: the stage that reads one names it, and does not use it."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import mother
from cutdown import Job, contents, is_leftover, tunes
from places import LostError, Place, check_same, succeed

KINDS = ("bit flipped", "torn")
_READ = {
    "tune": ("data",),
    "train": ("data", "tuned"),
    "measure": ("data", "tuned", "best.safetensors", "early.safetensors", "run.json", "history.csv"),
    "report": ("tuned", "run.json", "history.csv", "measures.json", "example.safetensors"),
}


def readers(prepare: Job, train: Job) -> Iterator[tuple[Job, str]]:
    """Each stage with each file that it reads, by path."""
    run, tune = Path(train.outputs[0]).parent, Job("tune", train.study, train.variant)
    places = {"data": prepare.outputs[0], "tuned": tune.outputs[0]}
    for stage, names in _READ.items():
        job = Job(stage) if stage == "report" else Job(stage, train.study, train.variant)
        for name in names:
            if tunes(train.study) or "tune" not in (stage, name[:4]):
                yield job, places.get(name, str(run / name))


def point(place: Place, job: Job, file: str, number: int, work: Path) -> str:
    """Damage `file`, and run its reader; raises LostError. Returns whether the reader said so, or took no harm."""
    dice, folder = random.Random(f"{job} {file} {number}"), place.begin(job, work / "folder")
    try:
        where = damage(folder / file, KINDS[number % 2], dice)
        end = mother.run(folder, job)
        if end.text and Path(file).name in end.words:
            return "told"
        if end.status == 0 and _same_outputs(place, job, folder):
            return "no harm"
        raise LostError(f"{job}: {file}, {where}: status {end.status}\n{end.words}")
    finally:
        shutil.rmtree(folder)


def resumed(place: Place, job: Job, number: int, work: Path) -> str:
    """Damage what a killed training or tuning goes on from: it must then start anew, and end as an undisturbed one."""
    dice, folder = random.Random(f"{job} resume {number}"), place.begin(job, work / "folder")
    try:
        mother.run(folder, job, mother.dies_before_operation(place.operations(job) - 8))
        found = sorted(path for path in (folder / "data/resume").rglob("*") if path.is_file())
        saved = next(path for path in found if not is_leftover(path.name))
        where = damage(saved, KINDS[number % 2], dice)
        succeed(folder, job)
        check_same(place, job, folder)
        if saved.exists():
            raise LostError(f"{job}: {saved.name}, {where}, is there still")
        return "no harm"
    finally:
        shutil.rmtree(folder)


def damage(path: Path, kind: str, dice: random.Random) -> str:
    """Turn one bit of a file, or cut it off; returns where."""
    content = bytearray(path.read_bytes())
    place = dice.randrange(len(content))
    if kind == "torn":
        path.write_bytes(content[:place])
        return f"cut off at {place} of {len(content)}"
    bit = dice.randrange(8)
    content[place] ^= 1 << bit
    path.write_bytes(content)
    return f"bit {bit} of byte {place} turned"


def _same_outputs(place: Place, job: Job, folder: Path) -> bool:
    found, wanted = contents(folder), contents(place.whole)
    return all(found.get(name) == wanted[name] for name in wanted if job.makes(name))
