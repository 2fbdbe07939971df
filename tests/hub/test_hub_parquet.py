"""Datasets as parquet files and back, without a Hub: of any domain, in one file or several."""

import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet as arrow

from equidyn.core.data import store
from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import Stored
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.hub import parquet
from equidyn.core.hub.columns import UNKNOWN, domain_of, licence
from equidyn.core.hub.fields import fields_of
from equidyn.core.hub.whole import outline, read
from equidyn.domains.smoke.source.fields import Fields

DICE = np.random.default_rng(0)


def _about(**own: object) -> dict:
    params = {"studies.s.source": {"kind": "unheard", "dt": 0.5}, "studies.s.datasets.d": own}
    return {"provenance": {"params": params}, "checks": {"rms": {"train": 1.0}}}


def _labelled() -> Labelled:
    """The last sample is in no split."""
    ranges = store.laid_out({"train": 3, "validation": 1, "test": 1}, 2)
    return Labelled(DICE.random((11, 4, 5), "float32"), np.arange(11) % 3, ranges, _about(sampling="fresh", train=3))


def _fields() -> Fields:
    """Stretches of different lengths, and frames in no split."""
    ranges = np.array([[[0, 3], [4, 6], [0, 0]], [[1, 4], [4, 7], [0, 0]], [[0, 0], [0, 0], [2, 5]]])
    velocity = DICE.random((3, 7, 2, 4, 4), "float32")
    return Fields(velocity, np.arange(3), np.arange(3), ranges, _about(value=0.25), block=np.array([0, 0, 1]))


@pytest.mark.parametrize("largest", [10**9, 200])
@pytest.mark.parametrize("made", [_labelled, _fields])
def test_the_same_file_comes_back(made: object, largest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a domain that says nothing of its datasets; in several files, if one would be too large."""
    monkeypatch.setattr(parquet, "LARGEST", largest)
    dataset: Stored = made()
    store.write(tmp_path / "one.h5", dataset)
    whole = read(tmp_path / "one.h5")
    assert list(parquet.files(outline(tmp_path / "one.h5"))) == list(parquet.files(whole))
    files = parquet.write(tmp_path, whole, fields_of(None, whole))
    assert (len([name for name in files if "train" in name]) > 1) == (largest == 200)
    store.write(tmp_path / "two.h5", parquet.restored(files))
    assert (tmp_path / "two.h5").read_bytes() == (tmp_path / "one.h5").read_bytes()
    assert store.read(tmp_path / "two.h5", type(dataset)).content_hash() == dataset.content_hash()


def test_rows_say_where_they_are_and_columns_what_they_are(tmp_path: Path) -> None:
    store.write(tmp_path / "one.h5", _fields())
    whole = read(tmp_path / "one.h5")
    files = parquet.write(tmp_path, whole, fields_of(find("smoke"), whole))
    table = arrow.read_table(files["data/validation-00000-of-00001.parquet"])
    rows = table.select(["simulation", "block", "first_frame", "time", "value"]).to_pylist()
    assert rows == [
        {"simulation": 0, "block": 0, "first_frame": 4, "time": [2.0, 2.5], "value": 0.25},
        {"simulation": 1, "block": 0, "first_frame": 4, "time": [2.0, 2.5, 3.0], "value": 0.25},
    ]
    told = table.schema.field("velocity").metadata
    assert (told[b"dims"], told[b"unit"]) == (b"time component y x", b"length/time")
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    assert features["velocity"] == {"shape": [None, 2, 4, 4], "dtype": "float32", "_type": "Array4D"}
    unused = arrow.read_table(files["data/unused-00000-of-00001.parquet"])
    assert unused["first_frame"].to_pylist() == [3, 6, 0, 0, 5]


def test_a_file_that_lacks_rows_is_refused(tmp_path: Path) -> None:
    store.write(tmp_path / "one.h5", _labelled())
    whole = read(tmp_path / "one.h5")
    files = parquet.write(tmp_path, whole, fields_of(None, whole))
    path = files["data/train-00000-of-00001.parquet"]
    arrow.write_table(arrow.read_table(path).slice(1), path)
    with pytest.raises(EquidynError, match=r"data\.json tells of more rows than there are"):
        parquet.restored(files)


def test_a_domain_is_found_by_its_arrays_and_says_the_licence(tmp_path: Path) -> None:
    arrays = {"inputs": np.zeros((1, 2, 2)), "labels": np.zeros(1)}
    assert (domain_of("digits", arrays), domain_of("gaussian", arrays)) == (find("digits"), find("sets"))
    assert domain_of("unheard", arrays) is None
    assert licence(find("digits"), {"kind": "digits"}, {"origin": "huggingface"}).name == "other"
    assert licence(find("smoke"), {"kind": "archive"}, {}) == licence(None, {"kind": "mine"}, {}) == UNKNOWN
