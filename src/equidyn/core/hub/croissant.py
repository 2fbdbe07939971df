"""A dataset's description in Croissant 1.1, the vocabulary for data of machine learning (mlcommons.org/croissant)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from equidyn.core.files import sha256
from equidyn.core.hub.columns import Licence
from equidyn.core.hub.fields import Field
from equidyn.core.hub.item import name_of

NAME = "croissant.json"
_TYPES = {"float32": "cr:Float32", "float64": "cr:Float64", "int64": "cr:Int64", "string": "sc:Text"}
_TERMS = (  # which the specification wants in every file
    "arrayShape citeAs column containedIn equivalentProperty extract field fileObject fileProperty fileSet format "
    "includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace "
    "samplingRate separator source subField transform"
)
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}


def text_of(
    name: str, link: str, files: Mapping[str, Path], fields: Sequence[Field], licence: Licence, written: str
) -> str:
    """The description of the dataset `name`, whose parquet files, of those in `files`, are to be had below `link`.

    There is a set of records for each file. written: when the dataset was made.
    """
    tables = {file: path for file, path in files.items() if file.endswith(".parquet")}
    tree = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": name_of(name),
        "description": f"The dataset {name}, made by equidyn. Licence: {licence.name}; {licence.words}.",
        "url": link,
        "license": licence.name,
        "citeAs": f"{name}, a dataset of equidyn; {licence.words}",
        "datePublished": written,
        "version": "1.0.0",
        "distribution": [_file(file, path, link) for file, path in tables.items()],
        "recordSet": [_records(file, fields) for file in tables],
    }
    return json.dumps(tree, indent=1) + "\n"


def _file(name: str, path: Path, link: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": f"{link}/{name}",
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": sha256(path),
    }


def _records(file: str, fields: Sequence[Field]) -> dict[str, Any]:
    split, first, *_ = Path(file).stem.split("-")
    name = split if "-of-00001" in file else f"{split}-{first}"
    columns = [_field(name, file, field) for field in fields]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": columns}


def _field(records: str, file: str, field: Field) -> dict[str, Any]:
    axes, unit = ", ".join(field.dims), f" [{field.about.unit}]" if field.about.unit else ""
    shape = ",".join(str(-1 if length is None else length) for length in field.shape)
    return {
        "@type": "cr:Field",
        "@id": f"{records}/{field.name}",
        "name": field.name,
        "description": f"{f'({axes}) ' if axes else ''}{field.about.meaning}{unit}",
        "dataType": _TYPES.get(field.dtype, "sc:Number"),
        **({"isArray": True, "arrayShape": shape} if shape else {}),
        "source": {"fileObject": {"@id": file}, "extract": {"column": field.name}},
    }
