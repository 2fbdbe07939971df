"""Rows of datasets for use outside of the pipeline, from files here or from the Hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equidyn.core.domain import Domain, find
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_json
from equidyn.core.hub import parquet
from equidyn.core.hub.columns import domain_of
from equidyn.core.hub.fields import BLOCK, fields_of
from equidyn.core.hub.places import chosen, on_hub
from equidyn.core.hub.whole import UNUSED, read, rows
from equidyn.core.params.load import PARAMS_FILE, read_yaml


@dataclass(frozen=True)
class Table:
    """Rows of a split. columns: (row, ...) by name; dims, units: of each; blocks: how many the dataset has."""

    name: str
    columns: dict[str, np.ndarray]
    dims: dict[str, tuple[str, ...]]
    units: dict[str, str]
    blocks: int
    attributes: dict[str, Any]


def table(source: str, name: str, split: str, block: int | None, revision: str | None) -> Table:
    """Rows of a dataset: of the file `source`, of a folder with files of datasets, or of a repository on the Hub.

    Raises EquidynError that says what there is, if there is no such dataset, split or block.
    """
    place = Path(source)
    if place.exists():
        found = _of_file(_file(place, name), split)
    else:
        found = _of_hub(source, name if "/" in name else name.replace("--", "/"), split, revision)
    if block is None:
        return found
    kept = found.columns[BLOCK] == block
    if not kept.any():
        raise EquidynError(f"{found.name}: it has no block {block}, only 0 to {found.blocks - 1}")
    return Table(**vars(found) | {"columns": {key: column[kept] for key, column in found.columns.items()}})


def _file(place: Path, name: str) -> Path:
    if place.is_file():
        return place
    known = {path.relative_to(place).with_suffix("").as_posix(): path for path in sorted(place.rglob("*.h5"))}
    fitting = [path for key, path in known.items() if not name or key == name or key.endswith(f"/{name}")]
    if len(fitting) != 1:
        raise EquidynError(f"{place}: say which dataset; there are: {', '.join(known) or 'none'}")
    return fitting[0]


def _of_file(path: Path, split: str) -> Table:
    whole = read(path)
    _refuse_unknown(path, split, whole.splits)
    domain = _domain(path, whole.settings[0]["kind"], whole.in_rows)
    fields = [field for field in fields_of(domain, whole) if _numeric(field.dtype)]
    kept = [row for row in rows(whole) if row.split == split]
    columns = {field.name: _stacked([field.value(row) for row in kept]) for field in fields}
    dims = {field.name: field.about.dims[:1] + field.dims for field in fields}
    units = {field.name: field.about.unit for field in fields}
    return Table(f"{path.parent.name}/{path.stem}", columns, dims, units, whole.blocks, whole.attributes)


def _domain(path: Path, kind: str, arrays: dict[str, np.ndarray]) -> Domain | None:
    """That of the study in the params.yaml of the folder where the file was made; else one that it could be of."""
    study, *above = path.resolve().parents
    params = above[2] / PARAMS_FILE if len(above) > 2 else PARAMS_FILE
    try:
        return find(read_yaml(params)["studies"][study.name]["domain"])
    except (EquidynError, OSError, ValueError, KeyError, TypeError):
        return domain_of(kind, arrays)


def _of_hub(repository: str, name: str, split: str, revision: str | None) -> Table:
    wanted = name.strip("/").removeprefix("datasets/")
    root = on_hub("dataset", repository, [f"datasets/{wanted}*{parquet.DATA}"], revision, None)
    folder = chosen("dataset", root, parquet.DATA, wanted, repository)
    about = read_json(root / folder / parquet.DATA)
    _refuse_unknown(repository, split, about["splits"])
    root = on_hub("dataset", repository, [f"{folder}/data/{split}-*.parquet"], revision, None)
    names = [key for key, told in about["columns"].items() if _numeric(told["dtype"])]
    parts = [parquet.read(path, names) for path in sorted(root.glob(f"{folder}/data/{split}-*.parquet"))]
    columns = {key: _stacked([value for part in parts for value in part[key]]) for key in names}
    told = {key: about["columns"][key] for key in names}
    dims = {key: (about["index"], *one["dims"]) for key, one in told.items()}
    units = {key: one["unit"] for key, one in told.items()}
    return Table("/".join(folder.split("/")[1:3]), columns, dims, units, about["blocks"], about["attributes"])


def _refuse_unknown(place: object, split: str, splits: Sequence[str]) -> None:
    if split not in splits or split == UNUSED:
        raise EquidynError(f"{place}: it has no split {split}, only {', '.join(splits)}")


def _numeric(dtype: str) -> bool:
    return dtype != "string"


def _stacked(values: list[Any]) -> np.ndarray:
    try:
        return np.stack([np.asarray(value) for value in values])
    except ValueError:
        told = "the split has rows of different lengths, which are no one array; use datasets.load_dataset"
        raise EquidynError(told) from None
