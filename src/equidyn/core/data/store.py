"""The HDF5 store: one file per dataset, whole or refused."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import h5py
import numpy as np

from equidyn.core.data import sealed
from equidyn.core.errors import EquidynError
from equidyn.core.files import atomic

SPLITS = ("train", "validation", "test")


class Stored:
    """What every kind of dataset has: arrays by name, JSON data, and the names of its splits, test splits last.

    FORMAT: names the kind and its version in the file; ARRAYS: names of the arrays that each file has, in the order of
    the content hash; OPTIONAL: of those that may be missing; PACKED: of those that are chunked and compressed.
    """

    FORMAT: ClassVar[str]
    ARRAYS: ClassVar[tuple[str, ...]]
    OPTIONAL: ClassVar[tuple[str, ...]] = ()
    PACKED: ClassVar[tuple[str, ...]] = ()
    attributes: dict[str, Any]
    splits: tuple[str, ...]

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays that the set has, by name."""
        named = {name: getattr(self, name) for name in (*self.ARRAYS, *self.OPTIONAL)}
        return {name: array for name, array in named.items() if array is not None}

    @property
    def blocks(self) -> int:
        """How many disjoint blocks it holds, one for each seed and one for tuning; 1: all seeds share its data."""
        return 1

    def of_block(self, block: int) -> Self:
        """What a seed sees: the block of this number as a dataset of one block; all, where seeds share the data.

        Its attributes are those of the whole, its unit with them. Raises EquidynError if there is no such block.
        """
        if self.blocks == 1:
            return self
        if block not in range(self.blocks):
            raise EquidynError(f"the dataset has no block {block}, only 0 to {self.blocks - 1}; prepare it again")
        return self._part(block)

    def _part(self, block: int) -> Self:
        raise TypeError(f"{type(self).__name__} must define _part()")

    @property
    def unit(self) -> float:
        """Root mean square of the training splits of all blocks: the same for every seed; 1 if that is 0."""
        return self.attributes["checks"]["rms"]["train"] or 1.0

    def content_hash(self) -> str:
        """SHA-256 over the splits' names, if they are not SPLITS, and shapes and bytes of all arrays.

        Equal for equal data, whatever the file's layout.
        """
        total = hashlib.sha256(b"" if self.splits == SPLITS else json.dumps(self.splits).encode())
        for array in self.arrays().values():
            total.update(str((array.dtype.str, array.shape)).encode())
            total.update(np.ascontiguousarray(array).data)
        return total.hexdigest()


class Sampled(Stored):
    """Samples one after the other, block by block.

    ranges: (block, split, 2) int64, samples [start, stop) of each of `splits`; those of a block lie together.
    """

    ranges: np.ndarray

    @property
    def blocks(self) -> int:
        """How many blocks `ranges` has."""
        return len(self.ranges)

    def rows(self, split: str) -> np.ndarray:
        """Indices of the samples of a split, of all blocks."""
        return np.concatenate([np.arange(*span) for span in self.ranges[:, self.splits.index(split)]])

    def spans(self) -> list[tuple[int, str, int, int]]:
        """Block, split, first sample and the one after the last, of all."""
        pairs = ((block, split) for block in range(self.blocks) for split in self.splits)
        return [(*pair, *span) for pair, span in zip(pairs, self.ranges.reshape(-1, 2).tolist(), strict=True)]

    def _part(self, block: int) -> Self:
        spans = self.ranges[block]
        chosen = slice(spans.min(), spans.max())
        parts = {name: array[chosen] for name, array in self.arrays().items() if name != "ranges"}
        return replace(self, **parts, ranges=spans[None] - chosen.start)


def laid_out(counts: Mapping[str, int], blocks: int) -> np.ndarray:
    """`ranges` of blocks that hold so many samples of each split, in this order: (block, split, 2) int64."""
    stops = np.cumsum([*counts.values()] * blocks, dtype=np.int64)
    return np.stack([np.append(0, stops[:-1]), stops], axis=1).reshape(blocks, len(counts), 2)


Kind = TypeVar("Kind", bound=Stored)


