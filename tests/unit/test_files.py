"""Atomic writing and locks: nothing partial, nothing lost, every refusal told."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from equidyn.errors import EquidynError
from equidyn.files import atomic, read_json, sole_writer, write_json, write_text


def test_a_failed_write_leaves_the_old_file_and_no_other(workplace):
    write_text(Path("a/x.txt"), "old")
    with pytest.raises(RuntimeError), atomic(Path("a/x.txt")) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert [path.name for path in Path("a").iterdir()] == ["x.txt"]
    assert Path("a/x.txt").read_text() == "old"


def test_a_full_disk_is_told_and_leaves_nothing(workplace):
    with pytest.raises(EquidynError, match=r"x\.txt: cannot be written \(No space left"), atomic(Path("x.txt")) as half:
        half.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(workplace.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(workplace):
    Path("a").write_text("a file where a folder should be")
    with pytest.raises(EquidynError, match="cannot be written"):
        write_text(Path("a/x.txt"), "text")
    Path("data").write_text("")
    with pytest.raises(EquidynError, match="is the folder writable"), sole_writer("train/s/d/v/1"):
        pass


def test_json_refuses_what_json_lacks_and_names_a_torn_file(workplace):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(Path("x.json"), {"a": float("nan")})
    Path("x.json").write_text('{"a": 1')
    with pytest.raises(EquidynError, match=r"x\.json: not whole JSON .* delete it and run again"):
        read_json(Path("x.json"))
    with pytest.raises(EquidynError, match=r"y\.json: missing"):
        read_json(Path("y.json"))


def test_the_second_writer_is_told_who_the_first_is(workplace):
    second = "from equidyn.files import sole_writer\nwith sole_writer('train/s/d/v/1'): pass"
    with sole_writer("train/s/d/v/1"):
        answer = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=False)
        assert answer.returncode != 0
        assert "train/s/d/v/1: process" in answer.stderr and "wait for it, or end it" in answer.stderr
        with sole_writer("train/s/d/v/2"):
            pass
    with sole_writer("train/s/d/v/1"):
        pass
