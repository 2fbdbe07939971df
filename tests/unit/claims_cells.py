"""Results of studies made up so that the truth behind them is known; nothing is read from or written to disk."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from equidyn.core.domain import built_in, find
from equidyn.core.params import load
from equidyn.core.params.control import Control
from equidyn.core.params.study import MeasureSettings, Study
from equidyn.report.claims.model import DEFINITIONS, Claims, Contrast, claims_of
from equidyn.report.gather import VALUE_COLUMNS, StudyResults, controlled, flattened

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"
PRESETS = PARAMS.parent / "presets"
PAPER, REFERENCE = PRESETS / "paper/params.yaml", PRESETS / "reference/params.yaml"  # together: every variant
VARIANTS = (
    *("cnn", "gcnn", "rgroup", "e2cnn", "rsteer", "rsteer-alpha1e-2", "relax-anneal"),
    *("e2cnn-published", "rsteer-published", "rsteer-published-alpha1e-2", "gcnn-small"),
)
LEVELS = {"eps000": 0.0, "eps030": 0.3, "eps060": 0.6}
FIVE = (1, 2, 3, 4, 5)
# A test of a claim: rsteer has less RMSE than e2cnn on symmetric data; RMSE lacks what is claimed.
PAIR = [{"variant": "rsteer", "datasets": "symmetric"}, {"variant": "e2cnn", "datasets": "symmetric", "weight": -1}]
RMSE = {"study": "smoke-levels", "measure": "error", "quantity": "rmse", "terms": PAIR, "unit": "m/s"}
LESS = RMSE | {"direction": "less", "matters": 0.001}
# (measure, quantity) -> value of (variant, dataset, seed); a list where the measure writes one
Truth = dict[tuple[str, str], Callable[[str, str, int], float | list[float]]]


def contrast_of(**changes: object) -> Contrast:
    """That of LESS, with these changes."""
    return Contrast.model_validate(LESS | changes)


def results(
    truth: Truth,
    name: str = "smoke-levels",
    seeds: Iterable[int] = (1, 2, 3),
    variants: Iterable[str] = VARIANTS,
    diverged: Iterable[tuple[str, str, int]] = (),
    checkpoints: Iterable[str] = ("best", "early"),
    datasets: dict[str, dict] | None = None,
) -> StudyResults:
    """The results of a study whose measures take the values of `truth`, the same at every checkpoint.

    diverged: (variant, dataset, seed) of runs that diverged; datasets: other than LEVELS, with their settings.
    """
    datasets = datasets or {key: {"value": level} for key, level in LEVELS.items()}
    data = {dataset: {"equivariance": {"pairwise": entry["value"]}} for dataset, entry in datasets.items()}
    settings = _settings("smoke-levels", seeds, variants, datasets)
    return _results(name, settings, truth, data, set(diverged), list(checkpoints))


def controlled_by(
    study: StudyResults, truth: Truth, seeds: Iterable[int], datasets: Iterable[str], **control: float
) -> StudyResults:
    """The same study with these of its seeds and datasets trained again, to the values of `truth`."""
    settings = study.settings.model_copy(
        update={"control": Control(budget=2.0, seeds=list(seeds), datasets=list(datasets), **control)}
    )
    data = {name: study.data[name] for name in datasets}
    longer = _results(study.name, controlled(settings), truth, data, set(), ["best", "early"])
    return replace(study, settings=settings, controls=longer)


def _results(
    name: str, study: Study, truth: Truth, data: dict, diverged: set[tuple[str, str, int]], checkpoints: list[str]
) -> StudyResults:
    at = MeasureSettings(at=checkpoints, options={})
    settings = study.model_copy(update={"measures": {measure: at for measure, _ in truth}})
    cells = [
        {"dataset": dataset, "variant": variant, "seed": seed, "status": _status(dataset, variant, seed, diverged)}
        for dataset in settings.datasets
        for variant in settings.variants
        for seed in settings.seeds
    ]
    rows = [
        cell | {"checkpoint": checkpoint, "measure": measure, "quantity": quantity, "index": index, "value": number}
        for cell in cells
        for (measure, quantity), value in truth.items()
        for checkpoint in at.at
        for _, index, number in flattened(value(cell["variant"], cell["dataset"], cell["seed"]))
    ]
    runs = pd.DataFrame(cells).assign(parameters=1000, trained_parameters=1000, multiply_adds=4000, epochs=3)
    return StudyResults(name, settings, runs, pd.DataFrame(rows, columns=VALUE_COLUMNS), pd.DataFrame(), data, [])


def claims_file(tmp_path: Path, *tests: dict, **changes: object) -> Path:
    """A data file with one claim, tested the same under both definitions."""
    claim = {
        "id": "C1",
        "statement": "A is less than B.",
        "source": ["Here"],
        "published": "Figure 0",
        "verified": True,
        "found": "Nothing.",
        "sections": ["Test error"],
        "corrected": list(tests) or [LESS],
        "as_published": list(tests) or [LESS],
    }
    tree = {"sources": {"Here": "This test."}, "claims": [claim | changes]}
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


def around(centres: dict[str, float], spread: float = 0.01, otherwise: float = 1.0) -> Callable[[str, str, int], float]:
    """centre of the variant + spread x (noise of the cell + ten times that of the seed, which pairing removes)."""
    return lambda variant, dataset, seed: (
        centres.get(variant, otherwise) + spread * (_noise(variant, dataset, seed) + 10 * _noise(seed))
    )


def _noise(*key: str | int) -> float:
    return float(np.random.default_rng([*map(ord, "-".join(map(str, key)))]).standard_normal())


def _status(dataset: str, variant: str, seed: int, diverged: set[tuple[str, str, int]]) -> str:
    return "diverged" if (variant, dataset, seed) in diverged else "completed"


@cache
def _study(name: str) -> Study:
    """A study of the default params.yaml."""
    return load(PARAMS).studies[name]


def _settings(name: str, seeds: Iterable[int], variants: Iterable[str], datasets: dict[str, dict]) -> Study:
    """A study with other seeds, variants and datasets, of which only the names and these values count here."""
    study = _study(name)
    variant, dataset = next(iter(study.variants.values())), next(iter(study.datasets.values()))
    entries = {key: dataset.model_copy(update=changes) for key, changes in datasets.items()}
    return study.model_copy(
        update={"seeds": list(seeds), "variants": dict.fromkeys(variants, variant), "datasets": entries}
    )


@cache
def published_claims() -> Claims:
    """The claims that the project ships."""
    return claims_of(map(find, dict.fromkeys(("smoke", "turbulence", "sets", "digits", *built_in()))))


def value(variant: str, dataset: str, seed: int) -> float:
    """Seeds differ by far more than variants do, and variants by exact amounts."""
    return 100.0 * seed + {"rsteer": 2.0, "e2cnn": 5.0}.get(variant, 0.0) + LEVELS[dataset]


def every_contrast() -> list[Contrast]:
    """All tests of the claims that the project ships."""
    return [test for claim in published_claims().claims for name in DEFINITIONS for test in getattr(claim, name)]
