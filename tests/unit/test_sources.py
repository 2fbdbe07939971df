"""The source files of a stage: exactly those that its modules import, directly or not."""

from pathlib import Path

import pytest

from equidyn.core import sources
from equidyn.core.params import Params, Study, load
from equidyn.core.params.signatures import module

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def params() -> Params:
    """The root's params."""
    return load(PROJECT / "params.yaml")


@pytest.fixture
def study(params: Params) -> Study:
    """Its study of levels."""
    return params.studies["smoke-levels"]


def _names(paths: list[Path]) -> set[str]:
    return {str(path.relative_to(sources.PACKAGE)) for path in paths}


def _models(paths: list[Path]) -> set[str]:
    return _names(paths) & {f"models/{name}.py" for name in ("cnn", "gcnn", "rgroup")}


def test_a_variant_has_its_own_model_and_what_that_imports(study: Study) -> None:
    assert _models(sources.train_sources(study, "cnn-aug")) == {"domains/smoke/models/cnn.py"}
    assert _models(sources.train_sources(study, "gcnn")) == {"domains/smoke/models/gcnn.py"}
    assert _models(sources.measure_sources(study, "rgroup")) == {"domains/smoke/models/rgroup.py"}


def test_training_does_not_depend_on_measures_or_reporting(study: Study) -> None:
    rooms = {name.split("/")[0] for name in _names(sources.train_sources(study, "gcnn"))}
    assert rooms.isdisjoint({"measures", "reporting", "cli.py", "params", "errors.py"})
    assert {"__init__.py", "models", "training", "symmetry", "data"} <= rooms


def test_measuring_depends_on_the_measures_of_the_study(study: Study) -> None:
    found = _names(sources.measure_sources(study, "cnn"))
    assert {str(Path(*module("measures", name).split(".")[1:])) + ".py" for name in study.measures} <= found
    fewer = study.model_copy(update={"measures": {"error": study.measures["error"]}})
    assert "domains/smoke/measures/equivariance.py" not in _names(sources.measure_sources(fewer, "cnn"))


def test_a_source_of_data_has_its_own_generator(study: Study) -> None:
    found = _names(sources.prepare_sources(study))
    assert "domains/smoke/source/smoke.py" in found
    assert not {"domains/smoke/source/rotation.py", "domains/smoke/source/archive.py"} & found


def test_templates_count(study: Study) -> None:
    assert any(name.endswith(".j2") for name in _names(sources.prepare_sources(study)))
    assert any(name.startswith("reporting/templates/") for name in _names(sources.report_sources()))


def test_imports_inside_functions_count(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("def f():\n    from .other import thing\n    import equidyn.core.paths\n")
    found = set(sources.imported_names(path, "equidyn.room"))
    assert {"equidyn.room.other", "equidyn.room.other.thing", "equidyn.core.paths"} == found


def test_lists_keep_their_bytes_until_a_source_changes(params: Params, workplace: Path) -> None:
    folder = sources.write_lists(params)
    first = {path: path.read_bytes() for path in folder.rglob("*.txt")}
    sources.write_lists(params)
    assert first == {path: path.read_bytes() for path in folder.rglob("*.txt")}
    assert folder / "train/smoke-levels/cnn-aug.txt" in first
    assert b"  equidyn/domains/smoke/models/cnn.py\n" in first[folder / "train/smoke-levels/cnn-aug.txt"]


def test_lists_of_removed_variants_go(params: Params, workplace: Path) -> None:
    stale = sources.FOLDER / "train/smoke-levels/gone.txt"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    sources.write_lists(params)
    assert not stale.exists()
