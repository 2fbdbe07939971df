"""Finished cells on the Hugging Face Hub: pushed by their maker, pulled instead of being computed again."""

from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equidyn.core.params import Params


def pulls(params: "Params") -> ModuleType | None:
    """What looks for finished datasets and runs on the Hub, if params.yaml asks for it."""
    if params.hub is None or not params.hub.pull:
        return None
    from equidyn.core.hub import stage

    return stage
