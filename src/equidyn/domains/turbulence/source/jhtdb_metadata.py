"""The metadata of a split: which arrays each sample is made of."""

import ast
import csv
import io
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from equidyn.core.errors import EquidynError
from equidyn.core.params.jhtdb import Columns

LARGEST = 2**24  # bytes of a CSV file; 200 samples come to about 0.2 MB
LONGEST = 2**14  # characters of a cell


@dataclass(frozen=True)
class Sample:
    """One row: its line in the file, paths of the coarse arrays, oldest first, and of the fine one."""

    line: int
    coarse: tuple[str, ...]
    fine: str

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.coarse, self.fine)


def read(path: Path, columns: Columns, count: int) -> list[Sample]:
    """The samples of a metadata file; raises EquidynError that names file, line and column at fault.

    count: how many there must be. Paths are relative, with slashes, and stay below the place of the arrays.
    """
    header, rows = _table(path)
    wanted = [*columns.coarse, columns.fine]
    missing = [name for name in wanted if header.count(name) != 1]
    if missing:
        raise EquidynError(
            f"{path}: needs the column {missing[0]!r} once; it has {', '.join(map(repr, header)) or 'none'}. "
            "See source.columns"
        )
    if len(rows) != count:
        raise EquidynError(f"{path}: {len(rows)} samples; source.split says {count}")
    return [_sample(path, line, dict(zip(header, row, strict=True)), columns) for line, row in rows]


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each row with the number of its last line."""
    size = path.stat().st_size
    if size > LARGEST:
        raise EquidynError(f"{path}: {size} bytes; at most {LARGEST} of metadata are read")
    try:
        reader = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
        header = next(reader, [])
        rows = [(reader.line_num, row) for row in reader if row]
    except (UnicodeDecodeError, csv.Error) as fault:
        raise EquidynError(f"{path}: no CSV file ({fault})") from None
    for line, row in rows:
        if len(row) != len(header):
            raise EquidynError(f"{path}: line {line} has {len(row)} fields, the header {len(header)}; is it cut off?")
    return header, rows


def _sample(path: Path, line: int, cells: dict[str, str], columns: Columns) -> Sample:
    """One row; `path` and `line` are for messages."""
    coarse = [each for name in columns.coarse for each in _paths(cells[name], f"{path}: line {line}, column {name!r}")]
    where = f"{path}: line {line}, column {columns.fine!r}"
    fine = _paths(cells[columns.fine], where)
    if len(fine) != 1:
        raise EquidynError(f"{where}: {len(fine)} paths; expected one")
    return Sample(line, tuple(coarse), fine[0])


def _paths(cell: str, where: str) -> list[str]:
    """A path as it is, or a list of paths in brackets, as Python and JSON write it."""
    found: object = [cell.strip()]
    if len(cell) <= LONGEST and cell.strip().startswith(("[", "(")):
        try:
            found = ast.literal_eval(cell.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found = None
    if not (isinstance(found, list | tuple) and found and all(isinstance(each, str) for each in found)):
        raise EquidynError(f"{where}: {cell[:80]!r} is neither a path nor a list of paths")
    for each in found:
        if not _stays_inside(each):
            raise EquidynError(f"{where}: {each[:80]!r} is no path below the arrays' place; refused")
    return list(found)


def _stays_inside(path: str) -> bool:
    plain = 0 < len(path) <= 1000 and not set(path) & {"\\", "\0", ":"} and path.isprintable()
    parts = PurePosixPath(path).parts
    return plain and bool(parts) and not path.startswith("/") and ".." not in parts
