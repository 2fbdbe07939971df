"""Pieces of turbulence from published files: what is made of whole ones, and which settings are refused."""

import hashlib
import json
from pathlib import Path

import jhtdbs
import numpy as np
import pytest
from hubs import REPOSITORY, REVISION, serving
from huggingface_hub import constants
from jhtdbs import COUNTS, FILES
from pydantic import ValidationError

from equidyn.core.data import prepare, store
from equidyn.core.errors import EquidynError
from equidyn.core.params import load
from equidyn.core.params.jhtdb import JhtdbData
from equidyn.domains.turbulence.source.volumes import Volumes

pytestmark = pytest.mark.usefixtures("workplace")
TRAIN = FILES["train"]


def _same(found: Volumes) -> None:
    """All samples hold what was written, bit for bit, in the order of the splits."""
    whole = [jhtdbs.expected(split, row) for split, count in COUNTS.items() for row in range(count)]
    for row, (coarse, fine) in enumerate(whole):
        assert found.coarse[row].tobytes() == coarse.tobytes()
        assert found.fine[row].tobytes() == fine.tobytes()
    assert len(found.fine) == len(whole)


@pytest.mark.parametrize("change", [jhtdbs.components_last, lambda field: field], ids=["last", "first"])
def test_arrays_are_read_bit_by_bit(change: jhtdbs.Change) -> None:
    """Components last, or first."""
    jhtdbs.laid(jhtdbs.files(change))
    found = jhtdbs.made()
    _same(found)
    assert found.ranges.tolist() == [[0, 4], [4, 6], [6, 9]]
    assert found.simulation.tolist() == [0] * 9
    assert found.attributes["periodic"] is False
    json.dumps(found.attributes, allow_nan=False)


