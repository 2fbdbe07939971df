"""Whole runs by an engine, killed at seeded times: run again, they end as one that nothing disturbed.

In turn, the engine dies with all its jobs, as when a machine goes down; the engine alone, so that a job of it may go
on; or one job alone. Snakemake then wants to be unlocked, as its own message says.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
from cutdown import SETS, contents, write_params
from damage import KINDS, damage
from places import LostError

PROJECT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "snakemake": ["snakemake", "--cores", "2", "--quiet", "host", "progress"],
    "dvc": ["dvc", "repro"],
}
_JOBS = {f"{count} at once": ["snakemake", "--cores", str(count), "--quiet", "host", "progress"] for count in (1, 8)}
OTHERS = _JOBS | {"by DVC": COMMANDS["dvc"]}
VICTIMS = ("engine and jobs", "engine alone", "one job")
_STAGES = f"studies/{SETS}"
LOCKS = ("dvc.lock", f"{_STAGES}/dvc.lock")
_PARTS = ("src", "workflow", "profiles", ".dvc", ".dvcignore", "environment.yml")
_TIMEOUT = 600


class Checkout:
    """The cut-down study in a copy of the project, with the stages that both engines have for it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def fresh(cls, root: Path) -> "Checkout":
        """Without outputs, in a repository of its own, as DVC wants it."""
        write_params(root, SETS)
        for name in _PARTS:
            source = PROJECT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, root / name, **({"ignore": _left_out} if source.is_dir() else {}))
        checkout = cls(root)
        for command in (("git", "init", "--quiet"), ("equidyn", "engines", "--write")):
            status, words = checkout.run(*command)
            if status:
                raise LostError(words)
        return checkout

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command, in a session of its own."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """Exit status and words of a command."""
        process = self.start(*command)
        words, _ = process.communicate(timeout=_TIMEOUT)
        return process.returncode, words

    def _environment(self) -> dict[str, str]:
        """PYTHONPATH: this folder, for its sitecustomize.py, and the copy's own code."""
        programs, here = Path(sys.executable).parent, Path(__file__).resolve().parent
        return os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{here}{os.pathsep}{self.root / 'src'}",
            "DVC_SITE_CACHE_DIR": str(self.root.parent / f"{self.root.name}-dvc"),
            "HF_HUB_OFFLINE": "1",
        }


def _left_out(folder: str, names: list[str]) -> set[str]:
    return set(names) & {"__pycache__", "tmp", "cache"}


def undisturbed(root: Path, engine: str) -> tuple[Path, float]:
    """A finished run, and how long it took."""
    checkout, begun = Checkout.fresh(root / f"{engine}-whole"), time.monotonic()
    status, words = checkout.run("equidyn", "warm", *COMMANDS[engine])
    if status:
        raise LostError(f"{engine}: status {status}\n{words}")
    return checkout.root, time.monotonic() - begun


def same_with(whole: Path, number: int, work: Path) -> str:
    """A run by another engine, or of another number of jobs at once, gives the same bytes of every output."""
    name, command = list(OTHERS.items())[number]
    checkout = Checkout.fresh(work / f"other-{number}")
    try:
        status, words = checkout.run("equidyn", "warm", *command)
        if status:
            raise LostError(f"{name}: status {status}\n{words}")
        _check_same(checkout, whole)
    finally:
        shutil.rmtree(checkout.root)
    return name


def with_damaged_lock(whole: Path, lock: str, number: int, work: Path) -> str:
    """DVC finds this lock file changed: it names it, or does again what it says nothing of; outputs end the same."""
    root = work / "locked"
    shutil.copytree(whole, root, symlinks=True)
    try:
        where = damage(root / lock, KINDS[number % len(KINDS)], random.Random(f"{lock} {number}"))
        status, words = Checkout(root).run("equidyn", "warm", *COMMANDS["dvc"])
        if status and lock in words and "Traceback" not in words:
            return "named"
        if status:
            raise LostError(f"{lock}, {where}: status {status}\n{words[-3000:]}")
        _check_same(Checkout(root), whole)
    finally:
        shutil.rmtree(root)
    return "the same outputs"


def point(whole: Path, seconds: float, engine: str, number: int, work: Path) -> str:
    """Kill a run of the engine, run it again and compare; raises LostError. Returns what was killed, and when."""
    dice, victim = random.Random(f"{engine} {number}"), VICTIMS[number % len(VICTIMS)]
    checkout = Checkout.fresh(work / f"{engine}-{number}")
    try:
        after = dice.uniform(0.3, 0.9) * seconds
        process = checkout.start("equidyn", "warm", *COMMANDS[engine])
        time.sleep(after)
        _kill(process, engine, victim)
        process.communicate(timeout=_TIMEOUT)
        _check_left(checkout, whole)
        _run_again(checkout, engine)
        _check_same(checkout, whole)
    finally:
        shutil.rmtree(checkout.root)
    return f"{victim} after {after:.1f} s"


def _kill(process: subprocess.Popen[str], engine: str, victim: str) -> None:
    """SIGKILL. Of the jobs, those that `equidyn warm` runs in a server of its own die with it."""
    family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
    if victim == "engine and jobs":
        chosen = family
    elif victim == "engine alone":
        chosen = [pid for pid in family if _is(pid, COMMANDS[engine][0])][:1]
    else:
        chosen = [pid for pid in family if _is(pid, "equidyn") and pid != process.pid][-1:]
    for pid in chosen:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _is(pid: int, program: str) -> bool:
    try:
        return any(Path(word).name == program for word in psutil.Process(pid).cmdline()[:3])
    except psutil.Error:
        return False


def _run_again(checkout: Checkout, engine: str) -> None:
    """Again, and as long as a message says that a job of the killed run is still at work, again a moment later."""
    for _ in range(10):
        if engine == "snakemake":
            checkout.run("snakemake", "--unlock")
        status, words = checkout.run("equidyn", "warm", *COMMANDS[engine])
        if status == 0:
            return
        if "it is being blocked by" in words:  # a killed DVC whose number the system still knows; as its message says
            (checkout.root / ".dvc/tmp/rwlock").unlink(missing_ok=True)
        elif "is writing it in" not in words:
            break
        time.sleep(3)
    raise LostError(f"{engine}: the second run ends with status {status}\n{words[-3000:]}")


def _check_left(checkout: Checkout, whole: Path) -> None:
    """Whatever has the name of an output is whole."""
    wanted = contents(whole)
    for name, content in contents(checkout.root).items():
        if not any(part.startswith(".") for part in Path(name).parts) and content != wanted.get(name):
            raise LostError(f"{name} is not whole ({len(content)} bytes)")


def _check_same(checkout: Checkout, whole: Path) -> None:
    found, wanted = contents(checkout.root), contents(whole)
    differing = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if differing:
        raise LostError(f"after a second run these differ: {', '.join(differing)}")
