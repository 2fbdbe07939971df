"""Members of an archive that are hostile, damaged or something else: refused by name, nothing unpacked, nothing run."""

import io
import os
import pickle
import pickletools
import stat
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_LZMA, ZipFile, ZipInfo

import pytest
import torch
from archives import (
    CELLS,
    FRAMES,
    ROTATION,
    TRUE,
    fields,
    made,
    rotation_members,
    saved,
    source,
    zipped,
)

from equidyn.core.data import zipped as checked
from equidyn.core.errors import EquidynError
from equidyn.domains.smoke.source import pickled

pytestmark = pytest.mark.usefixtures("workplace")
FIRST = "Rotation/raw_data_3_2.pt"
CALL = "GLOBAL posix mkdir, BINUNICODE ran, TUPLE1, REDUCE"  # REDUCE: call the function with the tuple


class _Code:
    """Unpickled by the usual reader, this makes the folder `ran`."""

    def __reduce__(self) -> tuple:
        return os.mkdir, ("ran",)


def _instructions(content: bytes) -> str:
    """What the pickles in a file of torch.save tell their reader to do; nothing of it is done."""
    if content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as records:
            content = records.read("archive/data.pkl")
    pickles, found = io.BytesIO(content), []
    while pickles.tell() < len(content):  # the older format has several, one behind the other
        found += [f"{code.name} {value or ''}".strip() for code, value, _ in pickletools.genops(pickles)]
    return ", ".join(step for step in found if not step.startswith("BINPUT"))  # the reader's memory


class _MoreThanStored:
    """A tensor whose pickle declares more values than its storage has."""

    def __reduce__(self) -> tuple:
        whole = torch.zeros(4)
        function, (storage, *_, hooks) = whole.__reduce_ex__(2)
        return function, (storage, 0, (FRAMES, 2, CELLS, CELLS), (128, 64, 8, 1), False, hooks)


def _refusal(tree: dict = ROTATION, wanted: object = TRUE) -> str:
    with pytest.raises(EquidynError) as caught:
        made(source(tree), wanted)
    return str(caught.value)


HOSTILE = {
    "absolute path": ("/etc/cron.d/job", "has an absolute path"),
    "absolute path with backslash": ("\\job", "has an absolute path"),
    "way out": ("Rotation/../../job", "leads out of the archive by '..'"),
    "way out with backslashes": ("Rotation\\..\\..\\job", "leads out of the archive by '..'"),
    "drive": ("C:/job", "has a drive letter"),
}


