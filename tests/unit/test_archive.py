"""The importer of the published archives: what it makes of whole ones, and what it says of others."""

import hashlib
import os
import pickle  # noqa: TID251 what is to be refused
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_LZMA, ZipFile

import numpy as np
import pytest
import torch
from archives import (
    DOMAIN,
    FRAMES,
    LEVEL,
    LEVELS,
    PUBLISHED,
    ROTATION,
    TRAIN,
    TRUE,
    fields,
    levels_members,
    made,
    rotation_members,
    same_bits,
    saved,
    source,
    zipped,
)
from pydantic import ValidationError

from equidyn.core.errors import EquidynError
from equidyn.domains.smoke.params.smoke import PublishedLevel
from equidyn.domains.smoke.source import zipped as reader

pytestmark = pytest.mark.usefixtures("workplace")
FIRST = "Rotation/raw_data_3_2.pt"
MIRROR = torch.tensor([1.0, -1.0])[:, None, None]


@pytest.mark.parametrize(("wanted", "sign"), [(TRUE, 1), (PUBLISHED, MIRROR)])
def test_rotation_is_read_bit_by_bit_and_says_where_it_is_from(wanted, sign, capsys) -> None:
    path = zipped(rotation_members())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = made(source(ROTATION, sha256=digest), wanted)
    assert all(same_bits(found.velocity[row], sign * fields(k)) for row, (k, _) in enumerate([*TRAIN, *DOMAIN]))
    assert found.velocity.dtype == np.float32 and found.density is None
    assert (found.scene.tolist(), found.direction.tolist()) == ([3, 1, 4, 2], [2, 0, 3, 1])
    assert found.splits == ("train", "validation", "future", "domain")
    trained, held_out = [[0, 5], [5, 8], [8, 12], [0, 0]], [[0, 0], [0, 0], [0, 0], [1, 9]]
    assert found.ranges.tolist() == [trained, trained, trained, held_out]
    origin, text = found.attributes["provenance"], {"file": "published.zip", "bytes": path.stat().st_size}
    assert origin["archive"] == text | {"sha256": digest, "members": list(rotation_members())}
    assert origin["source"] == "read from published.zip, not simulated here"
    assert "prepare study/set: 4/4 members read" in capsys.readouterr().err


@pytest.mark.parametrize("member", ["raw_data", "data"])
@pytest.mark.parametrize(("action", "signs"), [("true", (1, -1, 1, -1)), ("published", (MIRROR,) * 4)])
def test_levels_are_read_under_either_name_in_counter_clockwise_order(member, action, signs) -> None:
    zipped(levels_members(member))
    found = made(source(LEVELS, vector_action=action), LEVEL)
    published = (0, 3, 2, 1)  # up, left, down, right as the authors number them: up, right, down, left
    assert (found.direction.tolist(), found.scene.tolist()) == ([0, 1, 2, 3], [0] * 4)
    for row, (number, sign) in enumerate(zip(published, signs, strict=True)):
        assert same_bits(found.velocity[row], sign * fields(number))
    assert (found.ranges == np.array([[0, 6], [6, 9], [9, 12]])).all()
    assert "published_table_entry" in found.attributes["checks"]


def test_the_name_that_the_published_loader_reads_comes_first() -> None:
    zipped(levels_members("data") | {"equivariance_test/E_2/raw_data_0.pt": saved(fields(40))})
    found = made(source(LEVELS), LEVEL)
    assert same_bits(found.velocity[0], fields(40)) and same_bits(found.velocity[1], -fields(3))


def test_older_format_of_torch_and_longer_members_are_read() -> None:
    old = saved(fields(3, FRAMES + 5), _use_new_zipfile_serialization=False)
    zipped(rotation_members() | {FIRST: old, "Rotation/raw_data_40_3.pt": b"not looked at", "__MACOSX/x": b""})
    assert same_bits(made(source(ROTATION), TRUE).velocity[0], fields(3, FRAMES + 5)[:FRAMES])


def _refusal(tree: dict = ROTATION, wanted: object = TRUE) -> str:
    """What is said of the archive; nothing but it is there afterwards."""
    before = sorted(Path().rglob("*"))
    with pytest.raises(EquidynError) as caught:
        made(source(tree), wanted)
    assert sorted(Path().rglob("*")) == before
    return str(caught.value)


