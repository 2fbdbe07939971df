"""What the server of the warm start has ready: imports, and what its jobs look up about the files of the package.

No model or measure starts a thread or computes anything when it is imported. Not the sources of data: simulators look
for GPUs then, and after that no fork could use one.
"""

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from equidyn.core.domain import imported
from equidyn.core.params import Params, Study, signatures

STAGES = (
    "equidyn.core.tuning.tune",
    "equidyn.core.training.train",
    "equidyn.core.measures.measure",
    "equidyn.core.data.prepare",
)
# What torch imports when it first takes a forward-mode derivative, 800 modules in 1.4 s; and who takes them.
COMPILER, TAKER = "torch._dynamo", "equidyn.symmetry.directional"


def run(settings: Path | None = None) -> None:
    """Import the stages and all that params.yaml names; read what defines the results of this folder's stages.

    settings: a file of settings instead of params.yaml.
    """
    from equidyn.core.errors import EquidynError
    from equidyn.core.params import load

    for stage in STAGES:
        import_module(stage)
    with suppress(EquidynError):  # a fault in params.yaml is for the jobs to tell
        _look_up(load(settings))
    if TAKER in sys.modules:
        import_module(COMPILER)


def _look_up(params: Params) -> None:
    """Import what the studies call by name, and fill the caches of core/params/signatures.py and core/sources.py."""
    from equidyn.core.sources import lists

    for study in params.studies.values():
        for module in called_by_name(study):
            imported(module)
    dict(lists(params))


def called_by_name(study: Study) -> list[str]:
    """Modules of a study that are imported by their names alone: task, models, what is put around them, measures."""
    home = study.home
    named = {"models": set(), "measures": set(study.measures)}
    for room, name in (file for variant in study.variants.values() for file in variant.files()):
        named.setdefault(room, set()).add(name)
    tasks = [home.path("tasks", study.task.kind, file) for file in ("task", "recipe", "context")]
    return [*tasks, *(signatures.module(home, room, name) for room, names in named.items() for name in sorted(names))]
