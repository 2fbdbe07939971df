"""What the server of the warm start has ready: imports, and what its jobs look up about the files of the package.

No model or measure starts a thread or computes anything when it is imported. Not the simulator: PhiFlow looks for GPUs
then, and after that no fork could use one.
"""

from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

STAGES = ("equidyn.core.training.train", "equidyn.core.measures.measure", "equidyn.core.data.prepare")
_CALLED_BY_NAME = (
    "equidyn.core.models",
    "equidyn.core.measures",
    "equidyn.core.training",
    "equidyn.domains.smoke.audit",
)


def run() -> None:
    """Import the stages and all that params.yaml may name; read what defines the results of this folder's stages."""
    for stage in STAGES:
        import_module(stage)
    for room in _CALLED_BY_NAME:
        for module in walk_packages(import_module(room).__path__, f"{room}."):
            import_module(module.name)
    _look_up()


def _look_up() -> None:
    """Fill the caches of core/params/signatures.py and sources.py. A fault in params.yaml is for the jobs to tell."""
    from equidyn.core.errors import EquidynError
    from equidyn.core.params import load
    from equidyn.core.sources import lists

    with suppress(EquidynError):
        dict(lists(load()))
