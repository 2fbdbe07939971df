"""Fixtures of tests with finished cells and a Hub on this machine."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path

import hubs
import pytest
from finished_cells import finish, small_tree, write_params

from equidyn.core.hub.items import Items
from equidyn.core.hub.push import planned, push


@pytest.fixture
def hub(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hubs.Hub]:
    """An empty Hub, whose token is in the environment; the working folder is empty too."""
    with hubs.running() as server:
        _use(monkeypatch, server, workplace)
        yield server


@pytest.fixture(scope="session")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, hubs.Hub]:
    """A folder with finished cells, and the Hub to which all of them were pushed; neither is to be changed."""
    folder = tmp_path_factory.mktemp("pushed")
    with pytest.MonkeyPatch.context() as patch, hubs.running() as server:
        patch.chdir(folder)
        _use(patch, server, folder)
        params = write_params(small_tree())
        finish(params)
        items = Items(params).all()
        push(params.hub, planned(params.hub, items), items, private=False)
    return folder, server


@pytest.fixture
def full(pushed: tuple[Path, hubs.Hub], hub: hubs.Hub, workplace: Path) -> hubs.Hub:
    """A Hub to which everything has been pushed; what was pushed lies here still."""
    folder, server = pushed
    shutil.copytree(folder, workplace, dirs_exist_ok=True)
    hub.repositories, hub.large = copy.deepcopy(server.repositories), dict(server.large)
    return hub


def _use(monkeypatch: pytest.MonkeyPatch, hub: hubs.Hub, folder: Path) -> None:
    """Take this Hub, with its token, and let the client keep its own things beside `folder`."""
    hubs.use(monkeypatch, hub.server_address[1])
    monkeypatch.setenv("HF_TOKEN", hubs.TOKEN)
    monkeypatch.setenv("HF_HOME", str(folder.parent / f"{folder.name}-client"))
