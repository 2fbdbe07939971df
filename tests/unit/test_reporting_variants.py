"""The section on variants: what it says of sizes, arithmetic, training and time."""

import pandas as pd
import pytest
from reporting_cells import edit_json, write_cells
from reporting_studies import levels, params, sizes

from equidyn.core import paths
from equidyn.core.files import read_json
from equidyn.core.params import Cell
from equidyn.report.gather import gather
from equidyn.report.sections.variants import _compute_words, _match_words, section, step_seconds


def _frame(parameters: list[int], multiply_adds: list[int]) -> pd.DataFrame:
    middle = (min(parameters) + max(parameters)) / 2
    return pd.DataFrame(
        {
            "variant": ["cnn", "gcnn", "rgroup"],
            "parameters": parameters,
            "multiply_adds": multiply_adds,
            "to_middle": [count / middle - 1 for count in parameters],
            "as_published": False,
        }
    )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ([1000, 1010, 1090], "The compared variants match in parameters: each is within 5 % of 1,045."),
        ([1000, 1010, 1200], "cnn (1,000, -9 %), gcnn (1,010, -8 %) and rgroup (1,200, +9 %) are more than 5 % off"),
    ],
)
def test_parameters(parameters, said):
    assert said in _match_words(_frame(parameters, [1, 1, 1]), (min(parameters) + max(parameters)) / 2)


@pytest.mark.parametrize(
    ("multiply_adds", "said"),
    [([1000, 1000, 1040], "match in arithmetic too"), ([1000, 3900, 1900], "gcnn does 3.9 times that of cnn")],
)
def test_arithmetic(multiply_adds, said):
    assert said in _compute_words(_frame([1000, 1000, 1000], multiply_adds))


def test_seconds_of_a_step_are_the_wall_time_over_all_steps(workplace):
    """Two runs of 9 to 12 epochs of 2 steps, whose training took as long as their provenance says."""
    chosen = params(smoke_sizes=sizes(["cnn", "gcnn"], [2], 2))
    write_cells(chosen)
    expected = []
    for seed, (epochs, seconds) in enumerate([(5, 20.0), (10, 10.0)], start=1):
        path = paths.run(Cell("smoke-sizes", "eps000-n2", "gcnn", seed)) / "run.json"
        pd.DataFrame({"epoch": range(epochs + 1)}).to_csv(path.with_name("history.csv"), index=False)
        provenance = read_json(path)["provenance"] | {"wall_seconds": seconds}
        edit_json(path, epochs=epochs, provenance=provenance)
        expected.append(seconds / (2 * epochs))
    assert step_seconds(gather(chosen)[0])["gcnn"] == pytest.approx(sum(expected) / 2)


def test_what_training_needs_and_what_differs_is_told(workplace):
    chosen = params(smoke_levels=levels(["cnn", "soft", "relax-anneal", "rsteer-published"], [0.0], 1))
    write_cells(chosen)
    shown = section(gather(chosen)[0])
    view = shown.tables[0].view.set_index("variant")
    assert view["training"].to_dict() == {
        "cnn": "–",
        "soft": "equivariance_penalty 0.1",
        "relax-anneal": "–",
        "rsteer-published": "–",
    }
    parameters = view.loc["relax-anneal", ["parameters", "parameters in training"]]
    used, trained = (int(text.replace(",", "")) for text in parameters)
    assert trained == 2 * used
    assert any(words.startswith("relax-anneal has more parameters in training") for words in shown.text)
    assert shown.text[-1].endswith("for the audit: rsteer-published.")
