"""Files of pieces of turbulence that are damaged, hostile or of another layout: named, and nothing half-written."""

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import jhtdbs
import numpy as np
import pytest
from jhtdbs import FILES, SIDE, Files

from equidyn import cli
from equidyn.core.data import prepare, zipped
from equidyn.core.errors import EquidynError
from equidyn.core.params import load
from equidyn.domains.turbulence.source import jhtdb_metadata

pytestmark = pytest.mark.usefixtures("workplace")
METADATA, ARCHIVE = (f"published/{name}" for name in FILES["train"].values())
LINES = jhtdbs.rows("train")
FIRST = jhtdbs.coarse_names("train", 1)[0]
FIELD = jhtdbs.components_last(jhtdbs.expected("train", 1)[0][0])
MEMBER = f"{ARCHIVE}: member {FIRST}: "


def _metadata(lines: list[list[str]], *header: tuple[str, ...]) -> Files:
    return {FILES["train"]["metadata"]: jhtdbs.table(lines, *header)}


def _cell(coarse: str, fine: str = LINES[2][2]) -> Files:
    """Metadata with other paths in line 4."""
    return _metadata([*LINES[:2], ["2", coarse, fine, "1"], LINES[3]])


def _member(data: bytes) -> Files:
    """An archive with other bytes of one member."""
    return {FILES["train"]["arrays"]: jhtdbs.zipped(jhtdbs.members("train") | {FIRST: data})}


def _array(array: np.ndarray) -> Files:
    return _member(jhtdbs.saved(array))


def _fields(change: jhtdbs.Change) -> Files:
    """Every array of every split changed."""
    return jhtdbs.files(lambda field: change(jhtdbs.components_last(field)))


def _spoilt(value: float) -> np.ndarray:
    spoilt = FIELD.copy()
    spoilt[0, 1, 2, 0] = spoilt[3, 0, 0, 1] = value
    return spoilt


def _claiming(shape: str) -> bytes:
    """An .npy file whose header has this shape, with the bytes of a whole field."""
    whole = jhtdbs.saved(FIELD)
    return whole.replace(b"(4, 4, 4, 3), }" + b" " * (len(shape) - 12), shape.encode() + b", }")


def _unpaired() -> Files:
    """The coarse frames of each sample with the fine frame of another one."""
    lines = [[*line[:2], LINES[(row + 1) % len(LINES)][2], line[3]] for row, line in enumerate(LINES)]
    return _metadata(lines)


def _late() -> Files:
    """The time of the fine frames is that of the last coarse one."""
    changed = {}
    for split, named in FILES.items():
        lines = [
            [each[0], str(jhtdbs.coarse_names(split, row)[:1] * 2 + jhtdbs.coarse_names(split, row)[1:2]), *each[2:]]
            for row, each in enumerate(jhtdbs.rows(split))
        ]
        changed[named["metadata"]] = jhtdbs.table(lines)
    return changed


