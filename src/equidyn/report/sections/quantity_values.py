"""The numbers of a measure as its declaration says to show them: single ones, and such along an axis."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from equidyn.core.measures.quantities import Quantity, declared_as
from equidyn.core.params.signatures import AUDIT
from equidyn.report.declared import declared, derived
from equidyn.report.gather import StudyResults
from equidyn.report.statistics import over_seeds
from equidyn.report.wording import Headline, wording

DATA = "data."  # before the form of the data's own error, where that is a baseline


@dataclass(frozen=True)
class Axis:
    """What the numbers of a list stand along.

    names: where places are names, those in order; else they are numbers. log: whether the places grow by factors.
    """

    label: str
    names: tuple[str, ...] = ()
    log: bool = False


@dataclass(frozen=True)
class Shown:
    """One quantity at one checkpoint.

    values: columns dataset, variant, seed, status, value, and along an axis `at`, a number (of `axis.names`, if there
    are such, the place from 0). baselines: label -> dataset, value (and at), means over all runs.
    """

    measure: str
    quantity: Quantity
    checkpoint: str
    values: pd.DataFrame
    unit: str
    axis: Axis | None = None
    baselines: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def trivial(self) -> tuple[str, pd.Series] | None:
        """Of an error that stands for its measure, its first baseline: the label, and dataset -> value.

        None where a share of it would say little: along an axis, where more is better, and beside the data's own error.
        """
        wanted = self.quantity.headline and self.quantity.better == "lower" and self.axis is None
        if not (wanted and self.baselines) or self.quantity.baselines[0].startswith(DATA):
            return None
        label, frame = next(iter(self.baselines.items()))
        return label, frame.set_index("dataset")["value"]

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Means over seeds (statistics.over_seeds), at each place along the axis."""
        if self.axis is None:
            return over_seeds(self.values)
        return over_seeds(self.values.dropna(subset="value"), ("dataset", "variant", "at"))

    @property
    def varies(self) -> bool:
        """Whether not all runs have the same number, which a chart would only show as a line."""
        return self.values["value"].nunique() > 1

    @property
    def name(self) -> str:
        """Its name in files."""
        return f"{self.measure}.{self.quantity.name}@{self.checkpoint}"

    @property
    def factor(self) -> float:
        """From what is stored to what readers see."""
        return 100.0 if self.quantity.unit == "%" else 1.0

    @property
    def label(self) -> str:
        """With its unit."""
        twin = self.measure.startswith(AUDIT) and "published" not in self.quantity.label
        label = f"{self.quantity.label}{', as published' if twin else ''}"
        return label if self.unit == "1" else f"{label} [{self.unit}]"


def measured_at(results: StudyResults, measure: str) -> list[str]:
    """Checkpoints at which something of a measure is known, as they come while training."""
    rows = results.values[results.values["measure"] == measure]
    return sorted(rows["checkpoint"].unique(), reverse=True)


def shown(results: StudyResults, measure: str) -> list[Shown]:
    """All that is shown of a measure, checkpoint by checkpoint."""
    return [
        one
        for quantity in declared(results.settings.home, measure)
        if not (quantity.detail or quantity.is_axis or _shown_elsewhere(results, measure, quantity))
        for checkpoint in measured_at(results, measure)
        for one in _found(results, measure, quantity, checkpoint)
    ] + _derived(results, measure)


def headlines(results: StudyResults) -> list[Shown]:
    """The quantity by which networks are compared first, on each test split."""
    return _splits(results, wording(results.settings).headline)


def symmetry(results: StudyResults) -> Shown | None:
    """The error that says how much of its symmetry a network kept or learned; None where it was not measured."""
    return next(iter(_splits(results, wording(results.settings).symmetry)), None)


def _splits(results: StudyResults, wanted: Headline | None) -> list[Shown]:
    if wanted is None or not measured_at(results, wanted.measure):
        return []
    names = [f"{wanted.measure}.{name}@best" for name in results.on_tests(wanted.measure, wanted.quantity).values()]
    found = {one.name: one for one in shown(results, wanted.measure)}
    return [found[name] for name in names if name in found]


def _shown_elsewhere(results: StudyResults, measure: str, quantity: Quantity) -> bool:
    """Whether it is the baseline of another, or stands once more under the name of each test split."""
    levels = {name for one in declared(results.settings.home, measure) for name in one.baselines}
    return quantity.name in levels or "" not in results.on_tests(measure, quantity.name)


