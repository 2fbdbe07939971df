"""The section on variants: what it says of matched and unmatched sizes."""

import pandas as pd
import pytest

from equidyn.reporting.sections.variants import _compute_words, _match_words


def _frame(parameters: list[int], multiply_adds: list[int]) -> pd.DataFrame:
    middle = sorted(parameters)[1]
    return pd.DataFrame(
        {
            "variant": ["cnn", "gcnn", "rgroup"],
            "parameters": parameters,
            "multiply_adds": multiply_adds,
            "to_median": [count / middle - 1 for count in parameters],
        }
    )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [([1000, 1010, 1049], "All variants match in parameters"), ([1000, 1010, 1200], "rgroup (1,200, +19 %)")],
)
def test_parameters(parameters, said):
    assert said in _match_words(_frame(parameters, [1, 1, 1]), sorted(parameters)[1])


@pytest.mark.parametrize(
    ("multiply_adds", "said"),
    [([1000, 1000, 1040], "match in arithmetic too"), ([1000, 3900, 1900], "gcnn does 3.9 times that of cnn")],
)
def test_arithmetic(multiply_adds, said):
    assert said in _compute_words(_frame([1000, 1000, 1000], multiply_adds))
