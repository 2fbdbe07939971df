"""Results of a study of levels made up so that the truth behind them is known; no file is read or written."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from toy import TREE

from equidyn.core.domain import built_in, find
from equidyn.core.params.params import params_model
from equidyn.core.params.study import MeasureSettings
from equidyn.report.claims.model import DEFINITIONS, Claims, Contrast, claims_of
from equidyn.report.gather import VALUE_COLUMNS, StudyResults, flattened

VARIANTS = (
    *("cnn", "gcnn", "rgroup", "e2cnn", "rsteer", "rsteer-alpha1e-2", "relax-anneal"),
    *("e2cnn-published", "rsteer-published", "rsteer-published-alpha1e-2"),
)
LEVELS = {"eps000": 0.0, "eps030": 0.3, "eps060": 0.6}
FIVE = (1, 2, 3, 4, 5)
# A test of a claim: rsteer has less RMSE than e2cnn on symmetric data; RMSE lacks what is claimed.
PAIR = [{"variant": "rsteer", "datasets": "symmetric"}, {"variant": "e2cnn", "datasets": "symmetric", "weight": -1}]
RMSE = {"study": "smoke-levels", "measure": "error", "quantity": "rmse", "terms": PAIR, "unit": "m/s"}
LESS = RMSE | {"direction": "less"}
# (measure, quantity) -> value of (variant, dataset, seed); a list where the measure writes one
Truth = dict[tuple[str, str], Callable[[str, str, int], float | list[float]]]


def published_claims() -> Claims:
    """The claims of all domains that come with equidyn."""
    return claims_of(map(find, built_in()))


def every_contrast() -> list[Contrast]:
    """All tests of these claims."""
    return [test for claim in published_claims().claims for name in DEFINITIONS for test in getattr(claim, name)]


def results(
    truth: Truth,
    seeds: Iterable[int] = (1, 2, 3),
    diverged: Iterable[tuple[str, str, int]] = (),
    checkpoints: Iterable[str] = ("best", "early"),
) -> StudyResults:
    """Measures take the values of `truth`, the same at each checkpoint; diverged: (variant, dataset, seed) of runs."""
    study = deepcopy(TREE["studies"]["toy"])
    study |= {"seeds": list(seeds), "variants": dict.fromkeys(VARIANTS, study["variants"]["cnn"])}
    tree = TREE | {"studies": {"smoke-levels": study}}
    study["datasets"] = {name: {"level": "eps", "value": value} for name, value in LEVELS.items()}
    settings = params_model(tree).model_validate(tree).studies["smoke-levels"]
    at = MeasureSettings(at=list(checkpoints), options={})
    cells = [
        {"dataset": dataset, "variant": variant, "seed": seed, "status": _status(variant, dataset, seed, diverged)}
        for dataset in LEVELS
        for variant in VARIANTS
        for seed in settings.seeds
    ]
    rows = [
        cell | {"checkpoint": checkpoint, "measure": measure, "quantity": quantity, "index": index, "value": number}
        for cell in cells
        for (measure, quantity), value in truth.items()
        for checkpoint in at.at
        for _, index, number in flattened(value(cell["variant"], cell["dataset"], cell["seed"]))
    ]
    return StudyResults(
        "smoke-levels",
        settings.model_copy(update={"measures": {measure: at for measure, _ in truth}}),
        runs=pd.DataFrame(cells).assign(parameters=1000, multiply_adds=4000),
        values=pd.DataFrame(rows, columns=VALUE_COLUMNS),
        history=pd.DataFrame(),
        data={dataset: {"equivariance": {"pairwise": level}} for dataset, level in LEVELS.items()},
        provenances=[],
    )


def _status(variant: str, dataset: str, seed: int, diverged: Iterable[tuple[str, str, int]]) -> str:
    return "diverged" if (variant, dataset, seed) in set(diverged) else "completed"


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


def value(variant: str, dataset: str, seed: int) -> float:
    """Seeds differ by far more than variants do, and variants by exact amounts."""
    return 100.0 * seed + {"rsteer": 2.0, "e2cnn": 5.0}.get(variant, 0.0) + LEVELS[dataset]
