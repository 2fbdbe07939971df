"""From a name on the command line to a dataset, variant or cell of params.yaml, or to a message with the choice."""

import difflib
from collections.abc import Iterable

from equidyn.core.errors import EquidynError
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell


def find_dataset(params: Params, name: str) -> tuple[str, str]:
    """Study and dataset of STUDY/DATASET; raises EquidynError if params.yaml has no such dataset."""
    study, dataset = _parts(name, "STUDY/DATASET")
    _check_dataset(params, study, dataset, name)
    return study, dataset


def find_cell(params: Params, name: str) -> Cell:
    """The training run STUDY/DATASET/VARIANT/SEED, or with /control behind it the longer one; raises EquidynError if
    params.yaml has no such run."""
    run = name.removesuffix("/control")
    study, dataset, variant, seed = _parts(run, "STUDY/DATASET/VARIANT/SEED")
    _check_dataset(params, study, dataset, name)
    settings = params.studies[study]
    _known("variant", variant, settings.variants, name)
    _known("seed", seed, map(str, settings.seeds), name)
    cell = Cell(study, dataset, variant, int(seed), control=run != name)
    if cell.control and (settings.control is None or cell not in params.cells()):
        raise EquidynError(f"{name}: not a control; see studies.{study}.control in params.yaml")
    return cell


def find_tuned(params: Params, name: str) -> tuple[str, list[str]]:
    """The study of STUDY or STUDY/VARIANT, and its variants of that name; raises EquidynError if it has no `tune`."""
    study, _, variant = name.partition("/")
    _known("study", study, params.studies, name)
    settings = params.studies[study]
    if settings.tune is None:
        raise EquidynError(f"{name}: studies.{study} of params.yaml has no `tune`")
    if variant:
        _known("variant", variant, settings.variants, name)
    return study, [variant] if variant else list(settings.variants)


def find_variant(params: Params, name: str) -> str:
    """`name` if some study has a variant called so; raises EquidynError otherwise."""
    _known("variant", name, dict.fromkeys(key for study in params.studies.values() for key in study.variants), name)
    return name


def _check_dataset(params: Params, study: str, dataset: str, name: str) -> None:
    _known("study", study, params.studies, name)
    _known("dataset", dataset, params.studies[study].datasets, name)


def _parts(name: str, form: str) -> list[str]:
    parts = name.split("/")
    if len(parts) != len(form.split("/")):
        raise EquidynError(f"{name}: expected {form}")
    return parts


def _known(kind: str, value: str, allowed: Iterable[str], name: str) -> None:
    allowed = list(allowed)
    if value not in allowed:
        near = difflib.get_close_matches(value, allowed, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise EquidynError(f"{name}: unknown {kind} {value!r}{hint}; params.yaml has: {', '.join(allowed)}")