WHOLE = jhtdbs.saved(FIELD)
HEADER = (("lr", "hr_path"),)
BAD: dict[str, tuple[Callable[[], Files], str]] = {
    "cut off": (
        lambda: _member(WHOLE[:-8]),
        MEMBER + "760 bytes of numbers; its shape (4, 4, 4, 3) needs 768. Cut off?",
    ),
    "too long": (lambda: _member(WHOLE + b"more"), MEMBER + "772 bytes of numbers; its shape (4, 4, 4, 3) needs 768"),
    "huge": (lambda: _member(_claiming("(99999, 9999, 9999, 3)")), MEMBER + "768 bytes of numbers; its shape (99999, "),
    "negative": (
        lambda: _member(_claiming("(-4, -4, 4, 3)")),
        MEMBER + "768 bytes of numbers; its shape (-4, -4, 4, 3)",
    ),
    "empty": (lambda: _member(b""), MEMBER + "not a whole .npy file ("),
    "a page": (lambda: _member(b"<html>" * 50), MEMBER + "not a whole .npy file ("),
    "a header cut off": (lambda: _member(WHOLE[:60]), MEMBER + "not a whole .npy file ("),
    "a hostile header": (lambda: _member(_claiming("(" * 40)), MEMBER + "not a whole .npy file ("),
    "a pickle": (lambda: _member(pickle.dumps([1, 2])), MEMBER + "not a whole .npy file ("),
    "objects": (
        lambda: _array(np.array([{"a": 1}], dtype=object)),
        MEMBER + "refused, and nothing of it run: it asks for Python objects",
    ),
    "float64": (lambda: _array(FIELD.astype(np.float64)), MEMBER + "its numbers are float64; expected float32"),
    "big-endian": (lambda: _array(FIELD.astype(">f4")), MEMBER + "its numbers are >f4; expected float32"),
    "another side": (
        lambda: _array(np.zeros((5, 4, 4, 3), np.float32)),
        MEMBER + "another layout: its shape is (5, 4, 4, 3); expected (3, 4, 4, 4) or (4, 4, 4, 3), or several",
    ),
    "one component": (lambda: _array(FIELD[..., 0]), MEMBER + "another layout: its shape is (4, 4, 4); expected"),
    "components inside": (
        lambda: _array(np.moveaxis(FIELD, -1, 1)),
        MEMBER + "another layout: its shape is (4, 3, 4, 4)",
    ),
    "not a number": (lambda: _array(_spoilt(np.nan)), MEMBER + "2 values are not finite"),
    "infinite": (lambda: _array(_spoilt(np.inf)), MEMBER + "2 values are not finite"),
    "frames of two": (
        lambda: _array(np.stack([FIELD] * 2)),
        f"{METADATA}: line 3: its arrays hold 4 coarse frames; source.",
    ),
    "no archive": (lambda: {FILES["train"]["arrays"]: b"PK" * 40}, f"{ARCHIVE}: not a whole zip archive ("),
    "a pointer": (
        lambda: {FILES["train"]["arrays"]: b"version https://git-lfs.github.com/spec/v1\noid"},
        f"{ARCHIVE}: not a whole zip archive (",
    ),
    "an archive that leads out": (
        lambda: {FILES["train"]["arrays"]: jhtdbs.zipped(jhtdbs.members("train") | {"../../x.npy": WHOLE})},
        f"{ARCHIVE}: refused, and nothing of it read: member '../../x.npy' leads out of the archive",
    ),
    "no metadata": (
        lambda: {FILES["train"]["metadata"]: b""},
        f"{METADATA}: needs the column 'lr_paths' once; it has none",
    ),
    "other columns": (
        lambda: _metadata([line[1:3] for line in LINES], *HEADER),
        f"{METADATA}: needs the column 'lr_paths' ",
    ),
    "a column twice": (
        lambda: _metadata(LINES, ("", "lr_paths", "hr_path", "hr_path")),
        f"{METADATA}: needs the column 'hr_path' once; it has '', 'lr_paths', 'hr_path', 'hr_path'. See source.columns",
    ),
    "a row too few": (lambda: _metadata(LINES[:3]), f"{METADATA}: 3 samples; source.split says 4"),
    "a row cut off": (
        lambda: _metadata([*LINES[:3], ["3"]]),
        f"{METADATA}: line 5 has 1 fields, the header 4; is it cut",
    ),
    "no text": (lambda: {FILES["train"]["metadata"]: b"\xff\xfe\x00"}, f"{METADATA}: no CSV file ("),
    "an open quote": (lambda: {FILES["train"]["metadata"]: b'lr_paths,hr_path\n"a,b\n'}, f"{METADATA}: no CSV file ("),
    "numbers for paths": (
        lambda: _cell("[1, 2]"),
        f"{METADATA}: line 4, column 'lr_paths': '[1, 2]' is neither a path nor",
    ),
    "a call for a path": (
        lambda: _cell("[__import__('os').getcwd()]"),
        f"{METADATA}: line 4, column 'lr_paths': \"[__import__('os').getcwd()]\" is neither a path nor a list of paths",
    ),
    "brackets": (lambda: _cell("[" * 9000), f"{METADATA}: line 4, column 'lr_paths': '[[[["),
    "no path": (lambda: _cell(""), f"{METADATA}: line 4, column 'lr_paths': '' is no path below the arrays' place"),
    "a path upwards": (
        lambda: _cell(LINES[2][1], "tmp/../../../secret.npy"),
        f"{METADATA}: line 4, column 'hr_path': 'tmp/../../../secret.npy' is no path below the arrays' place; refused",
    ),
    "a path from the top": (
        lambda: _cell("/etc/passwd"),
        f"{METADATA}: line 4, column 'lr_paths': '/etc/passwd' is no path",
    ),
    "a drive": (lambda: _cell("C:x.npy"), f"{METADATA}: line 4, column 'lr_paths': 'C:x.npy' is no path below"),
    "two fine frames": (
        lambda: _cell(LINES[2][1], LINES[2][1]),
        f"{METADATA}: line 4, column 'hr_path': 3 paths; expected one",
    ),
    "no such member": (
        lambda: _cell("['a.npy', 'b.npy', 'c.npy']"),
        f"{METADATA}: 3 of the 16 arrays that it names are missing in {ARCHIVE}, which has 16 members: a.npy, b.npy, c",
    ),
    "one member for two": (
        lambda: _cell(f"['{FIRST}', 'a/{Path(FIRST).name}', 'b/{Path(FIRST).name}']"),
        f"{METADATA}: several of its paths can only mean the member {FIRST} of {ARCHIVE}",
    ),
    "other axes": (
        lambda: _fields(lambda field: field.transpose(2, 1, 0, 3)),
        "pieces/all: another layout: with source.axes zyx the divergence is",
    ),
    "other components": (
        lambda: _fields(lambda field: field[..., [1, 0, 2]]),
        "if it were vx along +y, vy along +x, vz along +z; no source.axes reads such files",
    ),
    "a component reversed": (lambda: _fields(lambda field: field * np.float32([1, -1, 1])), "vx along +x, vy along -y"),
    "at rest": (lambda: _fields(lambda field: field * 0), "pieces/all: another layout: a component of the fine fields"),
    "unpaired": (_unpaired, "pieces/all: another layout: the fine frames leave"),
    "late": (_late, "pieces/all: the fine frames are those of coarse frame 3 of 3, not of the middle one"),
}


