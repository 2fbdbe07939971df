"""Atomic writing: nothing partial, nothing lost, every refusal told."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from equidyn.core.errors import EquidynError
from equidyn.core.files import (
    atomic,
    read_checked,
    read_json,
    read_record,
    whole_folder,
    write_bytes,
    write_json,
    write_record,
    write_text,
)


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


OF_THE_WORK = [
    FileNotFoundError(errno.ENOENT, "No such file or directory", "git"),
    PermissionError(errno.EACCES, "Permission denied", "other.h5"),
    ConnectionError("no answer"),
    OSError(errno.EIO, "Input/output error"),
]


@pytest.mark.parametrize("within", [atomic, whole_folder])
@pytest.mark.parametrize("fault", OF_THE_WORK, ids=lambda fault: type(fault).__name__)
def test_a_fault_of_the_work_is_not_told_as_one_of_writing(workplace, within, fault):
    with pytest.raises(type(fault)) as raised, within(Path("a/x")):
        raise fault
    assert raised.value is fault
    assert list(Path("a").iterdir()) == []


@pytest.mark.parametrize("within", [atomic, whole_folder])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EISDIR])
def test_a_fault_of_what_is_written_is_told(workplace, within, number):
    """Also of a file inside a new folder, and of one that is moved there."""
    for names in (lambda own: (own,), lambda own: (own / "b",), lambda own: ("c", None, own)):
        with pytest.raises(EquidynError, match=r"a/x: cannot be written \("), within(Path("a/x")) as own:
            raise OSError(number, os.strerror(number), *(name and str(name) for name in names(own)))


def test_a_folder_that_cannot_be_made_is_told(workplace):
    Path("a").write_text("a file where a folder should be")
    with pytest.raises(EquidynError, match="cannot be written"):
        write_text(Path("a/x.txt"), "text")


def contents(folder: str) -> dict[str, str]:
    """Files below `folder`, by path within it."""
    return {str(path.relative_to(folder)): path.read_text() for path in Path(folder).rglob("*") if path.is_file()}


def a_folder() -> None:
    """A folder "out" as an earlier run may have left it, with something of others in it."""
    write_text(Path("out/ours/x.txt"), "old")
    write_text(Path("out/ours/gone.txt"), "old")
    write_text(Path("out/theirs/y.txt"), "kept")
    write_text(Path("out/note.txt"), "kept")


def test_a_folder_takes_the_place_of_the_old_one_whole(workplace):
    a_folder()
    with whole_folder(Path("out")) as fresh:
        assert list(fresh.iterdir()) == []
        write_text(fresh / "new.txt", "new")
        assert contents("out")["ours/x.txt"] == "old"  # until the end
    assert contents("out") == {"new.txt": "new"}
    assert [path.name for path in workplace.iterdir()] == ["out"]


def test_what_is_not_ours_is_carried_over(workplace):
    a_folder()
    Path("out/link").symlink_to("theirs")
    with whole_folder(Path("out"), own=("ours", "new.txt")) as fresh:
        write_text(fresh / "new.txt", "new")
    assert contents("out") == {"new.txt": "new", "theirs/y.txt": "kept", "note.txt": "kept"}
    assert Path("out/link").is_symlink() and Path("out/link").resolve() == workplace / "out/theirs"


def test_a_first_folder_is_made_with_its_parents_and_may_be_read_by_others(workplace):
    with whole_folder(Path("a/b/out"), own=()) as fresh:
        write_text(fresh / "new.txt", "new")
    assert contents("a") == {"b/out/new.txt": "new"}
    assert Path("a/b/out").stat().st_mode & 0o777 == Path("a/b").stat().st_mode & 0o777


def test_a_linked_folder_is_replaced_where_it_lies(workplace):
    a_folder()
    Path("link").symlink_to("out")
    with whole_folder(Path("link")) as fresh:
        write_text(fresh / "new.txt", "new")
    assert Path("link").is_symlink()
    assert contents("out") == {"new.txt": "new"}


@pytest.mark.parametrize("fault", [RuntimeError("bug"), OSError(errno.ENOSPC, "No space left on device")])
def test_a_folder_that_fails_keeps_the_old_one(workplace, fault):
    a_folder()
    before = contents("out")
    message = pytest.raises(
        (RuntimeError, EquidynError), match=r"bug|out: cannot be written \(No space left on device\)"
    )
    with message, whole_folder(Path("out"), own=("ours",)) as fresh:
        write_text(fresh / "half.txt", "half")
        raise fault
    assert contents("out") == before
    assert [path.name for path in workplace.iterdir()] == ["out"]


def test_an_exchange_that_fails_is_rolled_back(workplace, monkeypatch):
    a_folder()
    before, replace = contents("out"), Path.replace

    def fails_for_the_new(self, target):
        if self.suffix == ".part":
            raise OSError(errno.EACCES, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_for_the_new)
    message = pytest.raises(EquidynError, match=r"out: .* \(Permission denied\); what was there is unchanged")
    with message, whole_folder(Path("out")) as fresh:
        (fresh / "new.txt").write_text("new")
    assert contents("out") == before
    assert [path.name for path in workplace.iterdir()] == ["out"]


def test_what_a_killed_run_left_goes(workplace):
    a_folder()
    write_text(Path(".out.7.part/half.txt"), "half")
    write_text(Path(".out.7.old/x.txt"), "older")
    write_text(Path(".other.7.part/x.txt"), "of others")
    with whole_folder(Path("out"), own=("ours",)) as fresh:
        write_text(fresh / "ours/x.txt", "new")
    assert contents("out") == {"ours/x.txt": "new", "theirs/y.txt": "kept", "note.txt": "kept"}
    assert sorted(path.name for path in workplace.iterdir()) == [".other.7.part", "out"]


def test_a_run_killed_in_the_middle_of_the_exchange_loses_nothing(workplace):
    a_folder()
    Path("out").rename(".out.7.old")
    write_text(Path(".out.7.part/new.txt"), "not known to be whole")
    with pytest.raises(RuntimeError), whole_folder(Path("out")):
        raise RuntimeError
    assert contents("out")["theirs/y.txt"] == "kept"
    assert [path.name for path in workplace.iterdir()] == ["out"]


def test_a_folder_whose_parent_cannot_be_made_is_told(workplace):
    Path("a").write_text("a file where a folder should be")
    with pytest.raises(EquidynError, match=r"a/out: cannot be written"), whole_folder(Path("a/out")):
        pass


def test_json_refuses_what_json_lacks_and_names_a_torn_file(workplace):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(Path("x.json"), {"a": float("nan")})
    Path("x.json").write_text('{"a": 1')
    with pytest.raises(EquidynError, match=r"x\.json: not whole JSON .* delete it and run again"):
        read_json(Path("x.json"))
    with pytest.raises(EquidynError, match=r"y\.json: missing"):
        read_json(Path("y.json"))


def test_a_record_that_was_altered_is_refused(workplace):
    path, tree = Path("x.json"), {"b": [0.1, None, {"c": 1}], "a": "é"}
    write_record(path, tree)
    whole = path.read_text(encoding="utf-8")
    assert read_record(path) == tree | {"checksum": json.loads(whole)["checksum"]}
    path.write_text(whole.replace("0.1", "0.3"), encoding="utf-8")
    with pytest.raises(EquidynError, match=r"x\.json: its content does not match its checksum; delete it"):
        read_record(path)
    for other in ("[]", "1", '{"a": 1}'):
        path.write_text(other, encoding="utf-8")
        with pytest.raises(EquidynError, match=r"x\.json: not a whole record \(it lacks its checksum\)"):
            read_record(path)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5000, "\udcff"], ids=["deep", "long", "no UTF-8"])
def test_json_that_breaks_its_reader_is_named(workplace, text):
    Path("x.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(EquidynError, match=r"x\.json: not whole JSON"):
        read_json(Path("x.json"))
    Path("folder").mkdir()
    with pytest.raises(EquidynError, match=r"folder: cannot be read \(Is a directory\)"):
        read_json(Path("folder"))


def test_a_file_is_read_only_with_its_checksum(workplace):
    path = Path("a/x.bin")
    wanted = write_bytes(path, b"whole")
    assert read_checked(path, wanted, "run.json") == b"whole"
    path.write_bytes(b"whale")
    with pytest.raises(EquidynError, match=rf"x\.bin: not the file that run\.json beside it names .*there {wanted}"):
        read_checked(path, wanted, "run.json")
    path.unlink()
    with pytest.raises(EquidynError, match=r"x\.bin: missing or not readable \(No such file"):
        read_checked(path, wanted, "run.json")


def test_what_a_killed_writer_left_goes_and_that_of_a_living_one_stays(workplace):
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    of_dead, of_living = (Path(f".x.txt.{pid}.part") for pid in (int(ended.stdout), os.getppid()))
    others = [Path(name) for name in (".x.txt.part", ".x.txt.7a.part", ".y.txt.7.part", "x.txt.part")]
    for path in (of_dead, of_living, *others):
        path.write_text("half")
    write_text(Path("x.txt"), "whole")
    assert not of_dead.exists()
    assert all(path.read_text() == "half" for path in (of_living, *others))
