"""The numbers of one study from two machines: the seeds of both."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from equidyn.core.errors import EquidynError
from equidyn.core.params.study import Study
from equidyn.report.gather import StudyResults


def joined(held: StudyResults, here: StudyResults) -> StudyResults:
    """All runs of both, which share no seed, in the order of the study's datasets and variants.

    Controls are those of the part that has them: they are shipped together. Raises EquidynError if settings differ in
    more than seeds and where the tuned values come from.
    """
    _check_alike(held, here)
    seeds = sorted({*held.settings.seeds, *here.settings.seeds})
    control = held.settings.control or here.settings.control
    settings = held.settings.model_copy(update={"seeds": seeds, "control": control})
    frames = {name: _stacked(settings, held, here, name) for name in ("runs", "values", "history")}
    provenances = [*held.provenances, *here.provenances]
    controls = held.controls or here.controls
    return replace(held, settings=settings, **frames, provenances=provenances, controls=controls)


def _stacked(settings: Study, held: StudyResults, here: StudyResults, name: str) -> pd.DataFrame:
    """A frame of both parts; rows of a run stay in their order."""
    frame = pd.concat([getattr(held, name), getattr(here, name)], ignore_index=True)
    places = {key: {value: place for place, value in enumerate(getattr(settings, f"{key}s"))} for key in _ORDER}
    order = frame[list(_ORDER)].apply(lambda column: column.map(places[column.name]))
    return frame.loc[order.sort_values(list(_ORDER), kind="stable").index].reset_index(drop=True)


_ORDER = ("dataset", "variant", "seed")


def _check_alike(held: StudyResults, here: StudyResults) -> None:
    if found := next(_differences(_comparable(held.settings), _comparable(here.settings)), None):
        key, there, ours = found
        told = f"studies.{here.name}.{key}: {ours} here, {there} where it was shipped before"
        raise EquidynError(f"{told}; seeds can only be added to runs of the same settings: ship to a new folder")


def _comparable(study: Study) -> dict[str, Any]:
    """Settings without what the parts may differ in."""
    return study.model_dump(mode="json", exclude={"seeds": True, "control": True, "tune": {"run"}})


def _differences(one: Any, other: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _differences(one.get(key), other.get(key), f"{place}.{key}" if place else key)
    elif one != other:
        yield place, one, other
