"""Sets of kind rotation: what params.yaml may say of them, their splits, their checks and their card."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import archives
import numpy as np
import pytest
import rotations
import yaml
from pydantic import ValidationError
from toy import TREE

from equidyn.core.data import card, prepare, store
from equidyn.core.domain import find
from equidyn.core.params import load
from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.rotation import RotationData
from equidyn.domains.smoke.source import archive
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.rotation import ranges

SPLITS = ("train", "validation", "future", "domain")


def test_the_source_tells_its_splits() -> None:
    published = rotations.source(rotations.PUBLISHED)
    assert published.splits == SPLITS
    assert published.lengths() == {"train": 160, "validation": 40, "future": 50, "domain": 100}
    assert published.frames == 310


def split(**changes: Any) -> dict[str, Any]:
    return {"split": rotations.SMALL["split"] | changes}


WRONG = {
    "held out, but on another side": ({"domain": [[6, 2]]}, r"domain: \[6, 2\] does not exist; .* on side 1"),
    "held out, but not simulated": ({"domain": [[9, 0]]}, r"domain: \[9, 0\] does not exist; .* are 1 to 7"),
    "unused, but not simulated": ({"unused": [[8, 3]]}, r"unused: \[8, 3\] does not exist"),
    "no such side": ({"domain": [[6, 4]]}, "less than 4"),
    "named twice": ({"unused": [[6, 1]]}, "simulation 6 is named twice"),
    "nothing held out": ({"domain": []}, "at least 1 item"),
    "nothing left": ({"simulations": 2, "domain": [[1, 0], [2, 1]], "unused": []}, "none of the 2 simulations is left"),
    "reversed range": (split(future=[9, 6]), "future: start 9 must be below stop 6"),
    "range beyond the frames": (split(domain=[0, 10]), "reaches beyond the 9 stored frames"),
    "split of another kind": (split(by="time"), "Input should be 'task'"),
    "inflow outside": ({"inflow": {"distance": 64.0, "radius": 5.0}}, "must lie inside the box of size 64.0"),
    "five sides": ({"sides": [1.0] * 5}, "at most 4 items"),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_wrong_sources_are_told(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        rotations.source(**changes)


def test_ranges_keep_held_out_simulations_apart() -> None:
    table = ranges(rotations.source())
    trained = [[0, 4], [4, 6], [6, 9], [0, 0]]
    held_out = [[0, 0], [0, 0], [0, 0], [0, 5]]
    unused = [[0, 0]] * 4
    np.testing.assert_array_equal(table, [trained, trained, held_out, trained, trained, held_out, unused])


@pytest.fixture(scope="module")
def true() -> Fields:
    """The small set."""
    return rotations.made(rotations.source())


def test_a_set_keeps_its_splits_and_carries_its_checks(true: Fields, tmp_path: Path) -> None:
    store.write(tmp_path / "set.h5", true)
    again = store.read(tmp_path / "set.h5", Fields)
    assert again.splits == SPLITS
    assert again.velocity.shape == (7, 9, 2, 12, 12)
    measured = again.attributes["checks"]
    assert measured["equivariance"] == dict.fromkeys(("absolute", "relative", "pairwise", "published"))
    assert set(measured["rms"]) == set(SPLITS)
    held_out = true.velocity[[2, 5], :5].astype(float)
    np.testing.assert_allclose(measured["rms"]["domain"], np.sqrt(np.square(held_out).mean()))
    up = np.linalg.norm(true.velocity[[0, 4]].astype(float), axis=2).mean()
    np.testing.assert_allclose(measured["mean_speed_by_direction"]["up"], up)
    assert again.attributes["provenance"]["source"] == "PhiFlow 3.4.0 smoke, simulated here"
    json.dumps(again.attributes, allow_nan=False)


def card_text(folder: Path, made: Fields, source: Any, wanted: Any) -> str:
    card.write(folder, find("smoke"), made, "study/set", source, wanted)
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "course.png", "frames.png"]
    text = (folder / "card.md").read_text(encoding="utf-8")
    assert "{{" not in text and "None" not in text
    assert made.content_hash() in text
    return text


def test_the_card_says_what_the_symmetry_is_worth(true: Fields, tmp_path: Path) -> None:
    text = card_text(tmp_path, true, rotations.source(), RotationData(vector_action="true"))
    for piece in ("No two simulations share a buoyancy", "chaotic", "equivariance error | not defined"):
        assert piece in text
    assert "| 6 | 1 | left | 0.3 | domain |" in text
    assert "| 5 | 0 | up | 0.25 | train, validation, future |" in text
    assert "| 7 | 2 | down | 0.35 | nothing |" in text
    assert "| domain | 3, 6 | 2 | [0, 5) |" in text
    assert "negat" not in text and "Not even that symmetry" not in text


def test_the_card_says_what_is_negated_and_what_is_uneven(true: Fields, tmp_path: Path) -> None:
    uneven = rotations.source(sides=[1.0, 1.0, 1.1, 1.0])
    text = card_text(tmp_path, true, uneven, RotationData(vector_action="published"))
    assert "(vx, -vy) at the cells' centres" in text
    assert "stored negated, as (vx, -vy)" in text and "Arrows: velocity as stored, with vy negated" in text
    assert "times 1.0, 1.0, 1.1, 1.0 on sides 0, 1, 2, 3" in text and "Not even that symmetry is whole" in text
    assert "| 7 | 2 | down | 0.385 | nothing |" in text


@pytest.mark.parametrize("layout", ["rotation", "levels"])
@pytest.mark.parametrize("action", ["true", "published"])
def test_the_card_of_an_archive(layout: str, action: str, workplace: Path) -> None:
    by_dataset = layout == "rotation"
    archives.zipped(archives.rotation_members() if by_dataset else archives.levels_members())
    source = (
        archives.source(archives.ROTATION) if by_dataset else archives.source(archives.LEVELS, vector_action=action)
    )
    wanted = RotationData(vector_action=action) if by_dataset else archives.LEVEL
    made = archive.make(source, wanted, "study/set", Clock({}, "archive"))
    (workplace / "card").mkdir()
    text = card_text(workplace / "card", made, source, wanted)
    assert "published.zip" in text and "nothing was simulated" in text and "no smoke is stored" in text
    assert ("stored negated, as (vx, -vy)" in text) == (action == "published")
    assert ("equivariance error | not defined" in text) == by_dataset
    assert ("which makes them true turns" in text) == (layout == "levels" and action == "true")
    assert f"| 0 | {made.scene[0]} |" in text and "raw_data_" in text


def test_prepare_makes_a_set_of_this_kind(workplace: Path) -> None:
    tree = yaml.safe_load(yaml.safe_dump(TREE))
    study = tree["studies"]["toy"]
    study["source"] = yaml.safe_load(yaml.safe_dump(rotations.SMALL))
    study["datasets"] = {"published-sign": {"vector_action": "published"}}
    study["task"] |= {"input_frames": 1, "train_steps": 1, "test_steps": 1}
    Path("params.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    made = store.read(prepare.run(load(), "toy", "published-sign"), Fields)
    assert made.splits == SPLITS
    assert set(made.attributes["provenance"]["params"]) == {
        "studies.toy.source",
        "studies.toy.datasets.published-sign",
    }
    assert Path("data/datasets/toy/published-sign.card/card.md").is_file()


def test_phiflow_is_imported_for_simulations_only() -> None:
    """It costs seconds; an archive is read without it."""
    script = (
        "import sys, equidyn.core.data.prepare, equidyn.domains.smoke.source.archive\n"
        "assert not {'phi', 'phiml'} & set(sys.modules)\n"
        "import equidyn.domains.smoke.source.rotation\n"
        "assert 'phi' in sys.modules\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