@pytest.mark.parametrize(("changes", "words"), BAD.values(), ids=BAD)
def test_other_files_are_named_and_leave_nothing(changes: Callable[[], Files], words: str, workplace: Path) -> None:
    jhtdbs.laid(jhtdbs.files() | changes() | {"../params.yaml": jhtdbs.STUDY.encode()})
    with pytest.raises(EquidynError) as caught:
        prepare.run(load(), "pieces", "all")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path for path in (workplace / "data/datasets").rglob("*") if path.is_file()] == []


def test_the_other_order_of_axes_is_read_where_it_is_said() -> None:
    jhtdbs.laid(_fields(lambda field: field.transpose(2, 1, 0, 3)))
    with pytest.raises(EquidynError, match=r"set source\.axes: xyz"):
        jhtdbs.made()
    found = jhtdbs.made(axes="xyz")
    np.testing.assert_array_equal(found.fine[1], jhtdbs.expected("train", 1)[1])
    np.testing.assert_array_equal(found.coarse[1], jhtdbs.expected("train", 1)[0])


def test_missing_files_are_named() -> None:
    content = jhtdbs.files()
    for name, key in zip(FILES["test"].values(), ("metadata", "arrays"), strict=True):
        jhtdbs.laid(content)
        Path("published", name).unlink()
        with pytest.raises(EquidynError, match=f"published/{name}: no such file in .*source.files.test.{key}"):
            jhtdbs.made()


def test_large_files_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    jhtdbs.laid(jhtdbs.files())
    with monkeypatch.context() as patch:
        patch.setattr(zipped, "LARGEST", 4 * 3 * SIDE**3)
        with pytest.raises(EquidynError, match=f"unpacks to .* bytes; at most {4 * 3 * SIDE**3} are read"):
            jhtdbs.made()
    monkeypatch.setattr(jhtdb_metadata, "LARGEST", 100)
    with pytest.raises(EquidynError, match=f"{METADATA}: .* bytes; at most 100 of metadata are read"):
        jhtdbs.made()


def test_the_command_tells_it_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    jhtdbs.laid(jhtdbs.files() | _array(FIELD[:3]) | {"../params.yaml": jhtdbs.STUDY.encode()})
    monkeypatch.setattr(sys, "argv", ["equidyn", "prepare", "pieces/all"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith(f"equidyn: {MEMBER}another layout: its shape is (3, 4, 4, 3)")
