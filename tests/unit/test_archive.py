"""The importer of the published archives: what it makes of a whole one, and what it misses in others."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from archives import (
    CELLS,
    DOMAIN,
    FRAMES,
    LEVEL,
    LEVELS,
    PUBLISHED,
    ROTATION,
    TRAIN,
    TRUE,
    fields,
    levels_members,
    made,
    rotation_members,
    same_bits,
    saved,
    source,
    zipped,
)
from pydantic import ValidationError

from equidyn.core.errors import EquidynError
from equidyn.domains.smoke.params.smoke import PublishedLevel

pytestmark = pytest.mark.usefixtures("workplace")
FIRST = "Rotation/raw_data_3_2.pt"


def test_rotation_is_read_bit_by_bit() -> None:
    zipped(rotation_members())
    found = made(source(ROTATION), TRUE)
    assert found.velocity.dtype == np.float32
    assert all(same_bits(found.velocity[row], fields(k)) for row, (k, _) in enumerate([*TRAIN, *DOMAIN]))


def test_rotation_rows_say_what_they_are() -> None:
    zipped(rotation_members())
    found = made(source(ROTATION), TRUE)
    assert found.scene.tolist() == [3, 1, 4, 2]
    assert found.direction.tolist() == [2, 0, 3, 1]
    assert found.splits == ("train", "validation", "future", "domain")
    trained, held_out = [[0, 5], [5, 8], [8, 12], [0, 0]], [[0, 0], [0, 0], [0, 0], [1, 9]]
    assert found.ranges.tolist() == [trained, trained, trained, held_out]
    assert found.density is None


def test_published_action_negates_vy_and_nothing_else() -> None:
    zipped(rotation_members())
    found = made(source(ROTATION), PUBLISHED)
    expected = fields(3) * torch.tensor([1.0, -1.0])[:, None, None]
    assert same_bits(found.velocity[0], expected)


@pytest.mark.parametrize("member", ["raw_data", "data"])
def test_levels_are_read_under_either_name_in_counter_clockwise_order(member: str) -> None:
    zipped(levels_members(member))
    found = made(source(LEVELS), LEVEL)
    published = (0, 3, 2, 1)  # up, left, down, right as the authors number them: up, right, down, left
    signs = (1, -1, 1, -1)
    assert found.direction.tolist() == [0, 1, 2, 3]
    assert found.scene.tolist() == [0] * 4
    for row, (number, sign) in enumerate(zip(published, signs, strict=True)):
        assert same_bits(found.velocity[row], sign * fields(number))
    assert (found.ranges == np.array([[0, 6], [6, 9], [9, 12]])).all()
    assert "published_table_entry" in found.attributes["checks"]


def test_levels_under_the_published_action_negate_vy_in_all_directions() -> None:
    zipped(levels_members())
    found = made(source(LEVELS, vector_action="published"), LEVEL)
    mirror = torch.tensor([1.0, -1.0])[:, None, None]
    assert all(same_bits(found.velocity[row], fields(number) * mirror) for row, number in enumerate((0, 3, 2, 1)))


def test_the_name_that_the_published_loader_reads_comes_first() -> None:
    zipped(levels_members("data") | {"equivariance_test/E_2/raw_data_0.pt": saved(fields(40))})
    found = made(source(LEVELS), LEVEL)
    assert same_bits(found.velocity[0], fields(40))
    assert found.attributes["provenance"]["archive"]["members"][0] == "equivariance_test/E_2/raw_data_0.pt"


def test_older_format_of_torch_and_longer_members_are_read() -> None:
    old = saved(fields(3, FRAMES + 5), _use_new_zipfile_serialization=False)
    zipped(rotation_members() | {FIRST: old, "Rotation/raw_data_40_3.pt": b"not looked at", "__MACOSX/x": b""})
    found = made(source(ROTATION), TRUE)
    assert same_bits(found.velocity[0], fields(3, FRAMES + 5)[:FRAMES])


def test_provenance_says_what_was_read() -> None:
    path = zipped(rotation_members())
    origin = made(source(ROTATION), TRUE).attributes["provenance"]
    assert origin["source"] == "read from published.zip, not simulated here"
    assert origin["archive"] == {
        "file": "published.zip",
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "members": list(rotation_members()),
    }


def test_progress_is_told(capsys: pytest.CaptureFixture) -> None:
    zipped(rotation_members())
    made(source(ROTATION), TRUE)
    assert "prepare study/set: 4/4 members read" in capsys.readouterr().err


def _refusal(tree: dict = ROTATION, wanted: object = TRUE) -> str:
    with pytest.raises(EquidynError) as caught:
        made(source(tree), wanted)
    return str(caught.value)


def test_missing_members_are_all_named() -> None:
    members = rotation_members()
    del members[FIRST], members["Rotation/raw_data_2_1.pt"]
    zipped(members)
    message = _refusal()
    assert "published.zip: 2 of 4 members are missing: raw_data_3_2.pt, raw_data_2_1.pt." in message
    assert "It has 2: Rotation/raw_data_1_0.pt, Rotation/raw_data_4_3.pt" in message


def test_a_level_that_is_not_there_is_named() -> None:
    zipped(levels_members())
    message = _refusal(LEVELS, PublishedLevel(level="E", value=5))
    assert "4 of 4 members are missing: E_5/raw_data_0.pt or E_5/data_0.pt" in message


def test_levels_of_an_archive_have_no_number_of_training_scenes() -> None:
    zipped(levels_members())
    assert "one scene per level" in _refusal(LEVELS, PublishedLevel(level="E", value=2, train=3))


def test_missing_archive_is_named() -> None:
    assert "published.zip: no such file" in _refusal()


def test_another_archive_than_the_pinned_one_is_refused() -> None:
    zipped(rotation_members())
    expected = "0" * 64
    message = _refusal(ROTATION | {"sha256": expected})
    assert expected in message
    assert hashlib.sha256(Path("published.zip").read_bytes()).hexdigest() in message


def test_the_pinned_archive_is_read() -> None:
    digest = hashlib.sha256(zipped(rotation_members()).read_bytes()).hexdigest()
    made(source(ROTATION, sha256=digest), TRUE)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_not_finite_are_named(value: float) -> None:
    broken = fields(3).clone()
    broken[7, 1, 2, 3] = broken[9, 0, 0, 0] = value
    zipped(rotation_members() | {FIRST: saved(broken)})
    assert _refusal() == f"published.zip: member {FIRST}: values that are not finite in 2 frames, the first is 7"


def test_the_divergence_of_a_staggered_field_is_seen() -> None:
    stream = torch.randn(FRAMES, CELLS + 1, CELLS + 1, dtype=torch.float64)
    vx, vy = stream.diff(dim=1)[..., :CELLS], -stream.diff(dim=2)[:, :CELLS]
    free = torch.stack([vx, vy], dim=1).float()
    zipped(rotation_members() | {name: saved(free) for name in rotation_members()})
    assert made(source(ROTATION), TRUE).attributes["checks"]["max_divergence"] < 1e-5
    zipped(rotation_members() | {name: saved(free.flip(1)) for name in rotation_members()})
    assert made(source(ROTATION), TRUE).attributes["checks"]["max_divergence"] > 1


REMOTE = {"path": None, "repository": "owner/smoke", "revision": "0" * 40, "file": "Smoke/Rotation.zip"}
WRONG = {
    "no place": (ROTATION | {"path": None}, "give either path, or repository, revision and file"),
    "two places": (ROTATION | REMOTE | {"path": "here.zip"}, "give either path, or repository, revision and file"),
    "no commit": (ROTATION | REMOTE | {"revision": None}, "give either path, or repository, revision and file"),
    "branch": (ROTATION | REMOTE | {"revision": "main"}, "expected a commit, 40 digits 0-9a-f"),
    "short commit": (ROTATION | REMOTE | {"revision": "e383bc3"}, "expected a commit, 40 digits 0-9a-f"),
    "no owner": (ROTATION | REMOTE | {"repository": "smoke"}, "expected owner/name"),
    "repository outside": (ROTATION | REMOTE | {"repository": "../smoke"}, "expected owner/name"),
    "file outside": (ROTATION | REMOTE | {"file": "Smoke/../../x.zip"}, "expected a path inside the repository"),
    "absolute file": (ROTATION | REMOTE | {"file": "/x.zip"}, "expected a path inside the repository"),
    "digest": (ROTATION | {"sha256": "abc"}, "expected a SHA-256"),
    "layout": (ROTATION | {"layout": "translation"}, "translation"),
    "side": (ROTATION | {"domain": [[2, 4]]}, "domain"),
    "twice": (ROTATION | {"domain": [[1, 0]]}, "simulation [1, 0] is named twice"),
    "beyond": (ROTATION | {"frames": 11}, "split by task reaches beyond the 11 stored frames"),
    "levels beyond": (LEVELS | {"frames": 11}, "split by time reaches beyond the 11 stored frames"),
    "levels split by task": (LEVELS | {"split": ROTATION["split"]}, "split"),
    "action": (LEVELS | {"vector_action": "opposite"}, "vector_action"),
}


@pytest.mark.parametrize(("tree", "words"), WRONG.values(), ids=WRONG)
def test_wrong_sources_are_refused(tree: dict, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        source(tree)
    assert words in str(caught.value)


def test_sources_tell_their_splits() -> None:
    assert source(ROTATION | REMOTE).splits == ("train", "validation", "future", "domain")
    assert source(ROTATION).lengths() == {"train": 5, "validation": 3, "future": 4, "domain": 8}
    assert source(LEVELS).splits == ("train", "validation", "test")
    assert source(LEVELS).lengths() == {"train": 6, "validation": 3, "test": 3}
