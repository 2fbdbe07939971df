"""The columns of a dataset's rows: the arrays of its file, and what tells one row from another."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from equidyn.core.domain import Domain
from equidyn.core.hub.columns import Column, interval, of_arrays
from equidyn.core.hub.whole import UNUSED, Row, Whole, rows

FIRST, TIME, BLOCK = "first_frame", "time", "block"
_TYPES = {bool: "bool", int: "int64", float: "float64", str: "string"}


@dataclass(frozen=True)
class Field:
    """A column. shape: of one row, () for a number or a word, None for a length that differs; dtype: as numpy calls it,
    or "string"; value: what a row has there."""

    name: str
    about: Column
    shape: tuple[int | None, ...]
    dtype: str
    value: Callable[[Row], Any]

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes of one row."""
        return self.about.dims[1:]

    def feature(self) -> dict[str, Any]:
        """Its type, as `datasets` writes it."""
        if self.about.classes:
            return {"names": list(self.about.classes), "_type": "ClassLabel"}
        if len(self.shape) > 1:
            return {"shape": list(self.shape), "dtype": self.dtype, "_type": f"Array{len(self.shape)}D"}
        number = {"dtype": self.dtype, "_type": "Value"}
        return {"feature": number, "_type": "Sequence"} if self.shape else number


def fields_of(domain: Domain | None, whole: Whole) -> list[Field]:
    """All columns of a dataset, as its domain declares them."""
    source, _ = whole.settings
    columns, step = of_arrays(domain, whole.in_rows), interval(domain, source)
    return [*_places(whole, columns, step), *_settings(whole, columns), *_arrays(whole, columns)]


def _places(whole: Whole, columns: Mapping[str, Column], step: float | None) -> Iterator[Field]:
    """Which sample a row is, in which block, and when."""
    index = _index(whole, columns)
    number = Column((index,), "", f"number of the {index} in the whole dataset")
    yield Field(index, number, (), "int64", lambda row: row.index)
    block = Column((index,), "", "seed k trains, validates and tests on block k; block 0 is for tuning")
    alone = Column((index,), "", "0: all seeds share the data")
    yield Field(BLOCK, block if whole.blocks > 1 else alone, (), "int64", lambda row: row.block)
    if not whole.in_time:
        return
    yield Field(FIRST, Column((index,), "", "number of its first frame"), (), "int64", lambda row: row.frames.start)
    if step is not None:
        since = Column((index, "time"), "time", "since the first frame that is stored")
        yield Field(TIME, since, (_frames(whole),), "float64", lambda row: _numbers(row) * step)


def _settings(whole: Whole, columns: Mapping[str, Column]) -> Iterator[Field]:
    """What tells this dataset from the others of its study, such as its level: the same in all rows."""
    _, own = whole.settings
    index = _index(whole, columns)
    about = Column((index,), "", "the same in the whole dataset, as params.yaml has it")
    taken = {*whole.named, *whole.splits, index, BLOCK, FIRST, TIME}
    for key, value in own.items():
        if type(value) in _TYPES and key not in taken:
            yield Field(key, about, (), _TYPES[type(value)], lambda _, fixed=value: fixed)


def _arrays(whole: Whole, columns: Mapping[str, Column]) -> Iterator[Field]:
    for name, array in whole.in_rows.items():
        if name != BLOCK:
            first = (_frames(whole),) if whole.in_time and array.ndim > 1 else array.shape[1:2]
            shape = (*first, *array.shape[2:])
            yield Field(name, columns[name], shape, array.dtype.name, lambda row, of=array: row.of(of))


def _index(whole: Whole, columns: Mapping[str, Column]) -> str:
    """What a row is one of."""
    return next(columns[name].dims[0] for name in whole.in_rows)


def _frames(whole: Whole) -> int | None:
    """Frames of every row; None if rows differ in it."""
    found = {row.frames.stop - row.frames.start for row in rows(whole) if row.split != UNUSED}
    return found.pop() if len(found) == 1 else None


def _numbers(row: Row) -> np.ndarray:
    return np.arange(row.frames.start, row.frames.stop, dtype=np.float64)