def write(path: Path, dataset: Stored) -> None:
    """Write atomically: fields in chunks of one frame, gzip 4 with shuffle; content hash as an attribute; sealed.

    Raises EquidynError, and writes nothing, if a value is NaN or infinite.
    """
    _refuse_not_finite(path, dataset)
    image = _image(dataset)
    with atomic(path) as temporary:
        with temporary.open("wb") as file:
            file.seek(sealed.BLOCK)
            file.write(image)
        sealed.seal(temporary)


def _image(dataset: Stored) -> bytes:
    """The HDF5 file behind its user's block, made in memory: on a full disk, HDF5's library may crash."""
    memory = {"driver": "core", "backing_store": False}
    with h5py.File("memory", "w", track_order=True, userblock_size=sealed.BLOCK, **memory) as file:
        for name, array in dataset.arrays().items():
            file.create_dataset(name, data=array, **_layout(dataset, name, array))
        file.attrs.update(format=dataset.FORMAT, sha256=dataset.content_hash())
        file.attrs["attributes"] = json.dumps(dataset.attributes)
        file.attrs["splits"] = list(dataset.splits)
        file.flush()
        return file.id.get_file_image()


def _layout(dataset: Stored, name: str, array: np.ndarray) -> dict[str, Any]:
    """Fields are packed frame by frame; the small tables are stored as they are."""
    if name not in dataset.PACKED:
        return {}
    return {"chunks": (1, 1, *array.shape[2:]), "compression": "gzip", "compression_opts": 4, "shuffle": True}


def read(path: Path, kind: type[Kind], block: int | None = None) -> Kind:
    """Read a file of this kind into memory: whole, or what the seed `block` sees.

    Raises EquidynError if it is missing, torn, foreign or altered, if a value is NaN or infinite, or if there is no
    such block. Of a block the values alone are checked, the content hash, which is of all, is not.
    """
    if not path.exists():
        raise EquidynError(f"{path}: missing; run `equidyn prepare` for it, or snakemake / dvc repro")
    try:
        broken = sealed.fault(path)
        if broken:
            raise ValueError(broken)
        dataset, expected = _read(path, kind, block)
    except (OSError, KeyError, ValueError) as fault:
        text = f"{path}: not a whole {kind.FORMAT} file ({fault})"
        raise EquidynError(f"{text}; delete it and prepare it again") from None
    if block is None and dataset.content_hash() != expected:
        raise EquidynError(f"{path}: its content does not match its checksum; delete it and prepare it again")
    _refuse_not_finite(path, dataset)
    return dataset


def _refuse_not_finite(path: Path, dataset: Stored) -> None:
    for name, array in dataset.arrays().items():
        if not np.isfinite(array).all():
            raise EquidynError(f"{path}: {name} holds values that are NaN or infinite; see the study's source")


def checksum(path: Path) -> str:
    """The content hash that stands in a file that `read` has read."""
    with h5py.File(path, "r", locking=False) as file:
        return str(file.attrs["sha256"])


def _read(path: Path, kind: type[Kind], block: int | None) -> tuple[Kind, str]:
    with h5py.File(path, "r", locking=False) as file:  # nobody writes into a file in place; some systems have no locks
        if file.attrs.get("format") != kind.FORMAT:
            raise ValueError(f"its format is {file.attrs.get('format', 'unknown')!r}")
        present = [name for name in kind.OPTIONAL if name in file]
        arrays = {name: file[name] for name in (*kind.ARRAYS, *present)}  # still in the file
        splits = tuple(map(str, file.attrs.get("splits", SPLITS)))  # files older than the attribute have these
        if arrays["ranges"].shape[-2:] != (len(splits), 2):
            raise ValueError(f"its ranges are not those of the splits {', '.join(splits)}")
        attributes = json.loads(file.attrs["attributes"])
        made = kind(**arrays, attributes=attributes, splits=splits)
        made = made if block is None else made.of_block(block)
        loaded = {name: array[()] for name, array in made.arrays().items()}
        return replace(made, **loaded), str(file.attrs["sha256"])


def rms(values: np.ndarray) -> float:
    """Root mean square of all numbers of (sample, ...), added up in float64, one sample at a time."""
    return float(np.sqrt(np.mean([np.square(one, dtype=np.float64).mean() for one in values])))
