"""The HDF5 store: what is written is read back, and anything else is refused by name."""

import ctypes
import errno
import fcntl
import os
import resource
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from equidyn.core.data import sealed, store
from equidyn.core.errors import EquidynError
from equidyn.domains.smoke.source.fields import Fields


def example(density: bool = True) -> Fields:
    dice = np.random.default_rng(0)
    return Fields(
        velocity=dice.normal(size=(4, 3, 2, 8, 8)).astype(np.float32),
        scene=np.zeros(4, dtype=np.int64),
        direction=np.arange(4),
        ranges=np.tile(np.array([[0, 1], [1, 2], [2, 3]]), (4, 1, 1)),
        attributes={"provenance": {"source": "made for a test"}, "checks": {"mean_speed": 0.1 + 0.2, "none": None}},
        density=dice.random(size=(4, 3, 8, 8)).astype(np.float32) if density else None,
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "set.h5"
    store.write(path, example())
    return path


@pytest.mark.parametrize("density", [True, False])
def test_round_trip(tmp_path: Path, density: bool) -> None:
    path, original = tmp_path / "new" / "set.h5", example(density)
    store.write(path, original)
    again = store.read(path, Fields)
    assert again.arrays().keys() == original.arrays().keys()
    for name, array in original.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], array)
        assert again.arrays()[name].dtype == array.dtype
    assert again.attributes == original.attributes
    assert again.content_hash() == original.content_hash()
    assert [entry.name for entry in path.parent.iterdir()] == ["set.h5"]


def test_layout_is_one_frame_per_chunk_and_packed(written: Path) -> None:
    with h5py.File(written) as file:
        assert file["velocity"].chunks == (1, 1, 2, 8, 8)
        assert file["density"].chunks == (1, 1, 8, 8)
        assert (file["velocity"].compression, file["velocity"].compression_opts, file["velocity"].shuffle) == (
            "gzip",
            4,
            True,
        )


def test_the_hash_depends_on_every_array() -> None:
    original = example()
    for array in original.arrays().values():
        before = original.content_hash()
        array.flat[0] += 1
        assert original.content_hash() != before


def _in_a_fork(work: Callable[[], object]) -> str:
    """What is said on standard error, by h5py too, and how the work ends."""
    words, into = os.pipe()
    fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, 2**20)
    child = os.fork()
    if child == 0:
        try:
            os.dup2(into, 2)
            work()
            os.write(2, b"done")
        except BaseException as fault:
            os.write(2, f"{type(fault).__name__}: {fault}".encode())
        finally:
            os._exit(0)
    os.close(into)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(words) as stream:
        return f"{stream.read()}{status or ''}"


@pytest.mark.parametrize("room", range(0, 9000, 1800))
def test_a_full_disk_is_told_in_one_line(tmp_path: Path, room: int) -> None:
    """h5py itself would print a traceback for each open object, and sometimes crash."""
    path = tmp_path / "set.h5"

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        store.write(path, example())

    said = _in_a_fork(work)
    assert said == f"EquidynError: {path}: cannot be written (File too large); nothing was left behind"
    assert list(tmp_path.iterdir()) == []


_FLOCK = {"x86_64": 73, "aarch64": 32}.get(os.uname().machine)


