"""A disk that is full, and a folder that cannot be written: told in a line, nothing half written, and mended by a run.

Three kinds: no file may grow beyond a random size (works everywhere); a small disk in memory with little room left, and
a folder mounted read-only (both need a namespace for mounts, see `entered`).
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mother
from cutdown import Job, contents, remove
from places import LostError, Place, check_left, check_same, succeed

MOUNTED = ("disk full", "read-only folder")
KINDS = ("size limit", *MOUNTED)
_INSIDE = "EQUIDYN_FAULTS_MAY_MOUNT"


def entered() -> str:
    """Go on in a namespace in which this process may mount disks; returns why not, where the system has no such."""
    if _INSIDE in os.environ:
        return ""
    tried = []
    for options in (["--mount"], ["--map-root-user", "--mount"]):
        command = ["unshare", *options]
        try:
            answer = subprocess.run(
                [*command, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False
            )
        except OSError as fault:
            return f"unshare: {fault.strerror}"
        if answer.returncode == 0:
            os.environ[_INSIDE] = "1"
            os.execvp("unshare", [*command, sys.executable, *sys.orig_argv[1:]])
        tried.append(answer.stderr.strip())
    return "; ".join(tried)


def point(place: Place, job: Job, kind: str, number: int, work: Path) -> str:
    """Run `job` without room, then with it; raises LostError. Returns whether it said so, or had room enough."""
    dice, folder = random.Random(f"{job} {kind} {number}"), work / "room"
    largest = max(len(content) for name, content in contents(place.whole).items() if job.makes(name))
    bytes_left = int(dice.random() ** 2 * largest)
    with _made(kind, place, job, folder, bytes_left):
        end = mother.run(folder, job, mother.has_room_for(bytes_left) if kind == "size limit" else None)
        if not (end.text or (end.status == 0 and kind != "read-only folder")):
            raise LostError(f"{job}: {kind} ({bytes_left} bytes): status {end.status}\n{end.words}")
        check_left(place, job, None, folder)
        _mend(kind, folder)
        succeed(folder, job)
        check_same(place, job, folder)
    return "told" if end.text else "had room"


@contextmanager
def _made(kind: str, place: Place, job: Job, folder: Path, bytes_left: int) -> Iterator[None]:
    """The project as it is before `job`, on a disk of that kind."""
    folder.mkdir()
    try:
        if kind == "disk full":
            _call("mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder))
        shutil.copytree(place.whole, folder, dirs_exist_ok=True)
        remove(folder, job.outputs)
        if kind == "disk full":
            disk = os.statvfs(folder)
            used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
            _call("mount", "-o", f"remount,size={used + bytes_left}", str(folder))
        if kind == "read-only folder":
            _call("mount", "--bind", str(folder), str(folder))
            _call("mount", "-o", "remount,bind,ro", str(folder))
        yield
    finally:
        if kind in MOUNTED:
            subprocess.run(["umount", str(folder)], capture_output=True, check=False)
        shutil.rmtree(folder)


def _mend(kind: str, folder: Path) -> None:
    if kind == "disk full":
        _call("mount", "-o", "remount,size=64m", str(folder))
    if kind == "read-only folder":
        _call("mount", "-o", "remount,bind,rw", str(folder))


def _call(*command: str) -> None:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(f"{' '.join(command)}: {answer.stderr.strip()}")