def test_a_set_is_made_from_the_hub(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    with serving(monkeypatch, jhtdbs.files()):
        found = jhtdbs.made(path=None, repository=REPOSITORY, revision=REVISION)
    _same(found)
    read = found.attributes["provenance"]["files"]
    assert [each["file"] for each in read][:2] == [
        f"{name} of the dataset {REPOSITORY} at {REVISION}" for name in TRAIN.values()
    ]


def test_what_the_hub_lacks_is_named(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    content = jhtdbs.files()
    del content[FILES["validation"]["arrays"]]
    with serving(monkeypatch, content), pytest.raises(EquidynError, match=r"source\.files\.validation\.arrays: owner/"):
        jhtdbs.made(path=None, repository=REPOSITORY, revision=REVISION)


def test_arrays_may_lie_in_a_folder() -> None:
    content = {name: data for name, data in jhtdbs.files().items() if name.endswith(".csv")}
    content |= {f"arrays/{name}": data for split in COUNTS for name, data in jhtdbs.members(split).items()}
    jhtdbs.laid(content)
    found = jhtdbs.made(files={split: named | {"arrays": "arrays"} for split, named in FILES.items()})
    _same(found)
    assert [each["file"] for each in found.attributes["provenance"]["files"]] == [
        named["metadata"] for named in FILES.values()
    ]


def test_frames_may_be_in_one_array_or_in_columns() -> None:
    """First a column per frame; then one array of all frames, in which the first index runs fastest."""
    content = jhtdbs.files()
    columns = {"coarse": ["a", "b", "c"], "fine": "hr"}
    for split, count in COUNTS.items():
        lines = [[*jhtdbs.coarse_names(split, row), jhtdbs.name_of(split, row, "fine")] for row in range(count)]
        content[FILES[split]["metadata"]] = jhtdbs.table(lines, ("a", "b", "c", "hr"))
    jhtdbs.laid(content)
    _same(jhtdbs.made(columns=columns))

    for split, count in COUNTS.items():
        stacks = {f"{row}.npy": jhtdbs.saved(np.asfortranarray(jhtdbs.expected(split, row)[0])) for row in range(count)}
        content[FILES[split]["arrays"]] = jhtdbs.zipped(jhtdbs.members(split) | stacks)
        lines = [[f"./{row}.npy", line[2]] for row, line in enumerate(jhtdbs.rows(split))]
        content[FILES[split]["metadata"]] = jhtdbs.table(lines, ("lr_paths", "hr_path"))
    jhtdbs.laid(content)
    _same(jhtdbs.made())


def test_members_lie_in_any_folder_of_an_archive() -> None:
    content = jhtdbs.files()
    bare = {Path(name).name: data for name, data in jhtdbs.members("train").items()}
    deep = {f"datasets/jhtdb/{name}": data for name, data in jhtdbs.members("test").items()}
    jhtdbs.laid(content | {TRAIN["arrays"]: jhtdbs.zipped(bare), FILES["test"]["arrays"]: jhtdbs.zipped(deep)})
    _same(jhtdbs.made())


def test_fewer_boxes_are_the_first_ones() -> None:
    jhtdbs.laid(jhtdbs.files())
    whole, part = jhtdbs.made(), jhtdbs.made(JhtdbData(boxes=2))
    assert part.ranges.tolist() == [[0, 2], [2, 4], [4, 7]]
    for mine, other in zip(part.of("train"), whole.of("train"), strict=True):
        np.testing.assert_array_equal(mine, other[:2])
    for mine, other in zip(part.of("test"), whole.of("test"), strict=True):
        np.testing.assert_array_equal(mine, other)
    with pytest.raises(EquidynError, match=r"study/set: boxes: 5; source\.split\.train has 4 samples"):
        jhtdbs.made(JhtdbData(boxes=5))


def test_provenance_says_what_was_read() -> None:
    content = jhtdbs.files()
    jhtdbs.laid(content)
    origin = jhtdbs.made().attributes["provenance"]
    data = content[TRAIN["arrays"]]
    assert origin["source"] == "read from published, not simulated here"
    assert origin["files"][1] == {
        "file": TRAIN["arrays"],
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def test_prepare_writes_the_set_and_its_card() -> None:
    jhtdbs.laid(jhtdbs.files() | {"../params.yaml": jhtdbs.STUDY.encode()})
    path = prepare.run(load(), "pieces", "all")
    _same(store.read(path, Volumes))
    card = path.with_suffix(".card")
    assert sorted(file.name for file in card.iterdir()) == ["card.md", "slices.png"]
    text = (card / "card.md").read_text(encoding="utf-8")
    for piece in ("# pieces/all", "in none of the other 47 orders smaller", "4^3 fine voxels, centred", "import h5py"):
        assert piece in text
    assert [word for word in ("None", "{{", "too large", "undefined", "off the centre") if word in text] == []


WRONG = {
    "no place": ({"path": None}, "give either path, or repository and revision"),
    "half a place": ({"path": None, "repository": REPOSITORY}, "give either path, or repository and revision"),
    "two places": ({"repository": REPOSITORY, "revision": REVISION}, "give either path, or repository and revision"),
    "a branch": ({"path": None, "repository": REPOSITORY, "revision": "main"}, "branches and tags move"),
    "factor": ({"resolution": 18}, "factor 4 must divide it"),
    "nothing left": ({"resolution": 8, "factor": 8}, "leave at least 2 coarse voxels"),
    "three voxels": ({"resolution": 12}, "3 coarse voxels along an edge look like 3 components"),
    "even context": ({"context": 2}, "must be odd"),
    "columns": ({"columns": {"coarse": ["a", "b", "c", "d"], "fine": "e"}}, r"4 columns for 3 frames \(context\)"),
    "a column twice": ({"columns": {"coarse": ["a", "a"], "fine": "e"}}, "each column at most once"),
    "out of the repository": (
        {"files": FILES | {"test": {"metadata": "../m.csv", "arrays": "a.zip"}}},
        "expected a path inside the repository",
    ),
    "no samples": ({"split": {"by": "sample", "train": 4, "validation": 0, "test": 1}}, "greater than or equal to 1"),
    "axes": ({"axes": "yxz"}, "'zyx' or 'xyz'"),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_settings_that_cannot_be_are_told(changes: dict, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        jhtdbs.source(**changes)


def test_the_number_of_samples_is_known_beforehand() -> None:
    assert jhtdbs.source().lengths() == COUNTS
    assert jhtdbs.source().periodic is False