def test_what_is_missing_is_named() -> None:
    assert "published.zip: no such file" in _refusal()
    members = rotation_members()
    del members[FIRST], members["Rotation/raw_data_2_1.pt"]
    zipped(members)
    message = _refusal()
    assert "published.zip: 2 of 4 members are missing: raw_data_3_2.pt, raw_data_2_1.pt." in message
    assert "It has 2: Rotation/raw_data_1_0.pt, Rotation/raw_data_4_3.pt" in message
    assert "missing: E_5/raw_data_0.pt or E_5/data_0.pt" in _refusal(LEVELS, PublishedLevel(level="E", value=5))
    assert "one scene per level" in _refusal(LEVELS, PublishedLevel(level="E", value=2, train=3))


def test_another_archive_than_the_pinned_one_is_refused() -> None:
    found = hashlib.sha256(zipped(rotation_members()).read_bytes()).hexdigest()
    message = _refusal(ROTATION | {"sha256": "0" * 64})
    assert f"SHA-256 is {found}, source.sha256 is {'0' * 64}" in message


class _Code:
    """Unpickled by the usual reader, this makes the folder `ran`."""

    def __reduce__(self) -> tuple:
        return os.mkdir, ("ran",)


class _MoreThanStored:
    """A tensor whose pickle declares more values than its storage has."""

    def __reduce__(self) -> tuple:
        function, (storage, *_, hooks) = torch.zeros(4).__reduce_ex__(2)
        return function, (storage, 0, (FRAMES, 2, 8, 8), (128, 64, 8, 1), False, hooks)


def _old(content: object) -> bytes:
    return saved(content, _use_new_zipfile_serialization=False)


def _bomb() -> bytes:
    path = zipped({"archive/data.pkl": bytes(10**5), "archive/version": b"3\n"}, Path("bomb.pt"))
    content = path.read_bytes()
    path.unlink()
    return content


NO_FIELDS = {
    "nothing": (lambda: b"", "not a whole file of torch.save"),
    "truncated": (lambda: saved(fields(3))[:-100], "not a whole file of torch.save"),
    "truncated, older": (lambda: _old(fields(3))[:-9], "not a whole file"),
    "plain pickle": (lambda: pickle.dumps({}), "not a whole file of torch.save"),
    "code": (lambda: saved(_Code()), "refused, and nothing of it run: its pickle asks for posix.mkdir"),
    "code, older": (lambda: _old(_Code()), "refused, and nothing of it run: its pickle asks for posix.mkdir"),
    "bomb": (_bomb, "its records unpack to 100002 bytes"),
    "beyond storage": (lambda: saved(_MoreThanStored()), "not a whole file of torch.save"),
    "beyond storage, older": (lambda: _old(_MoreThanStored()), "not a whole file of torch.save"),
    "several tensors": (lambda: saved([fields(3)]), "holds a list; expected one dense tensor"),
    "sparse": (lambda: saved(torch.eye(3).to_sparse()), "holds a torch.sparse.FloatTensor"),
    "no values": (lambda: saved(torch.empty(3, device="meta")), "expected one dense tensor"),
    "float64": (lambda: saved(fields(3).double()), "holds a torch.DoubleTensor; expected one dense tensor of float32"),
    "no time": (lambda: saved(fields(3)[0]), "shape (2, 8, 8); expected (time, 2, y, x) = (12, 2, 8, 8) or longer"),
    "smoke as well": (lambda: saved(torch.ones(12, 3, 8, 8)), "has the shape (12, 3, 8, 8)"),
    "too short": (lambda: saved(fields(3)[:11]), "has the shape (11, 2, 8, 8)"),
    "not finite": (lambda: saved(fields(3) / (torch.arange(12) != 7)[:, None, None, None]), "1 frames, the first is 7"),
}


@pytest.mark.parametrize(("content", "words"), NO_FIELDS.values(), ids=NO_FIELDS)
def test_members_that_are_no_fields_are_named(content: Callable[[], bytes], words: str) -> None:
    zipped(rotation_members() | {FIRST: content()})
    message = _refusal()
    assert message.startswith(f"published.zip: member {FIRST}: ") and words in message


@pytest.mark.parametrize("name", ["/etc/job", "\\job", "a/../../job", "a\\..\\job", "..", "C:/job"])
def test_names_that_lead_out_are_refused_before_anything_is_read(name, monkeypatch) -> None:
    zipped(rotation_members() | {name: b"x"})
    monkeypatch.setattr(ZipFile, "open", lambda *_: pytest.fail("a member was read"))
    assert f"refused, and nothing of it read: member {name!r} has a name that leads out" in _refusal()


