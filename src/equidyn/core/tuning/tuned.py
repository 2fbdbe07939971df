"""Params with the values that tuning has found, for all that trains, or looks at what was trained."""

from collections.abc import Iterable
from typing import Any

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_record
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, as_json
from equidyn.core.params.subtrees import subtree, tune_keys
from equidyn.core.params.tune import with_knob, with_rate
from equidyn.core.params.variant import Variant
from equidyn.core.provenance import digest


def tuned(params: Params, cells: Iterable[Cell]) -> Params:
    """`params`, in which the variants of `cells` have the learning rate and the knob that tuning has chosen for them.

    As they are, where a study does not tune. Raises EquidynError if a record is missing, torn, or of other params.
    """
    found = params
    for study, variant in dict.fromkeys((cell.study, cell.variant) for cell in cells):
        if params.studies[study].tunes:
            record = read_tuning(params, study, variant)
            found = with_variant(found, study, variant, chosen(params.studies[study].variants[variant], record))
    return found


def is_tuned(params: Params, cell: Cell) -> bool:
    """Whether the training of `cell` can begin."""
    try:
        tuned(params, [cell])
    except EquidynError:
        return False
    return True


def read_tuning(params: Params, study: str, variant: str) -> dict[str, Any]:
    """The record of a variant's tuning; raises EquidynError unless it is whole, and made with these params."""
    path = paths.tuned(study, variant)
    record = read_record(path)
    alone = params.model_copy(update={"studies": {study: params.studies[study]}})  # to write out all takes longer
    wanted = digest(subtree(as_json(alone), tune_keys(study, variant)))
    if record.get("provenance", {}).get("params_sha256") != wanted or "trials" not in record:
        told = f"{path}: not tuned with the params that params.yaml has now"
        raise EquidynError(f"{told}; run `equidyn tune {study}/{variant}` (or snakemake, or dvc repro)")
    return record


def chosen(variant: Variant, record: dict[str, Any]) -> Variant:
    """`variant` with the values of the winning trial; as it is, if it has nothing to tune."""
    if record["chosen"] is None:
        return variant
    trial, knob = record["trials"][record["chosen"]], record["knob"]
    at_rate = with_rate(variant, trial["learning_rate"])
    return with_knob(at_rate, knob, trial["value"]) if knob else at_rate


def with_variant(params: Params, study: str, name: str, variant: Variant) -> Params:
    """`params` with another variant of this name."""
    settings = params.studies[study]
    changed = settings.model_copy(update={"variants": settings.variants | {name: variant}})
    return params.model_copy(update={"studies": params.studies | {study: changed}})
