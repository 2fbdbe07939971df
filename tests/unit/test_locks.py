"""Locks: no two at once, the second told who the first is; on every file system, and among several users."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from equidyn.core import locks
from equidyn.core.errors import EquidynError
from equidyn.core.files import whole_folder, write_text
from equidyn.core.locks import sole_engine, sole_writer


def test_a_folder_that_cannot_be_made_is_told(workplace):
    Path("data").write_text("a file where a folder should be")
    for held in (sole_writer("train/s/d/v/1"), sole_engine("Snakemake")):
        with pytest.raises(EquidynError, match=r"\.lock: cannot be written \((Not a directory|File exists)\)"), held:
            pass


def test_the_second_writer_is_told_who_the_first_is(workplace):
    second = "from equidyn.core.locks import sole_writer\nwith sole_writer('train/s/d/v/1'): pass"
    with sole_writer("train/s/d/v/1"):
        answer = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=False)
        assert answer.returncode != 0
        assert "train/s/d/v/1: process" in answer.stderr and "wait for it, or end it" in answer.stderr
        with sole_writer("train/s/d/v/2"):
            pass
    with sole_writer("train/s/d/v/1"):
        pass


_SECOND = "from equidyn.core.locks import sole_engine\nwith sole_engine({engine!r}): print('in')"


def _second(engine: str, **environment: str) -> str:
    command = [sys.executable, "-c", _SECOND.format(engine=engine)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    return answer.stdout.strip() or answer.stderr


def test_a_second_engine_is_told_who_holds_the_folder(workplace, monkeypatch):
    with sole_engine("Snakemake"):
        message = f"Snakemake (process {os.getpid()} on {os.uname().nodename}) is at work in {workplace}"
        assert f"{message}; wait for it, or end it" in _second("", DVC_STAGE="train")
        assert message in _second("Snakemake")
        assert _second("") == "in"  # a stage of the engine itself, or one without an engine
    monkeypatch.setenv("DVC_STAGE", "train")
    with sole_engine():
        assert _second("", DVC_STAGE="prepare") == "in"
        assert "DVC (process" in _second("Snakemake")
    assert _second("Snakemake") == "in"


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_a_file_system_without_locks_is_told_once_and_used(workplace, monkeypatch, capsys, number):
    """As some of Lustre, NFS and FUSE: engines work unprotected; stages still keep each other out."""

    def fails(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fails)
    locks._tell_without.cache_clear()
    with sole_engine("Snakemake"), sole_writer("train/s/d/v/1"), sole_writer("train/s/d/v/2"):
        message = r"train/s/d/v/1: process \d+ .*; if it is no more, delete data/locks/train--s--d--v--1\.soft"
        with pytest.raises(EquidynError, match=message), sole_writer("train/s/d/v/1"):
            pass
    monkeypatch.setenv("DVC_STAGE", "train")
    with sole_writer("train/s/d/v/1"):
        pass
    said = capsys.readouterr().err
    assert said.startswith(f"equidyn: the file system of {workplace} has no locks ({os.strerror(number)}): ")
    assert said.endswith("run one at a time\n") and said.count("\n") == 1
    assert not list(Path("data/locks").glob("*.soft"))


def test_what_a_killed_stage_left_where_there_are_no_locks_is_no_lock(workplace, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", lambda *_: os.open("/no/flock", os.O_RDONLY))
    monkeypatch.setattr(locks, "_WITHOUT", {errno.ENOENT})
    killed = os.fork()
    if killed == 0:
        try:
            with sole_writer("train/s/d/v/1"):
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.waitpid(killed, 0)
    assert list(Path("data/locks").glob("*.soft"))
    with sole_writer("train/s/d/v/1"):
        pass


def as_another(work) -> str:
    """What a process of another user, number 12345, is told as it does this."""
    into, words = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(12345)
        try:
            work()
            os.write(words, b"done")
        except BaseException as fault:
            os.write(words, f"{type(fault).__name__}: {fault}".encode())
        os._exit(0)
    os.close(words)
    os.waitpid(child, 0)
    with os.fdopen(into) as stream:
        return stream.read()


def _enter(held):
    with held:
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator can be two users")
@pytest.mark.parametrize("owner", [0, 12345])
@pytest.mark.parametrize(
    ("work", "refused"),
    [
        (lambda: _enter(sole_engine("Snakemake")), "data/locks/engine.lock"),
        (lambda: _enter(sole_writer("report")), "data/locks/report.lock"),
        (lambda: write_text(Path("data/x.txt"), ""), "data"),
        (lambda: write_text(Path("data/new/x.txt"), ""), "data"),
        (lambda: _enter(whole_folder(Path("data/card"))), "data"),
    ],
)
def test_whose_file_refuses_is_told(workplace, work, refused, owner):
    """Two users of a group with umask 022: the second may not write what is the first's; or one has protected it."""
    Path("data/locks").mkdir(parents=True)
    Path("data/card").mkdir()
    for path in (Path("data/locks/engine.lock"), Path("data/locks/report.lock")):
        path.touch()
    for path in (Path(), *Path("data").rglob("*"), Path("data")):
        path.chmod(0o755 if path.name in ("", "locks") else 0o555 if path.is_dir() else 0o444)
        os.chown(path, owner, owner)
    said, mode = as_another(work), "0444" if "." in refused else "0555"
    assert said.startswith("EquidynError: data")
    assert f"cannot be written (Permission denied: {refused} belongs to {_name(owner)}, mode {mode}; " in said
    place = workplace / refused
    assert (f"`chmod u+w {place}`" if owner else f"`chmod g+w {place}`, and all who share it `umask 002`; or") in said


def _name(owner: int) -> str:
    return "user 12345" if owner else Path("/").owner()
