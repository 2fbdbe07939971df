"""Results of studies made up so that the truth behind them is known; nothing is read from or written to disk."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from reporting_images import CODERS, RECOGNISERS, recognise, reconstruct
from reporting_studies import params
from reporting_volumes import VARIANTS as UPSCALERS
from reporting_volumes import upscale
from toy import TREE

from equidyn.core.params.study import MeasureSettings, Study
from equidyn.report.claims.model import DEFINITIONS, Contrast, published_claims
from equidyn.report.gather import VALUE_COLUMNS, StudyResults, flattened

VARIANTS = (
    *("cnn", "gcnn", "rgroup", "e2cnn", "rsteer", "rsteer-alpha1e-2", "relax-anneal"),
    *("e2cnn-published", "rsteer-published", "rsteer-published-alpha1e-2"),
)
LEVELS = {"eps000": 0.0, "eps030": 0.3, "eps060": 0.6}
SETS = (
    *("mlp", "mlp-aug", "mlp-canonical", "mlp-symmetrized", "mlp-sampled", "transformer"),
    *("intrinsic", "intrinsic-sum", "intrinsic-exchangeable"),
)
OPTIONAL_SETS = tuple(f"transformer-{name}" for name in ("aug", "canonical", "symmetrized", "sampled", "sinusoidal"))
FLOWS = {"isotropic": 0.0, "forced060": 0.6}
FIVE = (1, 2, 3, 4, 5)
# A test of a claim: rsteer has less RMSE than e2cnn on symmetric data; RMSE lacks what is claimed.
PAIR = [{"variant": "rsteer", "datasets": "symmetric"}, {"variant": "e2cnn", "datasets": "symmetric", "weight": -1}]
RMSE = {"study": "smoke-levels", "measure": "error", "quantity": "rmse", "terms": PAIR, "unit": "m/s"}
LESS = RMSE | {"direction": "less"}
# (measure, quantity) -> value of (variant, dataset, seed); a list where the measure writes one
Truth = dict[tuple[str, str], Callable[[str, str, int], float | list[float]]]


def results(
    truth: Truth,
    name: str = "smoke-levels",
    seeds: Iterable[int] = (1, 2, 3),
    variants: Iterable[str] = VARIANTS,
    diverged: Iterable[tuple[str, str, int]] = (),
    checkpoints: Iterable[str] = ("best", "early"),
) -> StudyResults:
    """The results of a study whose measures take the values of `truth`, the same at every checkpoint.

    diverged: (variant, dataset, seed) of runs that diverged.
    """
    data = {dataset: {"equivariance": {"pairwise": level}} for dataset, level in LEVELS.items()}
    return _results(name, _settings(tuple(seeds), tuple(variants)), truth, data, set(diverged), list(checkpoints))


def set_results(
    truth: Truth, seeds: Iterable[int] = FIVE, variants: Iterable[str] = SETS + OPTIONAL_SETS
) -> StudyResults:
    """The results of the study of Gaussian sets, static and fresh, whose measures take the values of `truth`."""
    data = {dataset: {"equivariance": None} for dataset in ("static", "fresh")}
    return _results("gaussian", _set_settings(tuple(seeds), tuple(variants)), truth, data, set(), ["best"])


def digit_results(truth: Truth, name: str = "digits-autoencoder", seeds: Iterable[int] = FIVE) -> StudyResults:
    """The results of a study of digits, digits-autoencoder or digits-cnn, whose measures take the values of `truth`."""
    seeds, coders = tuple(seeds), name == "digits-autoencoder"
    tree = (reconstruct if coders else recognise)(list(CODERS if coders else RECOGNISERS), len(seeds))
    study = params(digits=tree | {"seeds": list(seeds)}).studies["digits"]
    return _results(name, study, truth, {"digits": {"equivariance": None}}, set(), ["best"])


def volume_results(
    truth: Truth,
    seeds: Iterable[int] = FIVE,
    flows: dict[str, float] = FLOWS,
    diverged: Iterable[tuple[str, str, int]] = (),
) -> StudyResults:
    """The results of the study of turbulence, whose measures take the values of `truth`; flows: dataset -> eps."""
    tree = upscale(["trilinear"], [0.0], 1)
    tree |= {
        "seeds": list(seeds),
        "datasets": {name: {"anisotropy": eps} for name, eps in flows.items()},
        "variants": dict.fromkeys(UPSCALERS, tree["variants"]["trilinear"]),
    }
    study = params(turbulence=tree).studies["turbulence"]
    data = {dataset: {"equivariance": None} for dataset in flows}
    return _results("turbulence", study, truth, data, set(diverged), ["best"])


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
    runs = pd.DataFrame(cells).assign(parameters=1000, multiply_adds=4000)
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


def _settings(seeds: tuple[int, ...], variants: tuple[str, ...]) -> Study:
    """Of the toy study, under these names; what the variants are is of no account here."""
    tree = deepcopy(TREE["studies"]["toy"])
    tree |= {"seeds": list(seeds), "variants": dict.fromkeys(variants, tree["variants"]["cnn"])}
    return Study.model_validate(
        tree | {"datasets": {name: {"level": "eps", "value": at} for name, at in LEVELS.items()}}
    )


def _set_settings(seeds: tuple[int, ...], variants: tuple[str, ...]) -> Study:
    """Of a small study of sets; what the variants are is of no account here either."""
    tree = deepcopy(TREE["studies"]["toy"])
    split = {"by": "sample", "train": 8, "validation": 4, "test": 4}
    source = {"kind": "gaussian", "points": 3, "dimensions": 2, "spreads": [1.0, 0.8], "parameter": "variance"}
    tree |= {
        "seeds": list(seeds),
        "source": source | {"split": split, "seed": 0},
        "datasets": {"static": {"sampling": "static"}, "fresh": {"sampling": "fresh"}},
        "task": {"kind": "classify_sets"},
        "variants": {name: {"model": "intrinsic", "options": {"hidden": 4}, "augment": "none"} for name in variants},
        "measures": {"accuracy": {"at": ["best"], "options": {}}},
    }
    return Study.model_validate(tree)


def value(variant: str, dataset: str, seed: int) -> float:
    """Seeds differ by far more than variants do, and variants by exact amounts."""
    return 100.0 * seed + {"rsteer": 2.0, "e2cnn": 5.0}.get(variant, 0.0) + LEVELS[dataset]


def every_contrast() -> list[Contrast]:
    """All tests of the claims that the project ships."""
    return [test for claim in published_claims().claims for name in DEFINITIONS for test in getattr(claim, name)]
