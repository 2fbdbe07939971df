"""How a contrast, its effect and its seeds are told."""

import math

import pytest
from claims_cells import PAIR, contrast_of

from equidyn.report.claims.words import claimed, effect_words, label, p_words, seeds_to_decide


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "rsteer minus e2cnn, error: rmse, symmetric data"),
        (
            {"form": "ratio", "matters": 1.1, "checkpoint": "early"},
            "rsteer over e2cnn, error: rmse, symmetric data, early checkpoint",
        ),
        (
            {"terms": PAIR[:1], "reference": 0.67, "factor": "unit"},
            "rsteer minus the published 0.67, error: rmse × unit, symmetric data",
        ),
        (
            {"terms": PAIR[:1], "reference": 0.5, "reference_from": "here"},
            "rsteer minus 0.5, error: rmse, symmetric data",
        ),
        (
            {"terms": [PAIR[0] | {"datasets": "highest", "weight": 0.5}, PAIR[0] | {"weight": -1}]},
            "0.5 rsteer on the most broken level minus rsteer on symmetric data, error: rmse",
        ),
        ({"terms": [PAIR[0] | {"datasets": "E3"}]}, "rsteer, error: rmse, dataset E3"),
    ],
)
def test_a_contrast_is_told_from_its_definition(changes, words):
    assert label(contrast_of(**changes)) == words


def test_words_of_numbers():
    assert effect_words(-0.0123456, -0.0201, -0.0049, "m/s") == "-0.0123 [-0.0201, -0.0049] m/s"
    assert effect_words(2e-7, 1e-7, 3e-7, "m/s") == "2.0 × 10⁻⁷ [1.0 × 10⁻⁷, 3.0 × 10⁻⁷] m/s"
    assert effect_words(0.0, 0.0, 0.0, "m/s") == "0 [0, 0] m/s"
    assert effect_words(10.0, 10.0, math.nextafter(10.0, 11.0), "times") == "10.0 [10.0, 10.0] times"
    assert effect_words(0.5, math.nan, math.nan, "m/s") == "0.500 m/s"
    assert effect_words(math.nan, math.nan, math.nan, "m/s") == "–"
    assert [p_words(p).replace("\N{NO-BREAK SPACE}", " ") for p in (0.0123, 1e-9, math.nan)] == [
        "p = 0.012",
        "p < 0.001",
        "",
    ]
    assert claimed(contrast_of(matters=0.1)) == "below 0; what matters lies outside ± 0.1"
    assert claimed(contrast_of(rule="exact", matters=None)) == "below 0 in every run"
    assert claimed(contrast_of(direction="none", matters=0.01)) == "within ± 0.01"
    assert claimed(contrast_of(form="ratio", direction="none", matters=1.25)) == "within 0.800 to 1.25"
    assert seeds_to_decide(12.0).startswith("about 12 seeds would decide")
    assert seeds_to_decide(math.inf).startswith("more than 10,000 seeds")
    assert seeds_to_decide(math.nan) == ""
