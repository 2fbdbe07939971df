"""Sets of kind digits: which images of an origin they take, their checks and their card."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import mnists
import numpy as np
import pytest
import sklearn.datasets
from hubs import REVISION, free_port, use
from huggingface_hub import constants
from pydantic import ValidationError

from equidyn.core.data import card, store
from equidyn.core.data.labelled import Labelled
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.domains.digits.params import DigitsData, DigitsSource
from equidyn.domains.digits.source import area, digits, digits_checks, mnist, optdigits

BOTH = DigitsData(origins=["huggingface", "optdigits"])
BUNDLED = DigitsData(origins=["optdigits"])
LARGE = {"by": "sample", "train": 55_000, "validation": 5_000, "test": 10_000}


@pytest.fixture(autouse=True)
def cache(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, an endpoint at which nobody listens, and the small sets on record as MNIST."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    monkeypatch.setitem(digits.ORIGINS, "huggingface", partial(mnist.load, known=mnists.known()))
    use(monkeypatch, free_port())
    return workplace / "cache"


@pytest.fixture
def filled(cache: Path) -> Path:
    """The cache with both files of the small sets."""
    return mnists.fill(cache)


def made(wanted: DigitsData = BOTH, **changes: Any) -> Labelled:
    return digits.make(mnists.source(**changes), wanted, "study/set", Clock({}, "digits"))


WRONG = {
    "too small": ({"side": 3}, "side\n.*greater than or equal to 4"),
    "larger than the origin's": ({"side": 29}, "side\n.*less than or equal to 28"),
    "a branch": ({"revision": "main"}, "expected a commit, 40 digits"),
    "no test file": ({"files": {"train": "a"}}, "files.test\n.*Field required"),
    "no images": ({"split": LARGE | {"validation": 0}}, "greater than or equal to 1"),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_wrong_sources_are_told(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        mnists.source(**changes)


def test_wrong_origins_are_told() -> None:
    for origins in ([], ["optdigits", "optdigits"], ["kaggle"]):
        with pytest.raises(ValidationError, match="origins"):
            DigitsData(origins=origins)


def test_splits_are_of_different_images(filled: Path) -> None:
    found = made(side=28)
    images, _ = mnists.arrays("train")
    known = {picture.tobytes(): row for row, picture in enumerate(images)}
    rows = {}
    for split in ("train", "validation"):
        bytes_of = np.round(found.of(split)[0] * 255).astype(np.uint8)
        rows[split] = [known[picture.tobytes()] for picture in bytes_of]
        np.testing.assert_array_equal(found.of(split)[1], mnists.arrays("train")[1][rows[split]])
    assert len({*rows["train"], *rows["validation"]}) == 50
    assert sorted(rows["train"]) != rows["train"]
    tests = {picture.tobytes() for picture in mnists.arrays("test")[0]}
    assert all(np.round(each * 255).astype(np.uint8).tobytes() in tests for each in found.of("test")[0])


def test_blocks_have_no_image_in_common_and_more_of_them_leave_the_others(filled: Path) -> None:
    split = {"by": "sample", "train": 6, "validation": 2, "test": 3}
    few, many = made(split=split, blocks=2), made(split=split, blocks=4)
    assert len(np.unique(many.inputs.reshape(len(many.inputs), -1), axis=0)) == len(many.inputs) == 5 * 11
    for block in range(3):
        assert few.of_block(block).content_hash() == many.of_block(block).content_hash()


def test_blocks_of_a_small_origin_shrink_alike(filled: Path, capsys: pytest.CaptureFixture) -> None:
    found = made(blocks=4)
    assert found.attributes["checks"]["counts"] == {"train": 9, "validation": 2, "test": 6}
    assert len(np.unique(found.inputs.reshape(len(found.inputs), -1), axis=0)) == len(found.inputs) == 5 * 17
    assert "fewer images per block than wanted: train 9 of 40" in capsys.readouterr().err
    with pytest.raises(EquidynError, match=r"too few images for 31 blocks; lower source\.blocks"):
        made(blocks=30)


def test_images_are_averaged_over_areas(filled: Path) -> None:
    whole, small = made(side=28), made(side=14)
    expected = area.resized(whole.inputs.astype(np.float64), 14)
    np.testing.assert_allclose(small.inputs, expected, rtol=0, atol=1e-7)
    assert small.inputs.dtype == np.float32
    np.testing.assert_array_equal(small.labels, whole.labels)


def test_images_are_resized_as_published_where_that_is_asked_for(filled: Path) -> None:
    whole, small = made(side=28), made(side=14, resize="bilinear")
    expected = area.bilinear(28, 14) @ whole.inputs.astype(np.float64) @ area.bilinear(28, 14).T
    np.testing.assert_allclose(small.inputs, expected, rtol=0, atol=1e-7)
    assert abs(small.inputs - made(side=14).inputs).max() > 0.01


def test_a_smaller_dataset_is_the_beginning_of_a_larger_one(filled: Path) -> None:
    small, large = made(DigitsData(origins=["huggingface"], train=12)), made()
    assert small.attributes["checks"]["counts"] == {"train": 12, "validation": 10, "test": 20}
    np.testing.assert_array_equal(small.of("train")[0], large.of("train")[0][:12])
    for split in ("validation", "test"):
        np.testing.assert_array_equal(small.of(split)[0], large.of(split)[0])


def test_only_the_seed_and_the_settings_decide(filled: Path) -> None:
    assert made().content_hash() == made().content_hash()
    assert made(seed=4).content_hash() != made().content_hash()


SHARES = {
    "enough": ({}, None, (60_000, 10_000), (55_000, 5_000, 10_000)),
    "too few to train": ({}, None, (1_200, 10_000), (1_100, 100, 10_000)),
    "too few of both": ({}, None, (1_200, 597), (1_100, 100, 597)),
    "a part": ({}, 5_500, (1_200, 597), (110, 100, 597)),
    "a part where there is enough": ({}, 600, (60_000, 10_000), (600, 5_000, 10_000)),
    "more than the source's": ({"train": 1_000}, 55_000, (1_200, 597), (1_100, 100, 597)),
    "never none": ({}, 10, (1_200, 597), (1, 100, 597)),
}


@pytest.mark.parametrize(("split", "train", "there", "expected"), SHARES.values(), ids=SHARES)
def test_too_few_images_are_shared_in_proportion(
    split: dict[str, int], train: int | None, there: tuple[int, int], expected: tuple[int, int, int]
) -> None:
    found = digits.shares(mnists.source(split=LARGE | split), train, *there)
    assert tuple(found.values()) == expected
    assert list(found) == ["train", "validation", "test"]


def test_fewer_images_are_told(capsys: pytest.CaptureFixture) -> None:
    checks = made(BUNDLED, split=LARGE).attributes["checks"]
    assert checks["counts"] == {"train": 1_100, "validation": 100, "test": 597}
    assert checks["wanted_counts"] == {"train": 55_000, "validation": 5_000, "test": 10_000}
    assert checks["shrunk"]
    message = (
        "study/set: fewer images per block than wanted: train 1100 of 55000, validation 100 of 5000, test 597 of 10000"
    )
    assert message in capsys.readouterr().err


def test_bundled_digits_are_laid_out_as_those_of_mnist() -> None:
    found, raw = optdigits.load(), sklearn.datasets.load_digits()
    images = np.concatenate([found.train.images, found.test.images])
    assert (images.shape, images.dtype, images.min(), images.max()) == ((1_797, 28, 28), np.float32, 0, 1)
    middle = images[:, 4:24, 4:24]
    assert images.sum() == middle.sum()
    np.testing.assert_allclose(middle.mean(axis=(1, 2)), raw.images.mean(axis=(1, 2)) / 16, rtol=1e-6)
    np.testing.assert_array_equal(np.concatenate([found.train.labels, found.test.labels]), raw.target)
    assert len(found.test.labels) == optdigits.TEST
    assert min(found.test.histogram) >= 55 and min(found.train.histogram) >= 117


def test_other_bundled_digits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = sklearn.datasets.load_digits()
    other.images[8, 3, 3] = 16 - other.images[8, 3, 3]
    monkeypatch.setattr(sklearn.datasets, "load_digits", lambda: other)
    with pytest.raises(EquidynError, match=r"scikit-learn 1.*its digits are not those we know: images or labels"):
        made(BUNDLED)


def test_the_checks_say_what_the_images_are_like(filled: Path) -> None:
    found = made()
    checks = found.attributes["checks"]
    json.dumps(checks, allow_nan=False)
    pixels = mnists.arrays("train")[0] / 255
    assert (checks["mean"], checks["sd"]) == (pytest.approx(pixels.mean()), pytest.approx(pixels.std()))
    assert checks["equivariance"] is None
    for split, counts in checks["histogram"].items():
        assert counts == [int((found.of(split)[1] == digit).sum()) for digit in range(10)]
    # Noise has no direction: its mean is as far from the turned one as chance alone takes the means of two halves.
    assert checks["mean_turned"][0] == pytest.approx(checks["mean_halves"], rel=0.5)


def test_an_image_that_no_turn_changes_is_not_apart_from_it() -> None:
    rings = np.add.outer(*[np.square(np.arange(8) - 3.5)] * 2)
    assert digits_checks.turned_apart(rings[None]) == [0, 0, 0]
    halves = np.stack([rings, 3 * rings])
    assert digits_checks.halves_apart(halves) == pytest.approx(1)
    assert digits_checks.halves_apart(halves[:1]) is None
    half_plane = np.repeat([[1.0, 0.0]], 2, axis=0)[None]
    assert digits_checks.turned_apart(half_plane) == pytest.approx([1, np.sqrt(2), 1])


def card_text(folder: Path, wanted: DigitsData, **changes: Any) -> str:
    folder.mkdir()
    source: DigitsSource = mnists.source(**changes)
    card.write(folder, find("digits"), made(wanted, **changes), "study/set", source, wanted)
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "means.png", "samples.png"]
    text = (folder / "card.md").read_text(encoding="utf-8")
    assert "{{" not in text and "None" not in text and "velocity" not in text
    return text


def test_the_cards_say_where_the_images_are_from(filled: Path, workplace: Path) -> None:
    text = card_text(workplace / "first", BOTH)
    assert "Used: **MNIST**." in text and "was not available" not in text and "fewer images" not in text
    assert REVISION in text and "averaging over areas" in text and "| 0 | test | [50, 70) |" in text
    (filled / mnists.TRAIN).unlink()
    text = card_text(workplace / "second", BOTH, side=28, split=LARGE)
    assert "Used: **optdigits**." in text and "MNIST was not available: mnist/train.parquet of the dataset" in text
    assert "| train | 55000 | 1100 |" in text and "CC BY 4.0" in text and "From 28 x 28" not in text


def test_the_lines_of_the_card_read_the_file(filled: Path, workplace: Path) -> None:
    text = card_text(workplace / "card", BOTH)
    store.write(Path("set.h5"), made())
    names: dict[str, Any] = {"h5py": h5py}
    exec(text.split("```python\n")[1].split("```")[0], names)
    np.testing.assert_array_equal(names["inputs"], made().inputs)
    assert names["splits"] == list(store.SPLITS) and set(names["about"]) == {"provenance", "checks"}
    assert store.read(Path("set.h5"), Labelled).content_hash() == made().content_hash()


def test_a_card_of_few_images_can_be_written(workplace: Path) -> None:
    card_text(workplace / "card", BUNDLED, split={"by": "sample", "train": 1, "validation": 1, "test": 1}, side=4)


def test_packages_that_load_slowly_wait_until_they_are_needed() -> None:
    slow = {"pyarrow", "sklearn", "huggingface_hub"}
    code = f"import sys, equidyn.domains.digits.source.digits; assert not {slow} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