def _without_flock(number: int) -> None:
    """From now on the system answers this process's calls of flock by this error (seccomp)."""
    program = [(0x20, 0, 0, 0), (0x15, 0, 1, _FLOCK), (0x06, 0, 0, 0x50000 | number), (0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    calls = ctypes.CDLL(None)
    if calls.prctl(38, 1, 0, 0, 0) or calls.prctl(22, 2, struct.pack("HxxxxxxP", 4, ctypes.addressof(code)), 0, 0):
        raise NotImplementedError("not on this system")


@pytest.mark.skipif(_FLOCK is None, reason="the number of the system call is not known here")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_a_file_system_without_locks_is_no_fault_of_the_file(tmp_path: Path, number: int) -> None:
    path = tmp_path / "set.h5"

    def work() -> None:
        _without_flock(number)
        store.write(path, example())
        store.read(path, Fields)

    said = _in_a_fork(work)
    if said.startswith("NotImplementedError"):
        pytest.skip(said)
    assert said == "done"


def pool() -> Fields:
    """The example as two blocks of two simulations."""
    return replace(example(), block=np.array([0, 0, 1, 1]))


def test_a_block_is_read_alone(tmp_path: Path) -> None:
    store.write(tmp_path / "set.h5", pool())
    block = store.read(tmp_path / "set.h5", Fields, 1)
    assert (block.blocks, block.attributes) == (1, pool().attributes)
    for name, array in pool().of_block(1).arrays().items():
        np.testing.assert_array_equal(block.arrays()[name], array)
        np.testing.assert_array_equal(array, pool().arrays()[name][2:])
    assert store.checksum(tmp_path / "set.h5") == store.read(tmp_path / "set.h5", Fields).content_hash()
    with pytest.raises(EquidynError, match="no block 2, only 0 to 1; prepare it again"):
        store.read(tmp_path / "set.h5", Fields, 2)


def test_where_seeds_share_the_data_each_reads_all(written: Path) -> None:
    assert store.read(written, Fields, 7).content_hash() == example().content_hash()


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """The file, to be changed by someone who seals it again."""
    with h5py.File(path, "r+") as file:
        yield file
    sealed.seal(path)


NAMES = ("train", "validation", "future", "domain")


def named() -> Fields:
    """The example with four splits."""
    ranges = np.tile(np.array([[0, 1], [1, 2], [2, 3], [0, 3]]), (4, 1, 1))
    return replace(example(), ranges=ranges, splits=NAMES)


def test_the_names_of_the_splits_are_kept(tmp_path: Path) -> None:
    store.write(tmp_path / "set.h5", named())
    again = store.read(tmp_path / "set.h5", Fields)
    assert again.splits == NAMES
    assert again.content_hash() == named().content_hash()
    with h5py.File(tmp_path / "set.h5") as file:
        assert list(file.attrs["splits"]) == list(NAMES)


def test_the_hash_covers_the_names_of_the_splits_unless_they_are_the_usual_ones() -> None:
    other = replace(named(), splits=("train", "validation", "domain", "future"))
    assert named().content_hash() != other.content_hash()
    assert example().content_hash() == "d66cf0cbbb2f2acede9fcfd68de4ab5c4bd23a8b01b57662ae7b0e6b0125ed01"


def test_a_file_older_than_the_names_is_read(written: Path) -> None:
    with _opened(written) as file:
        del file.attrs["splits"]
    assert store.read(written, Fields).splits == store.SPLITS


def test_changed_names_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.h5"
    store.write(path, named())
    with _opened(path) as file:
        file.attrs["splits"] = ["train", "validation", "domain", "future"]
    with pytest.raises(EquidynError, match="does not match its checksum"):
        store.read(path, Fields)


def test_names_that_do_not_fit_the_ranges_are_refused(written: Path) -> None:
    with _opened(written) as file:
        file.attrs["splits"] = list(NAMES)
    with pytest.raises(EquidynError, match=r"set\.h5: not a whole .*ranges are not those of the splits train, valid"):
        store.read(written, Fields)


def test_a_missing_file_tells_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(EquidynError, match=r"set\.h5: missing; run `equidyn prepare`"):
        store.read(tmp_path / "set.h5", Fields)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_refused(written: Path, share: float) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(EquidynError, match=r"set\.h5: not a whole equidyn-fields-2 file.*prepare it again"):
        store.read(written, Fields)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    foreign, text = tmp_path / "foreign.h5", tmp_path / "text.h5"
    with h5py.File(foreign, "w") as file:
        file["velocity"] = np.zeros(3)
    text.write_text("velocity: none", encoding="utf-8")
    with pytest.raises(EquidynError, match=r"foreign\.h5: not a whole equidyn-fields-2 file \(no checksum"):
        store.read(foreign, Fields)
    with pytest.raises(EquidynError, match=r"text\.h5: not a whole"):
        store.read(text, Fields)


def test_a_file_without_one_of_its_arrays_is_refused(written: Path) -> None:
    with _opened(written) as file:
        del file["ranges"]
    with pytest.raises(EquidynError, match=r"not a whole equidyn-fields-2 file.*ranges"):
        store.read(written, Fields)


def test_a_changed_value_is_refused(written: Path) -> None:
    with _opened(written) as file:
        file["velocity"][1, 2, 0, 3, 3] += 1e-3
    with pytest.raises(EquidynError, match="does not match its checksum"):
        store.read(written, Fields)


def test_a_flipped_byte_in_the_data_is_refused(written: Path) -> None:
    with h5py.File(written) as file:
        place = file["velocity"].id.get_chunk_info(5).byte_offset
    damaged = bytearray(written.read_bytes())
    damaged[place + 40] ^= 0xFF
    written.write_bytes(bytes(damaged))
    with pytest.raises(EquidynError, match=r"set\.h5: .*prepare it again"):
        store.read(written, Fields)


@pytest.mark.parametrize("place", [3, 300, 700, -1])
def test_a_flipped_bit_anywhere_is_refused(written: Path, place: int) -> None:
    damaged = bytearray(written.read_bytes())
    damaged[place] ^= 1
    written.write_bytes(bytes(damaged))
    with pytest.raises(EquidynError, match=r"set\.h5: not a whole .*checksum.*prepare it again"):
        store.read(written, Fields)


def test_a_sealed_file_of_another_format_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "foreign.h5", "w", userblock_size=sealed.BLOCK) as file:
        file["velocity"] = np.zeros(3)
    sealed.seal(tmp_path / "foreign.h5")
    with pytest.raises(EquidynError, match=r"foreign\.h5: .*its format is 'unknown'"):
        store.read(tmp_path / "foreign.h5", Fields)


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path) -> None:
    broken = example()
    broken.attributes["checks"]["not JSON"] = object()
    with pytest.raises(TypeError):
        store.write(tmp_path / "set.h5", broken)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_keeps_the_old_file(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = written.read_bytes()
    monkeypatch.setattr(sealed, "seal", full)
    with pytest.raises(EquidynError, match=r"set\.h5: cannot be written \(No space left on device\)"):
        store.write(written, example())
    assert written.read_bytes() == before
    assert [entry.name for entry in written.parent.iterdir()] == ["set.h5"]
