"""What templates say of pictures, tables and words: filters."""

import base64
import re
from dataclasses import dataclass
from urllib.parse import quote

from equidyn.report.figures.style import Picture
from equidyn.report.tables import BEST, Table

_TYPES = {"png": "image/png", "gif": "image/gif"}
_SAFE = " /:=;,()!*@?+$'<>"  # besides letters, numerals and _.-~: they stand in a quoted attribute as they are
_TAG, _QUOTES = re.compile(r"<[^>]+>"), str.maketrans({'"': "'", "'": '"'})  # within tags the one needs no escape
_NUMBER = re.compile(r"[(<>]?\s?[-−+]?[\d.,]+(\D|$)")
_WORDS = 26  # letters from which on a cell may be broken
_COLUMNS, _KEYS = 8, 3  # that fit on paper; of these, such that say what a row is of, at most


@dataclass(frozen=True)
class Cell:
    """kind: class names of its element; best: whether it is marked as the best."""

    text: str
    kind: str
    best: bool


def inlined(picture: Picture) -> str:
    """The picture as a data URL, for an attribute in double quotes; as an <img> of its own, its ids cannot clash with
    those of another."""
    suffix, content = picture.shown
    if suffix == "svg":
        text = _TAG.sub(lambda tag: tag[0].translate(_QUOTES), content.decode())
        return f"data:image/svg+xml,{quote(text, safe=_SAFE)}"
    return f"data:{_TYPES[suffix]};base64,{base64.b64encode(content).decode()}"


def look(picture: Picture) -> str:
    """Whether a dark page may turn its colours round: line art may, pictures of data may not."""
    suffix, content = picture.shown
    return "drawn" if suffix == "svg" and b"<image" not in content else f"data {suffix}"


def anchor(title: str) -> str:
    """A title as part of an address."""
    return "-".join(re.findall(r"[\w-]+", title.lower()))


def plain(text: str) -> str:
    """Text on one line with what Markdown would take for markup made harmless."""
    kept = " ".join(str(text).split())
    for sign in ("\\", "`", "*", "_", "<", "|"):
        kept = kept.replace(sign, f"\\{sign}")
    return kept


@dataclass(frozen=True)
class Piece:
    """Some columns of a table, as many as paper is wide; heads: (text, class names)."""

    heads: list[tuple[str, str]]
    rows: list[list[Cell]]


def pieces(table: Table) -> list[Piece]:
    """A table in pieces of at most _COLUMNS columns, each with the columns that say what a row is of.

    Columns of numbers stand to the right, so that points stand above each other.
    """
    columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.columns)
    numeric = [_numeric(column) for column in columns]
    first = min(next((place for place, one in enumerate(numeric) if one), 1), _KEYS) or 1
    rest = list(range(first, len(columns)))
    room = _COLUMNS - first if len(columns) > _COLUMNS else max(1, len(rest))
    groups = [rest[start : start + room] for start in range(0, len(rest), room)] or [[]]
    return [_piece(table, numeric, [*range(first), *group]) for group in groups]


def _piece(table: Table, numeric: list[bool], chosen: list[int]) -> Piece:
    heads = [(table.columns[at], "n" if numeric[at] else "") for at in chosen]
    return Piece(heads, [[_cell(row[at], numeric[at]) for at in chosen] for row in table.rows])


def _numeric(column: tuple[str, ...]) -> bool:
    known = [text for text in column if text not in ("–", "")]
    return bool(known) and all(_NUMBER.match(text) and len(text) <= _WORDS + 8 for text in known)


def _cell(text: str, right: bool) -> Cell:
    kind = "n" if right else "words" if len(text) > _WORDS else ""
    return Cell(text.removesuffix(BEST), kind, text.endswith(BEST))
