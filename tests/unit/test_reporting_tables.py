"""Numbers for readers, and tables in their forms."""

import pandas as pd
import pytest

from equidyn.report.numbers import duration, estimate_text, interval, listed, number
from equidyn.report.tables import Table, csv, latex, markdown

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.101234, "0.1012"),
        (7554.0, "7,554"),
        (3.14e-7, "3.1 × 10⁻⁷"),
        (-2.5e6, "-2.5 × 10⁶"),
        (NAN, "not finite"),
    ],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (0.10127, 0.0042, "0.1013 ± 0.0042"),
        (12.3, 4.56, "12.3 ± 4.6"),
        (150.0, 31.0, "150 ± 31"),
        (3.1e-7, 4e-8, "(3.10 ± 0.40) × 10⁻⁷"),
        (0.5, NAN, "0.5000"),
        (0.0, 0.0, "0 ± 0"),
        (-9e-18, 0.66, "0.00 ± 0.66"),
        (4e-4, 2e-3, "0.0004 ± 0.0020"),
    ],
)
def test_interval(mean, half, text):
    assert interval(mean, half) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"n": 3, "seeds": 3, "diverged": 0, "mean": 0.5, "high": 0.52}, "0.500 ± 0.020"),
        ({"n": 1, "seeds": 1, "diverged": 0, "mean": 0.5, "high": NAN}, "0.5000, n = 1"),
        ({"n": 2, "seeds": 3, "diverged": 1, "mean": 0.5, "high": 0.52}, "0.500 ± 0.020, n = 2, diverged (1 of 3)"),
        ({"n": 0, "seeds": 3, "diverged": 3, "mean": NAN, "high": NAN}, "n = 0, diverged (3 of 3)"),
    ],
)
def test_cell_of_a_table_says_n_and_what_diverged(row, text):
    assert estimate_text(pd.Series(row, dtype=object)).replace("\N{NO-BREAK SPACE}", " ") == text


def test_words():
    assert [duration(seconds) for seconds in (0.000454, 0.0123, 7.44, 185, 7620)] == [
        "0.45 ms",
        "12 ms",
        "7.4 s",
        "3 min 05 s",
        "2 h 07 min",
    ]
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "none",
        "a",
        "a and b",
        "a, b and c",
    ]


def _table(*cells: str) -> Table:
    data = pd.DataFrame({"variant": ["cnn"], "mean": [0.1 + 0.2], "low": [NAN]})
    return Table(
        "study-x", "A caption.", data, pd.DataFrame([list(cells)], columns=[f"c{i}" for i in range(len(cells))])
    )


def test_csv_keeps_every_digit():
    assert csv(_table("a")) == "variant,mean,low\ncnn,0.30000000000000004,NaN\n"


def test_latex_escapes_and_is_plain_ascii():
    text = latex(_table("cnn_aug & 5 %", "(3.1 ± 0.4) × 10⁻⁷", "ε = 0.3, E₁₂", r"a\b{c}^~<"))
    text.encode("ascii")
    assert r"cnn\_aug \& 5 \% & (3.1 $\pm$ 0.4) $\times$ 10$^{-7}$ & $\varepsilon$ = 0.3, E$_{12}$ & " in text
    assert r"a\textbackslash{}b\{c\}\textasciicircum{}\textasciitilde{}\textless{} \\" in text
    assert text.count(r"\begin{tabular}{llll}") == text.count(r"\end{tabular}") == 1


def test_markdown_keeps_cells_apart():
    assert markdown(_table("a|b", "two\nlines")).splitlines() == [
        "| c0 | c1 |",
        "| --- | --- |",
        r"| a\|b | two lines |",
    ]
