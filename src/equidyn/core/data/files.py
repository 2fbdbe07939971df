"""Arrays of a user's own: read from npy, npz, HDF5 or parquet, checked, and dealt out to blocks and splits.

Raises EquidynError that names the file, the array in it, and what is wrong: no such file or name, other axes than
declared, values that are no numbers or not finite, too few samples, or equal samples in two splits.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import rms
from equidyn.core.errors import EquidynError, first_line
from equidyn.core.files import sha256
from equidyn.core.params.files import FilesData, FilesSource
from equidyn.core.provenance import Clock

_ORDER = ("test", "validation", "train")  # in this order, more training samples leave the others as they were


@dataclass(frozen=True)
class Dealt:
    """What a dataset uses of its files.

    values: (sample, *source.shape) float32, block by block. labels: (sample,) int64, None without classes.
    number: (sample,) int64, which of its file a sample is, from 0. ranges: (block, split, 2) int64, samples
    [start, stop) of each split; of a split by time all are in each. about: JSON data, for the provenance.
    """

    values: np.ndarray
    labels: np.ndarray | None
    number: np.ndarray
    ranges: np.ndarray
    about: dict[str, Any]


@dataclass(frozen=True)
class _Content:
    """values: with axes in the domain's order; where: the file and the array's name in it, for messages."""

    values: np.ndarray
    labels: np.ndarray | None
    where: str


def deal(source: FilesSource, wanted: FilesData) -> Dealt:
    """Read and check the files of one dataset. A dataset's own number for training counts instead of the source's."""
    found = {split: _content(Path(path), source) for split, path in wanted.paths.items()}
    parts = list(_parts(source, wanted, {split: len(content.values) for split, content in found.items()}))
    rows = [(found[file], chosen) for _, _, file, chosen in parts]
    values = np.concatenate([_single(content, chosen, source) for content, chosen in rows])
    labels = np.concatenate([content.labels[chosen] for content, chosen in rows]) if source.labels else None
    number = np.concatenate([chosen for _, _, _, chosen in parts])
    made = Dealt(values, labels, number, _ranges(source, parts), _about(wanted, found))
    if source.split.by != "time":
        _refuse_shared(source, wanted, made)
    return made


def labelled(source: FilesSource, wanted: FilesData, clock: Clock, classes: int) -> Labelled:
    """A whole dataset of samples with so many classes; raises EquidynError if one is of none of them."""
    dealt = deal(source, wanted)
    wrong = np.flatnonzero((dealt.labels < 0) | (dealt.labels >= classes))
    if len(wrong):
        raise EquidynError(
            f"{' and '.join(wanted.paths.values())}, {source.labels}: {source.order[0]} {dealt.number[wrong[0]]} is of "
            f"class {dealt.labels[wrong[0]]}; classes are 0 to {classes - 1}"
        )
    made = Labelled(dealt.values, dealt.labels, dealt.ranges, {}, source.splits)
    measured = {
        "equivariance": None,
        "counts": {split: int(np.diff(span)[0]) for split, span in zip(source.splits, dealt.ranges[0], strict=True)},
        "rms": {split: rms(made.of(split)[0]) for split in source.splits},
        "classes": np.bincount(dealt.labels, minlength=classes).tolist(),
    }
    return replace(made, attributes={"provenance": clock.provenance() | origin(dealt), "checks": measured})


def origin(dealt: Dealt) -> dict[str, Any]:
    """For the provenance: that the data were read, and from which files."""
    names = list(dict.fromkeys(file["file"] for file in dealt.about.values()))
    return {"source": f"read from {', '.join(names)}, not made here", "files": dealt.about}


def _parts(source: FilesSource, wanted: FilesData, counts: dict[str, int]) -> list[tuple[int, str, str, np.ndarray]]:
    """(block, split, key of its file, samples in that file), in the order of the dataset."""
    if source.split.by == "time":
        return [(0, "", "", np.arange(counts[""]))]
    sizes = {split: getattr(source.split, split) for split in _ORDER}
    room = sizes | {"train": max(sizes["train"], wanted.train or 0)}
    sizes["train"] = wanted.train or sizes["train"]
    shared = source.split.by == "sample"  # one file for all splits
    parts = []
    for block, split in product(range(source.block_count), _ORDER):
        file = "" if shared else split
        each = sum(room.values()) if shared else room[split]
        _refuse_too_few(source, wanted, file, counts[file], each)
        first = block * each + (sum(room[other] for other in _ORDER[: _ORDER.index(split)]) if shared else 0)
        order = np.random.default_rng(source.seed).permutation(counts[file])
        parts.append((block, split, file, order[first : first + sizes[split]]))
    return parts


def _refuse_too_few(source: FilesSource, wanted: FilesData, file: str, count: int, each: int) -> None:
    needed = each * source.block_count
    if count < needed:
        blocks = f"{source.block_count} blocks of {each}" if source.block_count > 1 else "the splits"
        raise EquidynError(
            f"{wanted.paths[file]}: {count} along the axis {source.order[0]}, and {blocks} need {needed}; lower "
            "source.split or source.blocks (block 0 is for tuning)"
        )


def _ranges(source: FilesSource, parts: list[tuple[int, str, str, np.ndarray]]) -> np.ndarray:
    if source.split.by == "time":
        return np.array([[(0, len(parts[0][3]))] * len(source.splits)], dtype=np.int64)
    stops = np.cumsum([len(chosen) for *_, chosen in parts])
    spans = {
        (block, split): (stop - len(chosen), stop) for (block, split, _, chosen), stop in zip(parts, stops, strict=True)
    }
    table = [[spans[block, split] for split in source.splits] for block in range(source.block_count)]
    return np.array(table, dtype=np.int64)


def _about(wanted: FilesData, found: dict[str, _Content]) -> dict[str, Any]:
    return {
        split or "all": {
            "file": path,
            "sha256": sha256(Path(path)),
            "bytes": Path(path).stat().st_size,
            "shape": list(found[split].values.shape),
            "dtype": str(found[split].values.dtype),
        }
        for split, path in wanted.paths.items()
    }


def _content(path: Path, source: FilesSource) -> _Content:
    """The array of a file with its axes in the domain's order, as it is stored; and its labels."""
    if not path.is_file():
        raise EquidynError(f"{path}: no such file in {Path.cwd()}; see the datasets of the study in params.yaml")
    where = f"{path}, {source.key}" if source.key else str(path)
    values = _placed(_array(path, source), source, where)
    return _Content(values, _labels(path, source, len(values)) if source.labels else None, where)


