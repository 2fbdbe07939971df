"""What `prepare` and `train` do first with `hub.pull: true`: look whether their very cell is on the Hub.

Called by the command, not by the stages, so that no change here touches the sources of a stage: where a result comes
from does not change what it is.
"""

import sys
from pathlib import Path

from equidyn.core.data.hub_client import HubError
from equidyn.core.hub.item import Item
from equidyn.core.hub.items import Items
from equidyn.core.hub.pull import UnfitError, connect, listing, pull
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell


def dataset(params: Params, study: str, name: str) -> Path | None:
    """The dataset's file, pulled; None, with a line that says why, if it must be made."""
    return _pulled(params, Items(params).dataset(study, name))


def run(params: Params, cell: Cell) -> Path | None:
    """The folder of the training run, pulled; None, with a line that says why, if it must be trained."""
    return _pulled(params, Items(params).run(cell))


def _pulled(params: Params, item: Item) -> Path | None:
    place = f"{params.hub.repository} ({item.KIND}s, {item.short})"
    try:
        connect()
        there = listing(params.hub, item.HOME)
        path = pull(there, item) if there.holds(item) else None
        text = f"pulled from {place}" if path else f"not at {place}; computing it"
    except (HubError, UnfitError) as fault:
        path, text = None, f"not pulled from {place}: {fault}; computing it"
    print(f"{item.name}: {text}", file=sys.stderr, flush=True)
    return path
