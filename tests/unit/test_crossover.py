"""Where two errors cross, over levels and sizes: its exponent."""

import math

import numpy as np
import pytest
from claims_cells import FIVE, PAIR, RMSE, results

from equidyn.report.claims.effects import effect, missing
from equidyn.report.claims.model import Contrast
from equidyn.report.claims.words import claimed, label

SIZES = {f"eps{level}-n{n}": {"value": level, "train": n} for level in (0.0, 0.5, 1.0) for n in (1, 2, 4)}
CROSSOVER = RMSE | {
    "form": "crossover",
    "terms": [{"variant": "gcnn", "datasets": "all"}, {"variant": "cnn", "datasets": "all", "weight": -1}],
    "reference": -0.5,
    "reference_from": "here",
    "direction": "none",
    "matters": 0.25,
}


def _crossing(exponent: float, noise: float = 0.0) -> dict:
    """Errors of which the squares differ by A eps^2 - B with (B / A)^(1/2) = 0.4 n^exponent."""

    def rmse(variant: str, dataset: str, seed: int) -> float:
        level, n = SIZES[dataset]["value"], SIZES[dataset]["train"]
        drawn = noise * float(np.random.default_rng([seed, n, round(10 * level)]).standard_normal())
        return math.sqrt(1.0 + (level**2 - 0.16 * n ** (2 * exponent) + drawn if variant == "gcnn" else 0.0))

    return {("error", "rmse"): rmse}


@pytest.mark.parametrize("exponent", [-0.5, 0.0, -1.0])
def test_the_exponent_of_a_crossover_is_the_one_of_the_law(exponent):
    contrast = Contrast.model_validate(CROSSOVER)
    study = results(_crossing(exponent), seeds=FIVE, datasets=SIZES)
    found = effect(contrast, study)
    assert missing(contrast, study) == "" and len(found.sample) == 5
    assert found.mean == pytest.approx(exponent + 0.5, abs=1e-9)
    noisy = effect(contrast, results(_crossing(exponent, 0.001), seeds=range(1, 21), datasets=SIZES))
    low, high = noisy.interval
    assert low < exponent + 0.5 < high and high - low < 0.3


def test_a_crossover_needs_levels_and_sizes_and_leaves_out_seeds_that_have_none():
    contrast = Contrast.model_validate(CROSSOVER)
    assert missing(contrast, results(_crossing(-0.5), datasets={"eps0.0-n1": SIZES["eps0.0-n1"]})).endswith(
        "of 2 sizes"
    )
    assert "of 2 sizes" in missing(contrast, results({("error", "rmse"): lambda *_: 1.0}))
    never = {("error", "rmse"): lambda variant, *_: 1.0 if variant == "gcnn" else 2.0}
    assert effect(contrast, results(never, datasets=SIZES)).sample.empty
    with pytest.raises(ValueError, match="a strict variant, weight 1"):
        Contrast.model_validate(CROSSOVER | {"terms": PAIR})
    words = "exponent of the level at which cnn overtakes gcnn, minus -0.5, error: rmse, all levels and sizes"
    assert (label(contrast), claimed(contrast)) == (words, "within ± 0.25")
