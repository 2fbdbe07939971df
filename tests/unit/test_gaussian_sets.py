"""Sets of kind gaussian: what params.yaml may say of them, their draws, their checks and their card."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import kstest

from equidyn.core.data import card, store
from equidyn.core.data.labelled import Labelled
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.domains.sets.params import GaussianData, GaussianSource
from equidyn.domains.sets.source import gaussian, gaussian_checks
from equidyn.domains.sets.source.gaussian_draws import SPLIT_STREAMS, Draws, draw, fresh

TREE = {
    "kind": "gaussian",
    "points": 4,
    "dimensions": 3,
    "spreads": [1.0, 0.8],
    "parameter": "variance",
    "split": {"by": "sample", "train": 40, "validation": 10, "test": 21},
    "blocks": 1,
    "seed": 7,
}
STATIC, FRESH = GaussianData(sampling="static"), GaussianData(sampling="fresh")
DRAWS = Draws(points=4, dimensions=3, deviations=(1.0, 0.5), seed=3)


def source(**changes: Any) -> GaussianSource:
    return GaussianSource.model_validate(TREE | changes)


def made(wanted: GaussianData = STATIC, **changes: Any) -> Labelled:
    return gaussian.make(source(**changes), wanted, "study/set", Clock({}, "gaussian"))


def test_the_source_says_what_its_spreads_are() -> None:
    as_variances, as_deviations = source(), source(parameter="std")
    assert as_variances.variances == (1.0, 0.8)
    assert as_variances.deviations == pytest.approx((1.0, np.sqrt(0.8)))
    assert as_deviations.variances == pytest.approx((1.0, 0.64))
    assert as_deviations.deviations == (1.0, 0.8)
    assert as_variances.splits == store.SPLITS


def test_a_number_of_training_samples_counts_instead_of_the_splits() -> None:
    assert source().with_train(None) == source()
    assert source().with_train(6).split.model_dump() == TREE["split"] | {"train": 6}
    assert len(made(GaussianData(sampling="static", train=6)).of_block(1).of("train")[1]) == 6


WRONG = {
    "no vectors": ({"points": 0}, "points\n.*greater than or equal to 1"),
    "no components": ({"dimensions": 0}, "dimensions\n.*greater than or equal to 1"),
    "variance of 0": ({"spreads": [1.0, 0.0]}, r"spreads.1\n.*greater than or equal to 0.000001"),
    "negative variance": ({"spreads": [-1.0, 0.8]}, r"spreads.0\n.*greater than or equal to 0.000001"),
    "beyond single precision": ({"spreads": [1.0, 1e7]}, r"spreads.1\n.*less than or equal to 1000000"),
    "three classes": ({"spreads": [1.0, 0.8, 0.6]}, "at most 2 items"),
    "neither variance nor deviation": ({"parameter": "spread"}, "'variance' or 'std'"),
    "one class only": ({"split": TREE["split"] | {"test": 1}}, r"split.test\n.*greater than or equal to 2"),
    "split of another kind": ({"split": TREE["split"] | {"by": "time"}}, "Input should be 'sample'"),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_wrong_sources_are_told(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        source(**changes)


def test_what_spreads_are_must_be_said() -> None:
    with pytest.raises(ValidationError, match=r"parameter\n.*Field required"):
        GaussianSource.model_validate({key: value for key, value in TREE.items() if key != "parameter"})


def test_the_classes_alternate_and_differ_by_a_factor() -> None:
    alike, labels = draw(replace(DRAWS, deviations=(1.0, 1.0)), (0,), 9)
    np.testing.assert_array_equal(labels, [0, 1, 0, 1, 0, 1, 0, 1, 0])
    assert (alike.shape, alike.dtype, labels.dtype) == ((9, 4, 3), np.float32, np.int64)
    spread, _ = draw(replace(DRAWS, deviations=(2.0, 0.25)), (0,), 9)
    np.testing.assert_array_equal(spread, alike * np.where(labels == 0, 2.0, 0.25).astype(np.float32)[:, None, None])


@pytest.mark.parametrize("stream", [(0,), (3, 1, 5)])
def test_a_longer_draw_begins_with_a_shorter_one(stream: tuple[int, ...]) -> None:
    long, short = draw(DRAWS, stream, 101), draw(DRAWS, stream, 34)
    np.testing.assert_array_equal(long[0][:34], short[0])
    np.testing.assert_array_equal(long[1][:34], short[1])


def test_a_smaller_dataset_is_the_beginning_of_a_larger_one() -> None:
    small, large = (each.of_block(1) for each in (made(GaussianData(sampling="static", train=12)), made()))
    np.testing.assert_array_equal(large.of("train")[0][:12], small.of("train")[0])
    for split in ("validation", "test"):
        np.testing.assert_array_equal(large.of(split)[0], small.of(split)[0])


def test_no_two_streams_share_a_value() -> None:
    parts = [draw(DRAWS, (stream, block), 20)[0] for stream in SPLIT_STREAMS.values() for block in range(3)]
    parts += [fresh(DRAWS, run, epoch, 20)[0] for run in range(3) for epoch in range(3)]
    parts.append(draw(replace(DRAWS, seed=4), (0, 0), 20)[0])
    values = np.concatenate(parts)[::2]  # of one class: in single precision some few may agree by chance
    assert len(np.unique(values)) > values.size - 5


def test_an_epoch_can_be_drawn_again() -> None:
    first, again = fresh(DRAWS, 1, 2, 8), fresh(DRAWS, 1, 2, 8)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])


def test_a_set_is_stored_whole(tmp_path: Path) -> None:
    original = made()
    store.write(tmp_path / "set.h5", original)
    again = store.read(tmp_path / "set.h5", Labelled)
    assert (again.inputs.shape, again.inputs.dtype, again.labels.dtype) == ((142, 4, 3), np.float32, np.int64)
    np.testing.assert_array_equal(again.ranges, [[[0, 40], [40, 50], [50, 71]], [[71, 111], [111, 121], [121, 142]]])
    assert again.content_hash() == original.content_hash()
    assert again.attributes == original.attributes
    assert again.attributes["provenance"]["source"] == "Gaussian sets, drawn here"
    for split, stream in SPLIT_STREAMS.items():
        inputs, labels = draw(gaussian.draws_of(source()), (stream, 1), TREE["split"][split])
        np.testing.assert_array_equal(again.of_block(1).of(split)[0], inputs)
        np.testing.assert_array_equal(again.of_block(1).of(split)[1], labels)


def test_blocks_have_no_set_in_common_and_more_of_them_leave_the_others() -> None:
    few, many = made(blocks=2), made(blocks=4)
    assert (few.blocks, many.blocks) == (3, 5)
    assert len(np.unique(many.inputs.reshape(-1, 12), axis=0)) == len(many.inputs)
    for block in range(3):
        assert few.of_block(block).content_hash() == many.of_block(block).content_hash()


def test_only_the_seed_and_the_settings_decide() -> None:
    assert made().content_hash() == made().content_hash()
    assert made(seed=8).content_hash() != made().content_hash()


def test_a_fresh_set_is_drawn_from_its_file_alone(tmp_path: Path) -> None:
    static, anew = made(STATIC), made(FRESH)
    assert "draws" not in static.attributes
    assert anew.content_hash() == static.content_hash()
    store.write(tmp_path / "set.h5", anew)
    draws = Draws.from_json(store.read(tmp_path / "set.h5", Labelled).attributes["draws"])
    assert draws == gaussian.draws_of(source())
    assert not np.isin(fresh(draws, 1, 1, 40)[0], anew.of("train")[0]).any()


def test_the_checks_say_what_the_classes_are_like() -> None:
    checks = made(FRESH).attributes["checks"]
    json.dumps(checks, allow_nan=False)
    assert (checks["equivariance"], checks["sampling"]) == (None, "fresh")
    assert checks["variances"] == [1.0, 0.8]
    assert [each["sets"] for each in checks["by_split"]["test"]["classes"]] == [22, 20]
    inputs, labels = made().of("test")
    second, sums = inputs[labels == 1].astype(float), np.square(inputs.astype(float)).sum(axis=(1, 2))
    found = checks["by_split"]["test"]["classes"][1]
    assert found["mean"] == pytest.approx(second.mean())
    assert found["variance"] == pytest.approx(np.square(second).mean())
    right = ((sums > checks["bayes_threshold"]) == (labels == 0)).mean()
    assert checks["by_split"]["test"]["bayes_here"] == pytest.approx(right)


def test_how_far_off_is_in_standard_errors() -> None:
    values = 3.0 * np.random.default_rng(0).normal(size=(4000, 4, 5))
    found = gaussian_checks.of_class(values + 0.02, variance=9.0)
    assert found["mean_off"] == pytest.approx((values + 0.02).mean() / (3 / np.sqrt(80_000)))
    by_error = (np.square(values + 0.02).mean() - 9) / (9 * np.sqrt(2 / 80_000))
    assert found["variance_off"] == pytest.approx(by_error, abs=0.02)


def test_the_distribution_is_compared_as_scipy_compares_it() -> None:
    values = np.random.default_rng(1).normal(size=(300, 2, 3))
    expected = kstest(np.square(values).sum(axis=(1, 2)), "chi2", args=(6,))
    found = gaussian_checks.of_class(values, variance=1.0)
    assert found["ks"] == pytest.approx(expected.statistic)
    assert found["ks_p"] == pytest.approx(expected.pvalue, rel=0.03)
    uniform = np.random.default_rng(2).uniform(-np.sqrt(3), np.sqrt(3), size=(3000, 2, 3))  # of variance 1, too
    assert gaussian_checks.of_class(uniform, variance=1.0)["ks_p"] < 1e-6


FAULTS = {
    "mean": (lambda inputs: inputs + 2, r"study/set: class 0 of the split train: its mean is .* \+\d.* off"),
    "too wide": (lambda inputs: inputs * 2, r"class 0 of the split train: its variance is .* \+.* off, and 6 are"),
    "too narrow": (lambda inputs: inputs / 4, r"class 0 of the split train: its variance is .* -\d.* off"),
    "no number": (lambda inputs: inputs * np.float32(np.nan), "class 0 of the split train: its mean is nan"),
}


@pytest.mark.parametrize(("change", "words"), FAULTS.values(), ids=FAULTS)
def test_a_sampler_at_fault_is_told(change: Any, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*asked: Any) -> tuple[np.ndarray, np.ndarray]:
        inputs, labels = draw(*asked)
        return change(inputs), labels

    monkeypatch.setattr(gaussian, "draw", faulty)
    with pytest.raises(EquidynError, match=words):
        made()


def card_text(folder: Path, wanted: GaussianData = STATIC, **changes: Any) -> str:
    card.write(folder, find("sets"), made(wanted, **changes), "study/set", source(**changes), wanted)
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "sets.png", "squares.png"]
    text = (folder / "card.md").read_text(encoding="utf-8")
    assert "{{" not in text and "None" not in text and "velocity" not in text
    return text


def test_the_card_of_a_static_set(tmp_path: Path) -> None:
    text = card_text(tmp_path)
    assert text.startswith("# study/set\n")
    assert made().content_hash() in text and "format `equidyn-labelled-2`" in text
    for piece in (
        "are variances:",
        "Sampling is static",
        "(S_4)",
        "(S_3)",
        "12 degrees of freedom",
        "| 1 | test | [121, 142) |",
    ):
        assert piece in text
    assert f"above {made().attributes['checks']['bayes_threshold']:.6g} it answers class 0, else class 1" in text
    assert "one distribution" not in text


def test_the_card_of_a_fresh_set_of_deviations(tmp_path: Path) -> None:
    text = card_text(tmp_path, GaussianData(sampling="fresh"), parameter="std", spreads=[0.8, 1.0])
    assert "trains on 40 new sets" in text and "Sampling is static" not in text
    assert "are standard deviations:" in text and "| 0 | 0.64 | 0.8 |" in text
    assert "it answers class 1, else class 0" in text


def test_equal_spreads_are_told(tmp_path: Path) -> None:
    checks = made(spreads=[2.0, 2.0]).attributes["checks"]
    assert checks["bayes_accuracy"] == 0.5
    assert checks["classes"].startswith("both classes have one and the same variance")
    text = card_text(tmp_path, spreads=[2.0, 2.0])
    assert "they are one distribution" in text and "The best rule of all" not in text


EXTREMES = {
    "many values": {"points": 30, "dimensions": 20},
    "one value": {"points": 1, "dimensions": 1, "split": {"by": "sample", "train": 2, "validation": 2, "test": 2}},
    "far apart": {"spreads": [1e-6, 1e6], "parameter": "std"},
}


@pytest.mark.parametrize("changes", EXTREMES.values(), ids=EXTREMES)
def test_a_card_of_extremes_can_be_written(tmp_path: Path, changes: dict[str, Any]) -> None:
    text = card_text(tmp_path, **changes)
    assert ("its first 12 vectors and components" in text) == ("points" in changes and changes["points"] > 12)
    json.dumps(made(**changes).attributes, allow_nan=False)


def test_the_lines_of_the_card_read_the_file(workplace: Path) -> None:
    (workplace / "card").mkdir()
    text = card_text(workplace / "card")
    store.write(Path("set.h5"), made())
    names: dict[str, Any] = {"h5py": h5py}
    exec(text.split("```python\n")[1].split("```")[0], names)
    np.testing.assert_array_equal(names["inputs"], made().inputs)
    assert names["splits"] == list(store.SPLITS) and set(names["about"]) == {"provenance", "checks"}
