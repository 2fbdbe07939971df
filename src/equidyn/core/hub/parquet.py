"""A dataset as parquet files, one or more for each split, and back: what `datasets.load_dataset` and others read.

HDF5 is the store; these files are made from it when it is pushed, and hold all of it: with DATA beside them, a pull
makes the same HDF5 file again, and compares its content hash. Equal datasets give equal bytes, by one version of
pyarrow.
"""

import json
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from equidyn.core.errors import EquidynError, first_line
from equidyn.core.hub.fields import BLOCK, FIRST, Field
from equidyn.core.hub.whole import UNUSED, Row, Whole, rows

if TYPE_CHECKING:
    import pyarrow as pa

DATA = "data.json"
LARGEST = 500_000_000  # bytes of arrays in one file, about
GROUP = 50_000_000  # bytes of arrays in one row group, which is what a reader takes at once
_FILE = "data/{split}-{number:05d}-of-{count:05d}.parquet"


def files(whole: Whole) -> dict[str, list[Row]]:
    """The rows of each file, by its name: those of a split in order, in files of about equal numbers of rows."""
    found, every = {}, rows(whole)
    for split in (*whole.splits, UNUSED):
        chosen = [row for row in every if row.split == split]
        count = min(math.ceil(sum(_size(whole, row) for row in chosen) / LARGEST), len(chosen))
        edges = [len(chosen) * number // count for number in range(count + 1)] if count else []
        for number, (start, stop) in enumerate(pairwise(edges)):
            found[_FILE.format(split=split, number=number, count=count)] = chosen[start:stop]
    return found


def write(folder: Path, whole: Whole, fields: Sequence[Field]) -> dict[str, Path]:
    """Write all files into `folder`; returns them by name."""
    found, about = files(whole), _about(whole, fields)
    written = {name: folder / name for name in (*found, DATA)}
    (folder / DATA).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    for name, chosen in found.items():
        written[name].parent.mkdir(exist_ok=True)
        _write(written[name], whole, chosen, fields, about["sha256"])
    return written


def _write(path: Path, whole: Whole, chosen: list[Row], fields: Sequence[Field], content: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns = [_column([field.value(row) for row in chosen], field) for field in fields]
    kinds = [
        pa.field(field.name, of.type, metadata=_told(field) | _extension(field))
        for field, of in zip(fields, columns, strict=True)
    ]
    features = {"info": {"features": {field.name: field.feature() for field in fields}}}
    about = {"huggingface": json.dumps(features), "equidyn": json.dumps({"sha256": content})}
    split = [field.name + ".list.element" * len(field.shape) for field in fields if field.dtype.startswith("float")]
    options = {"compression": "zstd", "use_byte_stream_split": split, "use_dictionary": False}
    options["row_group_size"] = max(1, GROUP // max(_size(whole, row) for row in chosen))
    parquet.write_table(
        pa.Table.from_arrays(columns, schema=pa.schema(kinds, about)), path, write_page_checksum=True, **options
    )


def _column(values: list[Any], field: Field) -> "pa.Array":
    """Numbers and words as they are, arrays as lists of lists."""
    import pyarrow as pa

    if not field.shape:
        return pa.array(values, pa.from_numpy_dtype(field.dtype) if field.dtype != "string" else pa.string())
    nested = pa.array(np.concatenate([value.ravel() for value in values]))
    for length in reversed(values[0].shape[1:]):
        nested = pa.ListArray.from_arrays(np.arange(0, len(nested) + 1, length, dtype=np.int32), nested)
    ends = np.cumsum([0, *map(len, values)], dtype=np.int32)
    return pa.ListArray.from_arrays(ends, nested)


def _told(field: Field) -> dict[str, str]:
    return {"dims": " ".join(field.dims), "unit": field.about.unit, "meaning": field.about.meaning}


def _extension(field: Field) -> dict[str, str]:
    """By which `datasets` knows an array of more than one axis; others see lists of lists."""
    if len(field.shape) < 2:
        return {}
    name = f"datasets.features.features.Array{len(field.shape)}DExtensionType"
    return {"ARROW:extension:name": name, "ARROW:extension:metadata": json.dumps((field.shape, field.dtype))}


def _about(whole: Whole, fields: Sequence[Field]) -> dict[str, Any]:
    """What the rows do not say."""
    arrays = {
        name: {"shape": array.shape, "dtype": array.dtype.name, "packed": name in whole.PACKED}
        | ({} if name in whole.in_rows else {"values": array.tolist()})
        for name, array in whole.named.items()
    }
    return {
        "format": whole.FORMAT,
        "sha256": whole.content_hash(),
        "splits": whole.splits,
        "index": fields[0].name,
        "blocks": whole.blocks,
        "columns": {field.name: _told(field) | {"dims": field.dims, "dtype": field.dtype} for field in fields},
        "arrays": arrays,
        "attributes": whole.attributes,
    }


def restored(paths: Mapping[str, Path]) -> Whole:
    """The dataset of such files; raises EquidynError if they are not whole, or not those of one dataset."""
    import pyarrow as pa

    try:
        about = json.loads(paths[DATA].read_text(encoding="utf-8"))
        if max(entry["shape"][0] for entry in about["arrays"].values()) > _count(paths):
            raise ValueError(f"{DATA} tells of more rows than there are")
        arrays = {
            name: np.array(entry["values"], entry["dtype"])
            if "values" in entry
            else np.empty(entry["shape"], entry["dtype"])
            for name, entry in about["arrays"].items()
        }
        packed = tuple(name for name, entry in about["arrays"].items() if entry["packed"])
        whole = Whole(about["format"], arrays, about["attributes"], tuple(about["splits"]), packed)
        for name in files(whole):
            _put_back(read(paths[name], [about["index"], FIRST, *whole.in_rows]), whole, about["index"])
    except (pa.ArrowException, OSError, LookupError, ValueError, TypeError, AttributeError, MemoryError) as fault:
        raise EquidynError(f"not a whole dataset ({first_line(fault)})") from None
    if whole.content_hash() != about["sha256"]:
        raise EquidynError("its content does not match its checksum")
    return whole


def _count(paths: Mapping[str, Path]) -> int:
    """Rows of all files."""
    from pyarrow.parquet import ParquetFile

    return sum(ParquetFile(path).metadata.num_rows for name, path in paths.items() if name.endswith(".parquet"))


def read(path: Path, columns: Sequence[str]) -> dict[str, list[Any] | np.ndarray]:
    """Columns of a file, of those that it has: numbers as (row,), arrays as a list of arrays."""
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(path, page_checksum_verification=True)
    names = [name for name in columns if name in file.schema_arrow.names]
    table = file.read(names, use_threads=False)
    return {name: _values(table[name].combine_chunks()) for name in names}


def _values(column: "pa.Array") -> list[np.ndarray] | np.ndarray:
    import pyarrow as pa

    column = getattr(column, "storage", column)  # where `datasets` has made known its own types
    if not pa.types.is_list(column.type):
        return column.to_numpy(zero_copy_only=False)
    ends, shape, inner = column.offsets.to_numpy(), [], column.flatten()
    while pa.types.is_list(inner.type):
        shape.append(len(inner.flatten()) // max(len(inner), 1))
        inner = inner.flatten()
    numbers = inner.to_numpy().reshape(ends[-1] - ends[0], *shape)
    return np.split(numbers, ends[1:-1] - ends[0])


def _put_back(parts: dict[str, Any], whole: Whole, index: str) -> None:
    """The rows of one file, each in its place."""
    for name, array in whole.in_rows.items():
        for place, row in enumerate(parts[index]):
            value = parts[name][place]
            if name != BLOCK and FIRST in parts and array.ndim > 1:
                first = parts[FIRST][place]
                array[row, first : first + len(value)] = value
            else:
                array[row] = value


def _size(whole: Whole, row: Row) -> int:
    """Bytes of its arrays, from their shapes."""
    return sum(row.of(array).nbytes for array in whole.in_rows.values())
