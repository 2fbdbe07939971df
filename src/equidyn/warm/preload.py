"""What the server of the warm start has ready: imports, and what its jobs look up about the files of the package.

No model or measure starts a thread or computes anything when it is imported. Not the simulator: PhiFlow looks for GPUs
then, and after that no fork could use one.
"""

from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

STAGES = ("equidyn.training.train", "equidyn.measures.measure", "equidyn.data.prepare")
_CALLED_BY_NAME = ("equidyn.models", "equidyn.measures", "equidyn.training", "equidyn.audit")


def run() -> None:
    """Import the stages and all that params.yaml may name; read what defines the results of this folder's stages."""
    for stage in STAGES:
        import_module(stage)
    for room in _CALLED_BY_NAME:
        for module in walk_packages(import_module(room).__path__, f"{room}."):
            import_module(module.name)
    _look_up()


def _look_up() -> None:
    """Fill the caches of params/signatures.py and sources.py. A fault in params.yaml is for the jobs to tell."""
    from equidyn.errors import EquidynError
    from equidyn.params import load
    from equidyn.sources import lists

    with suppress(EquidynError):
        dict(lists(load()))
