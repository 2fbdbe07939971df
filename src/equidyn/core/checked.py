"""`equidyn check`: the networks that its arguments mean, looked up before the imports that take seconds."""

from typing import Any

from equidyn.core.params import Params
from equidyn.core.params.names import find_cell, find_variant


def entries(params: Params, name: str | None, trained: bool) -> list[dict[str, Any]]:
    """Of fresh networks, of all trained ones, or of one run: one entry each, as models.check has them.

    name: a variant, or a run (STUDY/DATASET/VARIANT/SEED). Raises EquidynError if params.yaml has no such name.
    """
    if name and "/" in name:
        cell = find_cell(params, name)
        from equidyn.core.training.check import run_cell

        return run_cell(params, cell)
    variant = find_variant(params, name) if name else None
    if trained:
        from equidyn.core.training.check import run_all

        return run_all(params, variant)
    from equidyn.core.models.check import run

    return run(params, variant)
