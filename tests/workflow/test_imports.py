"""The source files of a stage are all modules that it really imports, but for those that cannot change a number."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import tiny

from equidyn.core import sources
from equidyn.core.params.params import Params, params_model
from equidyn.core.params.study import Study

PACKAGE = Path(__file__).resolve().parents[2] / "src/equidyn"
JOBS = tiny.jobs(tiny.tree())


@pytest.fixture(scope="module")
def whole_run(run_of: Callable[[str], Path]) -> Path:
    """A run of every kind of data."""
    return run_of("tree")


@pytest.fixture(scope="module")
def params() -> Params:
    """Those of that run."""
    return params_model(tiny.tree()).model_validate(tiny.tree())


def _files(params: Params, stage: str, name: str) -> set[Path]:
    """What the fingerprint of a job is made of."""
    if stage == "report":
        return set(sources.report_sources(params))
    study, *middle = name.split("/")
    if stage == "prepare":
        return set(sources.prepare_sources(params.studies[study]))
    if stage == "tune":
        return set(sources.tune_sources(params.studies[study], middle[0]))
    make = {"train": sources.train_sources, "measure": sources.measure_sources}[stage]
    return set(make(params.studies[study], middle[1]))


def _harmless(stage: str, study: Study | None) -> set[Path]:
    """What a job may import though it is not in its fingerprint.

    A params.yaml makes every job import the params of all domains that it names; a card has modules of its own.
    """
    if study is None:
        return set()
    names = {entry.name for entry in (PACKAGE / "domains").iterdir() if (entry / "__init__.py").exists()}
    others = [f"equidyn.domains.{name}.params" for name in names - {study.domain}]
    cards = [study.home.path("cards", study.source.kind)] if stage == "prepare" else []
    return set(sources.closure(*others, *cards))


@cache
def _counts(module: str) -> bool:
    """Whether a module has anything but a docstring, and is none that can change no number."""
    left_out = any(module == name or module.startswith(f"{name}.") for name in sources.LEFT_OUT)
    return not left_out and len(ast.parse(sources.module_file(module).read_text()).body) > 1


@pytest.mark.parametrize("stage", ["prepare", "tune", "train", "measure", "report"])
def test_all_that_a_stage_imports_is_in_its_fingerprint(stage: str, whole_run: Path, params: Params) -> None:
    for name in (name for found, name in JOBS if found == stage):
        study = params.studies[name.partition("/")[0]] if name else None
        loaded = set(filter(_counts, tiny.imported(whole_run, stage, name)))
        assert len(loaded) > 20
        allowed = _files(params, stage, name) | _harmless(stage, study)
        assert {module for module in loaded if sources.module_file(module) not in allowed} == set(), name
