"""Fixtures of tests with a whole hub on this machine."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cells_hub import TOKEN, CellsHub, ask, running
from finished_cells import finish, small_tree, write_params

from equidyn.core.hub.client import Client
from equidyn.core.hub.items import Items
from equidyn.core.hub.push import planned, push


@pytest.fixture
def hub(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CellsHub]:
    """An empty hub, whose token is in the environment; the working folder is empty too."""
    with running(TOKEN) as server:
        ask(server, monkeypatch, workplace)
        yield server


@pytest.fixture(scope="session")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CellsHub]:
    """A folder with finished cells, and the hub to which all of them were pushed; neither is to be changed."""
    folder = tmp_path_factory.mktemp("pushed")
    with pytest.MonkeyPatch.context() as patch, running(TOKEN) as server:
        patch.chdir(folder)
        ask(server, patch, folder)
        params = write_params(small_tree())
        finish(params)
        items = Items(params).all()
        with Client(params.hub) as client:
            push(client, planned(client, items), items, private=False)
    return folder, server


@pytest.fixture
def full(pushed: tuple[Path, CellsHub], hub: CellsHub, workplace: Path) -> CellsHub:
    """A hub to which everything has been pushed; what was pushed lies here still."""
    folder, server = pushed
    shutil.copytree(folder, workplace, dirs_exist_ok=True)
    hub.repositories, hub.large = copy.deepcopy(server.repositories), dict(server.large)
    return hub
