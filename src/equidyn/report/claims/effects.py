"""The effect of one contrast: what it is per seed, or what is missing to compute it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from equidyn.report.claims.crossover import FEWEST, exponents, places, spans
from equidyn.report.claims.datasets import chosen_datasets, group_words
from equidyn.report.claims.model import Contrast
from equidyn.report.gather import StudyResults
from equidyn.report.published import differing, setting_words
from equidyn.report.statistics import estimate, paired

_CELL = ["dataset", "variant", "seed"]


@dataclass(frozen=True)
class Effect:
    """sample: seed -> weighted sum, for the seeds for which every cell is finite; of logarithms in a ratio.

    errors: seed -> bound of the value's own numerical error. seeds: how many were run; diverged: how many cells of the
    contrast diverged.
    """

    sample: pd.Series
    errors: pd.Series
    seeds: int
    diverged: int
    ratio: bool

    @property
    def mean(self) -> float:
        """Mean over seeds; of a ratio the geometric one; NaN if there is no seed."""
        return self.shown(estimate(self.sample).mean)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean by Student's t, for which the effects have to be normal over seeds."""
        found = estimate(self.sample)
        return self.shown(found.low), self.shown(found.high)

    def share_of(self, matters: float, sign: float) -> tuple[float, float, float]:
        """Mean and interval as multiples of the smallest effect that matters, on the scale of the sample, x `sign`."""
        found = estimate(self.sample)
        low, high = sorted((sign * found.low / matters, sign * found.high / matters))
        return sign * found.mean / matters, low, high

    @property
    def by_seed(self) -> dict[int, float]:
        """Seed -> effect."""
        return {int(seed): self.shown(value) for seed, value in self.sample.items()}

    def shown(self, value: float) -> float:
        """A value on the scale of the sample, as readers see it: of a ratio a factor."""
        return float(np.exp(value)) if self.ratio else float(value)


def study_of(contrast: Contrast, studies: Sequence[StudyResults]) -> StudyResults | None:
    """The study that the contrast is made on, None if it was not run."""
    return next((study for study in studies if study.name == contrast.study), None)


def missing(contrast: Contrast, study: StudyResults | None) -> str:
    """What of the contrast is not in params.yaml; empty if all is."""
    if study is None:
        return f"no study {contrast.study}"
    for term in contrast.terms:
        if term.variant not in study.settings.variants:
            return f"{study.name} has no variant {term.variant}"
        if not chosen_datasets(study, term.datasets):
            return f"{study.name} has no {group_words(term.datasets).removeprefix('the ')}"
    if contrast.form == "crossover" and not spans(places(study.settings)):
        return f"{study.name} has no {FEWEST} levels at each of {FEWEST} sizes"
    return _untaken(contrast, study)


def _untaken(contrast: Contrast, study: StudyResults) -> str:
    """What the study does not measure of the contrast."""
    settings, words = study.settings.measures.get(contrast.measure), f"{study.name} does not take the measure"
    if settings is None:
        return f"{words} {contrast.measure}"
    if contrast.checkpoint not in settings.at:
        return f"{words} {contrast.measure} at the {contrast.checkpoint} checkpoint"
    needed = {name for term in contrast.terms for name in chosen_datasets(study, term.datasets)}
    compared = {term.variant for term in contrast.terms}
    left_out = [
        *sorted(needed - set(settings.datasets or needed)),
        *sorted(compared - set(settings.variants or compared)),
    ]
    if left_out:
        return f"{words} {contrast.measure} on {', '.join(left_out)}"
    wanted = [contrast.quantity, *(["unit"] if contrast.factor == "unit" else []), *filter(None, [contrast.error])]
    absent = [name for name in wanted if _numbers(study, contrast, name).empty]
    return f"the measure {contrast.measure} has no {absent[0]}" if absent else ""


def unmet(contrast: Contrast, study: StudyResults) -> list[str]:
    """Settings of the study that are not those at which the published figures were taken."""
    found = differing(study.settings, contrast.needs)
    other = [f"{setting_words(key)} is {value}, not {contrast.needs[key]}" for key, value in found.items()]
    return other + [
        f"{setting_words(key)} is {value:,}, below {contrast.least[key]:,.0f}"
        for key, value in (differing(study.settings, contrast.least) | _parameters(study, contrast)).items()
        if value < contrast.least[key]
    ]


def _parameters(study: StudyResults, contrast: Contrast) -> dict[str, int]:
    """Of the smallest network of the contrast, if it asks for a number of them."""
    compared = study.runs["variant"].isin([term.variant for term in contrast.terms])
    return {"parameters": int(study.runs.loc[compared, "parameters"].min())} if "parameters" in contrast.least else {}


