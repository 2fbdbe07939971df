"""What `prepare` and `train` do first with `hub.pull: true`: look whether their very cell can be had.

Called by the command, not by the stages, so that no change of this room touches the sources of a stage: where a result
comes from does not change what it is.
"""

import sys
from pathlib import Path

from equidyn.core.hub.client import Client, HubError
from equidyn.core.hub.item import Item, UnfitError
from equidyn.core.hub.items import Items
from equidyn.core.hub.pull import pull
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell


def dataset(params: Params, study: str, name: str) -> Path | None:
    """The dataset's file, pulled; None, with a line that says why, if it must be made."""
    return _pulled(params, Items(params).dataset(study, name))


def run(params: Params, cell: Cell) -> Path | None:
    """The folder of the training run, pulled; None, with a line that says why, if it must be trained."""
    return _pulled(params, Items(params).run(cell))


def _pulled(params: Params, item: Item) -> Path | None:
    place = f"{params.hub.repository} ({item.folder[: len(item.KIND) + 14]})"
    try:
        with Client(params.hub) as client:
            path = pull(client, item)
    except (HubError, UnfitError) as fault:
        return _say(f"{item.name}: not pulled from {place}: {fault}; computing it")
    if path is None:
        return _say(f"{item.name}: not at {place}; computing it")
    _say(f"{item.name}: pulled from {place}")
    return path


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