def _derived(results: StudyResults, measure: str) -> list[Shown]:
    if not measured_at(results, measure):
        return []
    entries = [(one.quantity, one.of(results)) for one in derived(results.settings.home, measure)]
    return [given(results, measure, quantity, values) for quantity, values in entries if len(values)]


def given(results: StudyResults, measure: str, quantity: Quantity, values: pd.DataFrame) -> Shown:
    """A single number per run that is no measure's; values: as of `Shown`."""
    return Shown(measure, quantity, "best", values, _unit(results, quantity))


def _found(results: StudyResults, measure: str, quantity: Quantity, checkpoint: str) -> Iterator[Shown]:
    """A quantity, each that it stands for, or these along the axis of what they are of."""
    keys = _keys(results, measure, quantity)
    if quantity.each and not quantity.axis:
        parts = [
            results.quantity(measure, quantity.name.replace("*", key), checkpoint).assign(at=float(place))
            for place, key in enumerate(keys)
        ]
        values = pd.concat(parts) if parts else pd.DataFrame({"value": []})
        if values["value"].notna().any():
            yield Shown(
                measure, quantity, checkpoint, values, _unit(results, quantity), Axis(quantity.each, tuple(keys))
            )
        return
    for one in [quantity.of(key) for key in keys] if quantity.starred else [quantity]:
        values = _values(results, measure, one, checkpoint)
        if values["value"].notna().any():
            axis, baselines = _axis(results, measure, one), _baselines(results, measure, one, checkpoint)
            yield Shown(measure, one, checkpoint, values, _unit(results, one), axis, baselines)


def _keys(results: StudyResults, measure: str, quantity: Quantity) -> list[str]:
    """What * stands for in a quantity, or in any that are each of the same."""
    names = results.values.loc[results.values["measure"] == measure, "quantity"].unique()
    alike = [one for one in declared(results.settings.home, measure) if quantity.each and one.each == quantity.each]
    return list(dict.fromkeys(key for name in names for one in [*alike, quantity] if (key := one.key(name))))


def _values(results: StudyResults, measure: str, quantity: Quantity, checkpoint: str) -> pd.DataFrame:
    """With the places along the axis, if there is one."""
    if not quantity.axis:
        return results.quantity(measure, quantity.name, checkpoint)
    if _coordinate(results, measure, quantity):
        return results.along(measure, quantity.axis, quantity.name, checkpoint).rename(
            columns={"x": "at", "y": "value"}
        )
    values = results.quantity(measure, quantity.name, checkpoint)
    return values.assign(at=values["index"].astype(float))


def _coordinate(results: StudyResults, measure: str, quantity: Quantity) -> Quantity | None:
    """The quantity that holds the places of a list, if it is not counted."""
    entries = declared(results.settings.home, measure)
    return next((one for one in entries if one.is_axis and one.name == quantity.axis), None)


def _axis(results: StudyResults, measure: str, quantity: Quantity) -> Axis | None:
    if not quantity.axis:
        return None
    place = _coordinate(results, measure, quantity)
    if place is None:
        return Axis(quantity.axis)
    return Axis(place.label if place.unit == "1" else f"{place.label} [{place.unit}]", log=place.scale == "log")


def _baselines(results: StudyResults, measure: str, quantity: Quantity, checkpoint: str) -> dict[str, pd.DataFrame]:
    """What readers call each baseline -> its mean over all runs."""
    found = {}
    for name in quantity.baselines:
        if name.startswith(DATA):
            errors = results.data_error(name.removeprefix(DATA))
            found["the data"] = pd.DataFrame({"dataset": errors.keys(), "value": errors.values()}).dropna()
        elif other := declared_as(name, declared(results.settings.home, measure)):
            named = other.of(other.key(name)) if other.starred else other
            values = _values(results, measure, named, checkpoint).dropna(subset="value")
            keys = ["dataset", "at"] if quantity.axis else ["dataset"]
            found[named.label] = values.groupby(keys, sort=False, as_index=False)["value"].mean()
    return {label: frame for label, frame in found.items() if len(frame)}


def _unit(results: StudyResults, quantity: Quantity) -> str:
    return quantity.unit.replace("{loss}", wording(results.settings).loss_unit)