def _array(path: Path, source: FilesSource) -> np.ndarray:
    """The array as it is stored; a list of numbers in a cell of parquet takes the declared shape, if it has as many."""
    values = _read(path, source.key)
    flat = path.suffix == ".parquet" and values.ndim == 2 and source.axes[0] == source.order[0]
    if flat and values.shape[1] == math.prod(source.sizes.values()):
        return values.reshape(len(values), *(source.sizes[axis] for axis in source.axes[1:]))
    return values


def _placed(values: np.ndarray, source: FilesSource, where: str) -> np.ndarray:
    if values.dtype.kind not in "fiu":
        raise EquidynError(f"{where}: values of type {values.dtype}; expected real numbers")
    sizes = [source.sizes.get(axis) for axis in source.axes]
    if values.ndim != len(sizes) or any(size not in (None, has) for size, has in zip(sizes, values.shape, strict=True)):
        wanted = ", ".join(f"{axis} {size or '(any)'}" for axis, size in zip(source.axes, sizes, strict=True))
        raise EquidynError(f"{where}: has the shape {values.shape}; source.axes and source.sizes say {wanted}")
    present = [axis for axis in source.order if axis in source.axes]
    values = values.transpose([source.axes.index(axis) for axis in present])
    return values.reshape([values.shape[present.index(axis)] if axis in present else 1 for axis in source.order])


