"""Addresses of cells: they change with what a result follows from, and with nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from finished_cells import PROJECT, STUDY, small_tree, write_params

from equidyn.core import sources
from equidyn.core.hub import address
from equidyn.core.hub.items import Items
from equidyn.core.params import Cell, Params, load

CELL = Cell(STUDY, "eps000", "gcnn", 1)


def _addresses(params: Params, cell: Cell = CELL) -> tuple[str, str, str]:
    items = Items(params)
    return items.dataset(cell.study, cell.dataset).address, items.run(cell).address, items.report().address


def _changed(change: Callable[[dict[str, Any]], None]) -> list[bool]:
    """Whether the addresses of the dataset, the run and the report differ after a change of params."""
    tree = small_tree()
    before = _addresses(write_params(tree))
    change(tree["studies"][STUDY])
    return [old != new for old, new in zip(before, _addresses(write_params(tree)), strict=True)]


CHANGES = {
    "a source": (lambda study: study["source"].update(seed=1), [True, True, True]),
    "a dataset": (lambda study: study["datasets"]["eps000"].update(value=0.5), [True, True, True]),
    "training": (lambda study: study["training"].update(epochs=5), [False, True, True]),
    "the task": (lambda study: study["task"].update(train_steps=1), [False, True, True]),
    "the variant": (lambda study: study["variants"]["gcnn"]["options"].update(hidden=4), [False, True, True]),
    "another variant": (lambda study: study["variants"]["cnn"]["options"].update(hidden=4), [False, False, True]),
    "measures": (lambda study: study["measures"]["error"].update(at=["best"]), [False, False, True]),
    "more seeds": (lambda study: study["seeds"].append(2), [False, False, True]),
}


@pytest.mark.parametrize("case", CHANGES)
def test_addresses_change_with_what_results_follow_from(case: str, workplace: Path) -> None:
    change, expected = CHANGES[case]
    assert _changed(change) == expected


def test_a_control_has_an_address_of_its_own_that_changes_with_its_budget(workplace: Path) -> None:
    tree, longer = small_tree(), Cell(STUDY, "eps000", "gcnn", 1, control=True)
    before = _addresses(write_params(tree))
    study, found = tree["studies"][STUDY], {before[1]}
    study["seeds"] = [1, 2]
    for budget in (2.0, 3.0):
        study["control"] = {"budget": budget, "seeds": [1, 2], "datasets": ["eps000"]}
        found.add(_addresses(write_params(tree), longer)[1])
        assert _addresses(write_params(tree))[1] == before[1]
    assert len(found) == 3


def test_the_hub_itself_changes_no_address(workplace: Path) -> None:
    tree = small_tree()
    before = _addresses(write_params(tree))
    tree["hub"] = {"repository": "other/place", "revision": "next", "pull": True}
    assert _addresses(write_params(tree)) == before
    del tree["hub"]
    assert _addresses(write_params(tree)) == before


def test_names_change_no_address_but_the_reports(workplace: Path) -> None:
    tree = small_tree()
    before = _addresses(write_params(tree))
    study = tree["studies"].pop(STUDY)
    tree["studies"]["renamed"] = study
    study["datasets"] = {"other": study["datasets"]["eps000"]}
    study["variants"] = {"equivariant": study["variants"]["gcnn"]}
    after = _addresses(write_params(tree), Cell("renamed", "other", "equivariant", 1))
    assert after[:2] == before[:2]
    assert after[2] != before[2]


@pytest.mark.parametrize(("stage", "expected"), [("prepare", [True, True, True]), ("train", [False, True, True])])
def test_addresses_change_with_the_source_files(
    stage: str, expected: list[bool], workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = write_params(small_tree())
    before = _addresses(params)
    monkeypatch.setattr(address, f"{stage}_sources", lambda *_: [Path(sources.__file__)])
    assert [old != new for old, new in zip(before, _addresses(params), strict=True)] == expected


def test_every_run_of_the_default_study_has_an_address_of_its_own() -> None:
    runs = [item for item in Items(load(PROJECT / "params.yaml")).all() if item.KIND == "run"]
    assert len({item.address for item in runs}) == len(runs) > 200


def test_no_stage_depends_on_this_room() -> None:
    params = load(PROJECT / "presets/test/params.yaml")
    for _, files in sources.lists(params):
        assert not [path for path in files if path.parent.name == "hub"]