def effect(contrast: Contrast, study: StudyResults) -> Effect:
    """The effect of a contrast of which nothing is missing; cells of diverged runs count as not finite."""
    sample = _sample(study, contrast, _places(study, contrast))
    errors = _errors(study, contrast).reindex(sample.index)
    seeds, ratio = len(study.settings.seeds), contrast.form == "ratio"
    return Effect(sample - contrast.reference, errors, seeds, _diverged(study, contrast), ratio)


def shift(contrast: Contrast, study: StudyResults) -> pd.Series | None:
    """Seed of the control -> by how much the effect moves, on the scale of the sample; for the seeds that are finite.

    Both effects are taken on those of each term's datasets that the control has; None if it has none of a term's.
    """
    used = [[name for name in names if name in study.controls.datasets] for names in _places(study, contrast)]
    if not all(used) or (contrast.form == "crossover" and not spans(places(study.controls.settings))):
        return None
    once, longer = (_sample(results, contrast, used) for results in (study, study.controls))
    return (longer - once).dropna()


def _places(study: StudyResults, contrast: Contrast) -> list[list[str]]:
    """The datasets of each term."""
    return [chosen_datasets(study, term.datasets) for term in contrast.terms]


def _sample(study: StudyResults, contrast: Contrast, used: list[list[str]]) -> pd.Series:
    """Seed -> weighted sum of the terms, each averaged over its datasets in `used`; of logarithms in a ratio.

    Of a crossover, its exponent.
    """
    values, ratio = _values(study, contrast), contrast.form == "ratio"
    if contrast.form == "crossover":
        found = {name: place for name, place in places(study.settings).items() if name in used[0]}
        squares = (_table(values, term.variant, list(found)) ** 2 for term in contrast.terms)
        return exponents(next(squares) - next(squares), found).dropna()
    terms = zip(contrast.terms, used, strict=True)
    return paired([(term.weight, _by_seed(values, term.variant, names, ratio)) for term, names in terms])


def _numbers(study: StudyResults, contrast: Contrast, quantity: str) -> pd.DataFrame:
    """Rows of a quantity at the contrast's checkpoint, one per cell; of a list its first number."""
    rows = study.quantity(contrast.measure, quantity, contrast.checkpoint)
    return rows[rows["index"] == 0]


def _values(study: StudyResults, contrast: Contrast) -> pd.DataFrame:
    """dataset, variant, seed, value in the contrast's unit, one row per cell; NaN for diverged runs."""
    rows = _numbers(study, contrast, contrast.quantity).set_index(_CELL)
    values = rows["value"].where(rows["status"] != "diverged")
    if contrast.factor == "unit":
        values = values * _numbers(study, contrast, "unit").set_index(_CELL)["value"]
    if contrast.factor == "per_parameter":
        values = values / study.runs.set_index(_CELL)["parameters"]
    if contrast.factor == "multiply_adds":
        values = values * study.runs.set_index(_CELL)["multiply_adds"]
    return values.rename("value").reset_index()


def _errors(study: StudyResults, contrast: Contrast) -> pd.Series:
    """Seed -> bound of the numerical error of the sum, where it is finite; 0 where the contrast names none."""
    if contrast.error is None:
        return pd.Series(0.0, index=study.settings.seeds)
    rows = study.quantity(contrast.measure, contrast.error, contrast.checkpoint)
    bounds = rows[rows["index"] == 0][[*_CELL, "value"]]
    terms = zip(contrast.terms, _places(study, contrast), strict=True)
    return paired([(abs(term.weight), _by_seed(bounds, term.variant, names, ratio=False)) for term, names in terms])


def _by_seed(values: pd.DataFrame, variant: str, datasets: list[str], ratio: bool) -> pd.Series:
    """Seed -> mean over the datasets of a variant, NaN unless all of them are finite; its logarithm in a ratio."""
    means = _table(values, variant, datasets).mean(axis=1, skipna=False)
    means = means.where(np.isfinite(means))
    return np.log(means.where(means > 0)) if ratio else means


def _table(values: pd.DataFrame, variant: str, datasets: list[str]) -> pd.DataFrame:
    """A row per seed, a column per dataset."""
    table = values[values["variant"] == variant].pivot(index="seed", columns="dataset", values="value")
    return table.reindex(columns=datasets)


def _diverged(study: StudyResults, contrast: Contrast) -> int:
    """How many of the contrast's cells diverged."""
    terms = zip(contrast.terms, _places(study, contrast), strict=True)
    used = {(name, term.variant) for term, names in terms for name in names}
    runs = study.runs[study.runs["status"] == "diverged"]
    return sum(pair in used for pair in zip(runs["dataset"], runs["variant"], strict=True))