def _single(content: _Content, chosen: np.ndarray, source: FilesSource) -> np.ndarray:
    """Some samples in single precision; raises EquidynError if a value is not finite."""
    with np.errstate(over="ignore"):
        made = np.ascontiguousarray(content.values[chosen], dtype=np.float32)
    wrong = np.argwhere(~np.isfinite(made).reshape(len(made), -1).all(axis=1))
    if len(wrong):
        place = np.argwhere(~np.isfinite(made[wrong[0, 0]]))[0]
        at = [chosen[wrong[0, 0]], *place]
        told = ", ".join(f"{axis} {index}" for axis, index in zip(source.order, at, strict=True))
        raise EquidynError(
            f"{content.where}: values that are NaN, infinite or beyond single precision, one at {told}; mend the file"
        )
    return made


def _labels(path: Path, source: FilesSource, count: int) -> np.ndarray:
    labels = _read(path, source.labels)
    where = f"{path}, {source.labels}"
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise EquidynError(
            f"{where}: has the shape {labels.shape} and the type {labels.dtype}; expected {count} whole numbers, a "
            f"class for each along the axis {source.order[0]}"
        )
    return labels.astype(np.int64)


def _refuse_shared(source: FilesSource, wanted: FilesData, made: Dealt) -> None:
    """Raise EquidynError if one and the same sample is in two splits."""
    met: dict[bytes, tuple[str, int]] = {}
    for block in made.ranges:
        for split, (start, stop) in zip(source.splits, block, strict=True):
            for row in range(start, stop):
                mark = hashlib.sha256(made.values[row].data).digest()
                other, number = met.setdefault(mark, (split, int(made.number[row])))
                if other != split:
                    noun, files = source.order[0], " and ".join(wanted.paths.values())
                    raise EquidynError(
                        f"{files}: {noun} {number}, of {other}, and {noun} {made.number[row]}, of {split}, are equal: "
                        "what is tested on would have been trained on; leave one out"
                    )


def _read(path: Path, key: str | None) -> np.ndarray:
    """One array of a file; raises EquidynError if there is none of that name, or the file cannot be read."""
    reader: Callable[[Path, str | None], np.ndarray] = _READERS[path.suffix]
    try:
        return reader(path, key)
    except EquidynError:
        raise
    except Exception as fault:  # libraries raise anything on bytes that are none of theirs
        raise EquidynError(f"{path}: cannot be read as {path.suffix[1:]} ({first_line(fault)})") from None


def _of_npy(path: Path, key: str | None) -> np.ndarray:
    if key is not None:
        raise EquidynError(f"{path}: an npy file holds one array without a name; leave source.key out, or take an npz")
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _of_npz(path: Path, key: str | None) -> np.ndarray:
    with np.load(path, allow_pickle=False) as file:
        return file[_chosen(path, key, file.files)]


def _of_hdf5(path: Path, key: str | None) -> np.ndarray:
    with h5py.File(path, "r", locking=False) as file:
        names: list[str] = []
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        return file[_chosen(path, key and key.strip("/"), names)][()]


def _of_parquet(path: Path, key: str | None) -> np.ndarray:
    from pyarrow.parquet import read_schema, read_table

    name = _chosen(path, key, read_schema(path).names)
    return np.array(read_table(path, columns=[name])[name].to_pylist())


def _chosen(path: Path, key: str | None, names: list[str]) -> str:
    if key is None and len(names) == 1:
        return names[0]
    if key not in names:
        what = "give source.key" if key is None else f"it has no {key!r}"
        raise EquidynError(f"{path}: {what}; it holds {', '.join(names) or 'nothing'}")
    return key


_READERS = {
    ".npy": _of_npy,
    ".npz": _of_npz,
    ".h5": _of_hdf5,
    ".hdf5": _of_hdf5,
    ".parquet": _of_parquet,
}