@pytest.mark.parametrize(("name", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_refused_before_anything_is_read(
    name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped(rotation_members() | {name: b"x"})
    monkeypatch.setattr(checked, "read", lambda *_: pytest.fail("a member was read"))
    before = sorted(Path().iterdir())
    assert _refusal() == f"published.zip: refused, and nothing of it read: member {name!r} {words}"
    assert sorted(Path().iterdir()) == before


def _info(change: Callable[[ZipInfo], None]) -> ZipInfo:
    info = ZipInfo("Rotation/odd")
    change(info)
    return info


def _link(info: ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def _lzma(info: ZipInfo) -> None:
    info.compress_type = ZIP_LZMA


@pytest.mark.parametrize(("change", "words"), [(_link, "is a symbolic link"), (_lzma, "is packed by method 14")])
def test_odd_members_are_refused(change: Callable[[ZipInfo], None], words: str) -> None:
    path = zipped(rotation_members())
    with ZipFile(path, "a") as archive:
        archive.writestr(_info(change), "../secret")
    assert f"member 'Rotation/odd' {words}" in _refusal()


def test_null_bytes_in_names_are_refused() -> None:
    path = zipped(rotation_members() | {"Rotation/odd.txt": b""})
    path.write_bytes(path.read_bytes().replace(b"Rotation/odd.txt", b"Rotation/o\0d.txt"))
    assert "has a null byte in its name" in _refusal()


def test_encrypted_members_are_refused() -> None:
    path = zipped(rotation_members())
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert f"member '{FIRST}' is encrypted" in _refusal()


def test_names_that_are_there_twice_are_refused() -> None:
    path = zipped(rotation_members())
    with ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(FIRST, b"")
    assert f"member '{FIRST}' is there twice" in _refusal()


def test_same_member_in_two_folders_is_refused() -> None:
    zipped(rotation_members() | {"copy/raw_data_3_2.pt": saved(fields(3))})
    assert "raw_data_3_2.pt is there 2 times: Rotation/raw_data_3_2.pt, copy/raw_data_3_2.pt" in _refusal()


def test_members_that_would_burst_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    zipped(rotation_members() | {"Rotation/zeros": bytes(2**20)})
    assert f"to {2**20} bytes, more than 100 times" in _refusal()
    monkeypatch.setattr(checked, "LARGEST", 1000)
    assert f"member '{FIRST}' unpacks to " in _refusal()


def test_members_never_unpack_to_more_than_they_declare() -> None:
    path = zipped({"burst": bytes(2**24)})
    data = bytearray(path.read_bytes())
    declared = data.index(b"PK\x01\x02") + 24
    data[declared : declared + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with ZipFile(path) as archive, pytest.raises(EquidynError, match=r"published\.zip: member burst is damaged"):
            checked.read(archive, "burst")
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_members_that_hold_less_than_they_declare_are_named() -> None:
    path = zipped({"short": b"0123456789" * 20})
    data = bytearray(path.read_bytes())
    declared = data.index(b"PK\x01\x02") + 24
    data[declared : declared + 4] = (201).to_bytes(4, "little")
    path.write_bytes(data)
    with ZipFile(path) as archive, pytest.raises(EquidynError, match=r"published\.zip: member short is cut off"):
        checked.read(archive, "short")


@pytest.mark.parametrize("kept", [0, 10, 0.5, -30])
def test_truncated_archive_is_named(kept: float) -> None:
    path = zipped(rotation_members())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    assert _refusal().startswith("published.zip: not a whole zip archive")


def test_pointer_in_place_of_the_archive_is_explained() -> None:
    Path("published.zip").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    assert "git lfs pull" in _refusal()


def test_damaged_bytes_of_a_member_are_noticed() -> None:
    path = zipped(rotation_members())
    data = bytearray(path.read_bytes())
    data[len(data) // 8] ^= 255
    path.write_bytes(data)
    assert f"member {FIRST} is damaged" in _refusal()


NOT_TENSORS = {
    "nothing": (b"", "not a whole file of torch.save"),
    "truncated": (saved(fields(3))[:-100], "not a whole file of torch.save"),
    "cut in the older format": (saved(fields(3), _use_new_zipfile_serialization=False)[:-9], "not a whole file"),
    "text": (b"hello", "not a whole file of torch.save"),
    "plain pickle": (pickle.dumps({}), "not a whole file of torch.save"),
    "several tensors": (saved([fields(3)]), "holds a list; expected one plain tensor"),
    "sparse": (saved(torch.eye(3).to_sparse()), "holds a Tensor; expected one plain tensor"),
    "no time": (saved(fields(3)[0]), "torch.float32 of shape (2, 8, 8); expected torch.float32, (time, 2, y, x)"),
    "float64": (saved(fields(3).double()), "torch.float64 of shape (12, 2, 8, 8)"),
    "smoke as well": (saved(torch.ones(12, 3, 8, 8)), "of shape (12, 3, 8, 8)"),
    "other resolution": (saved(torch.ones(12, 2, 8, 9)), "(at least 12, 2, 8, 8); see source.resolution"),
    "too short": (saved(fields(3)[:11]), "has 11 frames, fewer than source.frames = 12"),
    "more than stored": (saved(_MoreThanStored()), "not a whole file of torch.save"),
    "more than stored, older format": (saved(_MoreThanStored(), _use_new_zipfile_serialization=False), "not a whole"),
}


@pytest.mark.parametrize(("content", "words"), NOT_TENSORS.values(), ids=NOT_TENSORS)
def test_members_that_are_no_fields_are_named(content: bytes, words: str) -> None:
    zipped(rotation_members() | {FIRST: content})
    message = _refusal()
    assert message.startswith(f"published.zip: member {FIRST}: ")
    assert words in message


@pytest.mark.parametrize("new", [True, False])
def test_code_in_a_pickle_is_refused_and_not_run(new: bool) -> None:
    content = saved(_Code(), _use_new_zipfile_serialization=new)
    zipped(rotation_members() | {FIRST: content})
    expected = "refused, and nothing of it run: its pickle asks for posix.mkdir"
    assert _refusal() == f"published.zip: member {FIRST}: {expected}"
    assert not Path("ran").exists()
    assert CALL in _instructions(content), "the usual reader would have run it"


def test_records_that_would_burst_are_refused_before_torch_sees_them() -> None:
    zipped({"archive/data.pkl": bytes(10**5), "archive/version": b"3\n"})
    with pytest.raises(EquidynError, match="its records unpack to 100002 bytes"):
        pickled.tensor(Path("published.zip").read_bytes(), "member")
