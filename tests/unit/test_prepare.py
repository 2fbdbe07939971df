"""The stage `prepare`: what it leaves, and that it leaves nothing when it fails."""

import json
import shutil
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import yaml
from toy import TREE

from equidyn.core.data import card, prepare, sealed, store
from equidyn.core.errors import EquidynError
from equidyn.core.locks import sole_writer
from equidyn.core.params import Params, load
from equidyn.core.provenance import digest
from equidyn.domains.smoke.source import checks
from equidyn.domains.smoke.source.fields import Fields

STUDY = "smoke-levels"
SOURCE = TREE["studies"]["toy"]["source"] | {
    "frames": 5,
    "inflow": {"x": 32.0, "y": 16.0, "radius": 12.0},
    "jitter": {"position": 0.0, "tilt": 0.0, "strength": 0.0},
    "split": {"by": "time", "train": [0, 4], "validation": [0, 4], "test": [1, 5]},
    "blocks": None,
}


def tiny_params() -> str:
    """The toy study on three levels; at eps 1 the direction "up" is at rest."""
    study = deepcopy(TREE["studies"]["toy"]) | {"source": SOURCE}
    study["datasets"] = {f"eps{100 * eps:03.0f}": {"level": "eps", "value": eps} for eps in (0.0, 0.3, 1.0)}
    study["task"] |= {"train_steps": 1, "test_steps": 1}
    return yaml.safe_dump(TREE | {"studies": {STUDY: study}})


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """The tiny study in an empty folder of its own."""
    (tmp_path / "params.yaml").write_text(tiny_params(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return load()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all three sets of the tiny study were prepared once; its datasets, to be read only."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "params.yaml").write_text(tiny_params(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("eps000", "eps030", "eps100"):
            prepare.run(load(), STUDY, name)
    return folder / "data/datasets" / STUDY


def leftovers() -> list[str]:
    """Everything below the folder of datasets."""
    return sorted(str(path) for path in Path("data/datasets").rglob("*") if path.is_file())


def test_prepare_writes_the_set_and_its_card(prepared: Path) -> None:
    made = store.read(prepared / "eps000.h5", Fields)
    assert made.velocity.shape == (4, 5, 2, 8, 8)
    assert made.density.shape == (4, 5, 8, 8)
    assert (made.velocity.dtype, made.density.dtype) == (np.float32, np.float32)
    assert sorted(path.name for path in prepared.iterdir() if path.name.startswith((".", "eps000"))) == [
        "eps000.card",
        "eps000.h5",
    ]
    assert sorted(path.name for path in (prepared / "eps000.card").iterdir()) == ["card.md", "course.png", "frames.png"]


def test_provenance_and_checks(prepared: Path) -> None:
    made = store.read(prepared / "eps030.h5", Fields)
    provenance, measured = made.attributes["provenance"], made.attributes["checks"]
    assert set(provenance["params"]) == {f"studies.{STUDY}.source", f"studies.{STUDY}.datasets.eps030"}
    assert provenance["params_sha256"] == digest(provenance["params"])
    assert provenance["source"] == "PhiFlow 3.4.0 smoke, simulated here"
    assert "max_disagreement" not in measured  # only a level of 0 promises agreement
    assert measured["equivariance"]["pairwise"] > 0.01
    assert measured["max_divergence"] < 1e-12
    np.testing.assert_allclose(measured["rms"]["train"], np.sqrt(np.mean(made.velocity[:, :4].astype(float) ** 2)))
    np.testing.assert_allclose(measured["rms"]["test"], np.sqrt(np.mean(made.velocity[:, 1:].astype(float) ** 2)))
    np.testing.assert_allclose(np.mean(list(measured["mean_speed_by_direction"].values())), measured["mean_speed"])
    json.dumps(made.attributes, allow_nan=False)


def test_the_card_reads_as_a_person_needs(prepared: Path) -> None:
    text = (prepared / "eps000.card/card.md").read_text(encoding="utf-8")
    assert text.startswith("# smoke-levels/eps000\n")
    for piece in ("(exactly symmetric)", "](frames.png)", "](course.png)", "[length/time]", "import h5py"):
        assert piece in text
    assert store.read(prepared / "eps000.h5", Fields).content_hash() in text
    assert "{{" not in text
    assert "None" not in text


def test_the_lines_of_the_card_read_the_file(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (prepared / "eps000.card/card.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    monkeypatch.chdir(prepared)
    exec(text.split("```python\n")[1].split("```")[0], names)
    assert names["velocity"].shape == (4, 5, 2, 8, 8)
    assert set(names["about"]) == {"provenance", "checks"}


def test_the_same_settings_give_the_same_content(prepared: Path, params: Params) -> None:
    again = store.read(prepare.run(params, STUDY, "eps030"), Fields)
    assert again.content_hash() == store.read(prepared / "eps030.h5", Fields).content_hash()


def test_a_direction_at_rest_has_no_relative_error(prepared: Path) -> None:
    """At eps = 1 the buoyancy of "up" is 0."""
    measured = store.read(prepared / "eps100.h5", Fields).attributes["checks"]
    assert measured["equivariance"]["relative"] is None
    assert measured["equivariance"]["pairwise"] > 1
    assert 'undefined: "up" is at rest' in (prepared / "eps100.card/card.md").read_text(encoding="utf-8")


def test_a_level_zero_that_is_not_symmetric_leaves_nothing(params: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equidyn.domains.smoke.source.recording.disagreement", lambda *_: 3e-9)
    with pytest.raises(EquidynError, match=r"smoke-levels/eps000: level 0 must be exactly symmetric.*3\.0e-09"):
        prepare.run(params, STUDY, "eps000")
    assert leftovers() == []


def test_a_folder_that_cannot_be_made_is_named(params: Params) -> None:
    Path("data").mkdir()
    Path("data/datasets").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(EquidynError, match=r"data/datasets/smoke-levels/eps000\.card: cannot be written"):
        prepare.run(params, STUDY, "eps000")


def test_a_full_disk_leaves_neither_set_nor_card(params: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed, "seal", full)  # after the card has been drawn
    with pytest.raises(EquidynError, match=r"eps000\.h5: cannot be written \(No space left on device\)"):
        prepare.run(params, STUDY, "eps000")
    assert leftovers() == []


def test_a_card_that_fails_keeps_the_old_set_and_card(
    prepared: Path, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path, *_: object) -> None:
        (folder / "card.md").write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    old = Path("data/datasets") / STUDY
    shutil.copytree(prepared, old)
    before = {name: Path(name).read_bytes() for name in leftovers()}
    monkeypatch.setattr(card, "write", fails)
    with pytest.raises(EquidynError, match=r"eps000\.card: cannot be written \(No space left on device\)"):
        prepare.run(params, STUDY, "eps000")
    assert {name: Path(name).read_bytes() for name in leftovers()} == before
    assert [entry for entry in old.iterdir() if entry.name.startswith(".")] == []


def test_two_writers_never_meet(params: Params) -> None:
    with sole_writer("prepare/smoke-levels/eps000"), pytest.raises(EquidynError, match="is writing it"):
        prepare.run(params, STUDY, "eps000")


def test_only_a_split_by_scene_has_a_number_of_training_scenes(params: Params) -> None:
    by_time = params.studies[STUDY].source
    with pytest.raises(ValueError, match="only a source that splits by scene"):
        by_time.with_train(2)
    assert by_time.with_train(None) is by_time


def test_whole_sets_of_turned_simulations_are_found_in_any_order() -> None:
    scene, direction = np.array([5, 2, 5, 2, 2, 5, 5, 2]), np.array([0, 3, 2, 1, 0, 1, 3, 2])
    sets = checks.turned_sets(scene, direction)
    np.testing.assert_array_equal(scene[sets], [[2, 5]] * 4)
    np.testing.assert_array_equal(direction[sets], [[0, 0], [1, 1], [2, 2], [3, 3]])


@pytest.mark.parametrize(
    ("scene", "direction"),
    [([1, 2, 3, 4], [0, 1, 2, 3]), ([0, 0, 0], [0, 1, 2]), ([0] * 4, [0, 1, 1, 3]), ([0] * 8, [0, 1, 2, 3] * 2)],
)
def test_a_set_without_turned_simulations_has_no_equivariance_error(scene: list[int], direction: list[int]) -> None:
    assert checks.turned_sets(np.array(scene), np.array(direction)) is None
    assert set(checks.error_of_frames(np.ones((len(scene), 1, 2, 4, 4)), None).values()) == {None}


def test_disagreement_is_measured_in_the_frame_of_up() -> None:
    up = np.random.default_rng(1).normal(size=(2, 6, 6))
    turned = np.stack([np.rot90(up, -turns, axes=(1, 2)) for turns in range(4)])
    turned[1], turned[3] = np.stack([-turned[1, 1], turned[1, 0]]), np.stack([turned[3, 1], -turned[3, 0]])
    turned[2] = -turned[2]
    sets = np.arange(4)[:, None]
    assert checks.disagreement(turned, sets) == 0
    turned[2, 1, 3, 3] += 0.25
    assert checks.disagreement(turned, sets) == pytest.approx(0.25)
