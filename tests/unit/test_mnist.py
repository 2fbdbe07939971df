"""MNIST in its parquet files: read, compared with what is on record, and refused where it differs."""

import time
from collections.abc import Callable
from pathlib import Path

import mnists
import numpy as np
import pyarrow as pa
import pytest
from hubs import REVISION, free_port, serving, use
from huggingface_hub import constants

from equidyn.core.data import hub
from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.domains.digits.params import DigitsData
from equidyn.domains.digits.source import digits, mnist

PROJECT = Path(__file__).resolve().parents[2]
REAL = PROJECT.parent / "shared/hf-hub"
REAL_PLACE = {"repository": "ylecun/mnist", "revision": "77f3279092a1c1579b2250db8eafed0ad422088c"}
REAL_FILES = {"train": "mnist/train-00000-of-00001.parquet", "test": "mnist/test-00000-of-00001.parquet"}


@pytest.fixture(autouse=True)
def cache(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and an endpoint at which nobody listens."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    use(monkeypatch, free_port())
    return workplace / "cache"


def cached(cache: Path, split: str, content: bytes) -> Path:
    path = cache / "datasets--owner--smoke" / "snapshots" / REVISION / mnists.TREE["files"][split]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_both_sets_are_read_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {mnists.TRAIN: mnists.file_of("train"), mnists.TEST: mnists.file_of("test")}
    with serving(monkeypatch, files):
        first = mnist.load(mnists.source(), mnists.known())
    again = mnist.load(mnists.source(), mnists.known())
    for split in ("train", "test"):
        images, labels = mnists.arrays(split)
        np.testing.assert_array_equal(getattr(first, split).images, images)
        np.testing.assert_array_equal(getattr(again, split).labels, labels)
        assert getattr(again, split).labels.dtype == np.int64
    assert first.words == again.words == "tiny (owner/smoke at 01234567)"


def _of_other_types() -> bytes:
    return mnists.as_file([b""] * 60, pa.array([0.5] * 60))


def _of_another_column() -> bytes:
    return mnists.as_file([b""] * 60, pa.array([0] * 60), name="picture")


GREY = np.zeros((28, 28), np.uint8)
WHOLE = mnists.file_of("train")
CUT_IMAGE = mnists.png(mnists.arrays("train")[0][5])[:400]
ALTERED = mnists.png(mnists.arrays("train")[0][5] ^ np.eye(28, dtype=np.uint8))
BROKEN = {
    "empty": (lambda: b"", r"not a whole parquet file \(.+\)"),
    "truncated": (lambda: WHOLE[: len(WHOLE) // 2], r"not a whole parquet file \(.+\)"),
    "a page of another site": (lambda: b"<html>" * 100, r"not a whole parquet file \(.+\)"),
    "fewer images": (lambda: mnists.file_of("test"), "it holds 30 images, not 60"),
    "another column": (_of_another_column, r"it has the columns \['label'\], and image and label are needed"),
    "other types": (_of_other_types, "label double; expected a structure with binary bytes, and int64"),
    "label 10": (lambda: mnists.file_of("train", labels={7: 10}), "the label of image 7 is 10, not one of 0 to 9"),
    "label -1": (lambda: mnists.file_of("train", labels={0: -1}), "the label of image 0 is -1, not one of 0 to 9"),
    "no label": (lambda: mnists.file_of("train", labels={7: None}), "some image has no label"),
    "other counts": (
        lambda: mnists.file_of("train", labels={3: (int(mnists.arrays("train")[1][3]) + 1) % 10}),
        "it holds .* images of the digits 0 to 9, not",
    ),
    "another pixel": (
        lambda: mnists.file_of("train", images={5: ALTERED}),
        r"images or labels are not those that are on record \(SHA-256",
    ),
    "another side": (
        lambda: mnists.file_of("train", images={5: mnists.png(GREY[:27])}),
        "image 5 is 27 x 28 pixels of mode L, not 28 x 28 grey ones",
    ),
    "colours": (
        lambda: mnists.file_of("train", images={5: mnists.png(np.stack([GREY] * 3, axis=2))}),
        "image 5 is 28 x 28 pixels of mode RGB",
    ),
    "a cut image": (lambda: mnists.file_of("train", images={5: CUT_IMAGE}), r"image 5 is no whole PNG file \(.+\)"),
    "no image": (lambda: mnists.file_of("train", images={59: None}), r"image 59 is no whole PNG file \(.+\)"),
}


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN)
def test_files_that_are_not_on_record_are_refused(content: Callable[[], bytes], words: str, cache: Path) -> None:
    path = cached(cache, "train", content())
    cached(cache, "test", mnists.file_of("test"))
    with pytest.raises(EquidynError, match=words) as caught:
        mnist.load(mnists.source(), mnists.known())
    assert not isinstance(caught.value, hub.UnavailableError)
    assert str(caught.value).startswith(f"{path}: not the tiny that is on record: ")
    assert str(caught.value).endswith("Delete it, and fetch it again")


def test_a_changed_byte_of_the_file_is_found(cache: Path) -> None:
    """Wherever it is: in what parquet says of itself, in a compressed image, in a label."""
    path = cached(cache, "train", WHOLE)
    for place in np.linspace(10, len(WHOLE) - 10, 25).astype(int):
        changed = bytearray(WHOLE)
        changed[place] ^= 0x20
        path.write_bytes(changed)
        try:
            found = mnist.read(path, mnists.facts("train"), "tiny")
        except EquidynError:
            continue
        np.testing.assert_array_equal(found.images, mnists.arrays("train")[0])  # a byte that nothing depends on
        np.testing.assert_array_equal(found.labels, mnists.arrays("train")[1])


def test_moments_are_compared(cache: Path) -> None:
    cached(cache, "train", WHOLE)
    cached(cache, "test", mnists.file_of("test"))
    with pytest.raises(EquidynError, match=r"its pixels have mean 0\.\d{4} and standard deviation .*, not 0\.1307 and"):
        mnist.load(mnists.source(), mnists.known(mean=0.1307))


def test_what_a_link_points_to_is_named(cache: Path) -> None:
    """The client keeps files as links; without the file behind it, a deleted link would come back as it was."""
    path, blob = cached(cache, "train", b""), cache / "blob"
    blob.write_bytes(b"half a file")
    path.unlink()
    path.symlink_to(blob)
    with pytest.raises(EquidynError, match=f"Delete it and {blob}, to which it points, and fetch it again"):
        mnist.read(path, mnists.facts("train"), "tiny")


@pytest.mark.skipif(not REAL.exists(), reason="no cache with all of MNIST beside the project")
def test_the_real_files_are_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(REAL))
    split = {"by": "sample", "train": 55_000, "validation": 5_000, "test": 10_000}
    source = mnists.source(**REAL_PLACE, files=REAL_FILES, split=split)
    started = time.monotonic()
    made = digits.make(source, DigitsData(origins=["huggingface"]), "study/mnist", Clock({}, "digits"))
    print(f"MNIST read, checked, made 14 x 14: {time.monotonic() - started:.1f} s")
    checks = made.attributes["checks"]
    assert made.inputs.shape == (70_000, 14, 14)
    assert (round(checks["mean"], 4), round(checks["sd"], 4)) == (0.1307, 0.3081)
    assert np.add(checks["histogram"]["train"], checks["histogram"]["validation"]).tolist() == list(
        mnist.MNIST.train.histogram
    )
    assert checks["histogram"]["test"] == list(mnist.MNIST.test.histogram)
    assert made.attributes["provenance"]["source"] == "MNIST (ylecun/mnist at 77f32790)"
    assert made.of("train")[0].mean() == pytest.approx(0.1307, abs=5e-4)