def _changed(place: int, value: bytes, mark: bytes = b"PK\x01\x02") -> Callable[[bytes], bytes]:
    """Other bytes at a place after the first mark, here the entry of the first member in the archive's directory."""

    def change(whole: bytes) -> bytes:
        start = whole.index(mark) + place
        return whole[:start] + value + whole[start + len(value) :]

    return change


DAMAGED = {
    "empty": (lambda _: b"", "not a whole zip archive"),
    "half": (lambda whole: whole[: len(whole) // 2], "not a whole zip archive"),
    "end cut off": (lambda whole: whole[:-30], "not a whole zip archive"),
    "pointer": (lambda _: b"version https://git-lfs.github.com/spec/v1\n", "a pointer of git-lfs?"),
    "bits turned": (_changed(1000, b"\xff\0", b"PK\x03\x04"), f"member {FIRST}: cannot be read"),
    "encrypted": (_changed(8, b"\1"), f"member '{FIRST}' is encrypted"),
    "other packing": (_changed(10, bytes([ZIP_LZMA])), f"member '{FIRST}' is packed by method 14"),
    "null byte": (_changed(50, b"\0"), "has a name that leads out"),
    "too large": (_changed(24, (2**28 + 1).to_bytes(4, "little")), "at most 268435456 are read"),
    "declares more": (_changed(24, (2**20).to_bytes(4, "little")), f"member {FIRST}: cannot be read"),
    "other CRC": (_changed(16, b"\0\0\0\0"), f"member {FIRST}: cannot be read (Bad CRC-32"),
}


@pytest.mark.parametrize(("change", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_archives_are_named(change: Callable[[bytes], bytes], words: str) -> None:
    path = zipped(rotation_members())
    path.write_bytes(change(path.read_bytes()))
    message = _refusal()
    assert message.startswith("published.zip: ") and words in message


def test_the_same_member_in_two_folders_is_refused() -> None:
    zipped(rotation_members() | {"copy/raw_data_3_2.pt": saved(fields(3))})
    assert f"one member 2 times: {FIRST}, copy/raw_data_3_2.pt" in _refusal()


def test_members_never_unpack_to_more_than_they_declare() -> None:
    path = zipped({"burst": bytes(2**24)})
    path.write_bytes(_changed(24, (10).to_bytes(4, "little"))(path.read_bytes()))
    tracemalloc.start()
    try:
        with reader.opened(path) as archive, pytest.raises(EquidynError, match="member burst: cannot be read"):
            reader.array(archive, "burst")
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


REMOTE = {"path": None, "repository": "owner/smoke", "revision": "0" * 40, "file": "Smoke/Rotation.zip"}
PLACES = "give either path, or repository, revision and file"
WRONG = {
    "no place": (ROTATION | {"path": None}, PLACES),
    "two places": (ROTATION | REMOTE | {"path": "here.zip"}, PLACES),
    "no commit": (ROTATION | REMOTE | {"revision": None}, PLACES),
    "branch": (ROTATION | REMOTE | {"revision": "main"}, "expected a commit, 40 digits 0-9a-f"),
    "no owner": (ROTATION | REMOTE | {"repository": "smoke"}, "expected owner/name"),
    "repository outside": (ROTATION | REMOTE | {"repository": "../smoke"}, "expected owner/name"),
    "file outside": (ROTATION | REMOTE | {"file": "Smoke/../../x.zip"}, "expected a path inside the repository"),
    "digest": (ROTATION | {"sha256": "abc"}, "expected a SHA-256"),
    "layout": (ROTATION | {"layout": "translation"}, "translation"),
    "side": (ROTATION | {"domain": [[2, 4]]}, "domain"),
    "twice": (ROTATION | {"domain": [[1, 0]]}, "simulation [1, 0] is named twice"),
    "beyond": (ROTATION | {"frames": 11}, "split by task reaches beyond the 11 stored frames"),
    "levels beyond": (LEVELS | {"frames": 11}, "split by time reaches beyond the 11 stored frames"),
    "levels split by task": (LEVELS | {"split": ROTATION["split"]}, "split"),
    "action": (LEVELS | {"vector_action": "opposite"}, "vector_action"),
}


@pytest.mark.parametrize(("tree", "words"), WRONG.values(), ids=WRONG)
def test_wrong_sources_are_refused(tree: dict, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        source(tree)
    assert words in str(caught.value)


def test_sources_tell_their_splits() -> None:
    assert source(ROTATION | REMOTE).splits == ("train", "validation", "future", "domain")
    assert source(ROTATION).lengths() == {"train": 5, "validation": 3, "future": 4, "domain": 8}
    assert source(LEVELS).lengths() == {"train": 6, "validation": 3, "test": 3}
