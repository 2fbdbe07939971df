"""The HDF5 store: one file per dataset, whole or refused."""

import hashlib
import json
from pathlib import Path
from typing import Any, ClassVar, TypeVar

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

    def content_hash(self) -> str:
        """SHA-256 over the splits' names, if they are not SPLITS, and shapes and bytes of all arrays.

        Equal for equal data, whatever the file's layout.
        """
        total = hashlib.sha256(b"" if self.splits == SPLITS else json.dumps(self.splits).encode())
        for array in self.arrays().values():
            total.update(str((array.dtype.str, array.shape)).encode())
            total.update(np.ascontiguousarray(array).data)
        return total.hexdigest()


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


def read(path: Path, kind: type[Kind]) -> Kind:
    """Read a file of this kind whole into memory; raises EquidynError if it is missing, torn, foreign or altered,
    or if a value is NaN or infinite."""
    if not path.exists():
        raise EquidynError(f"{path}: missing; run `equidyn prepare` for it, or snakemake / dvc repro")
    try:
        broken = sealed.fault(path)
        if broken:
            raise ValueError(broken)
        dataset, expected = _read(path, kind)
    except (OSError, KeyError, ValueError) as fault:
        text = f"{path}: not a whole {kind.FORMAT} file ({fault})"
        raise EquidynError(f"{text}; delete it and prepare it again") from None
    if dataset.content_hash() != expected:
        raise EquidynError(f"{path}: its content does not match its checksum; delete it and prepare it again")
    _refuse_not_finite(path, dataset)
    return dataset


def _refuse_not_finite(path: Path, dataset: Stored) -> None:
    for name, array in dataset.arrays().items():
        if not np.isfinite(array).all():
            raise EquidynError(f"{path}: {name} holds values that are NaN or infinite; see the study's source")


def _read(path: Path, kind: type[Kind]) -> tuple[Kind, str]:
    with h5py.File(path, "r", locking=False) as file:  # nobody writes into a file in place; some systems have no locks
        if file.attrs.get("format") != kind.FORMAT:
            raise ValueError(f"its format is {file.attrs.get('format', 'unknown')!r}")
        present = [name for name in kind.OPTIONAL if name in file]
        arrays = {name: file[name][()] for name in (*kind.ARRAYS, *present)}
        splits = tuple(map(str, file.attrs.get("splits", SPLITS)))  # files older than the attribute have these
        if arrays["ranges"].shape[-2:] != (len(splits), 2):
            raise ValueError(f"its ranges are not those of the splits {', '.join(splits)}")
        attributes = json.loads(file.attrs["attributes"])
        return kind(**arrays, attributes=attributes, splits=splits), str(file.attrs["sha256"])
