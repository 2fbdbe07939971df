"""How classifiers compare with the best rule on the very same test sets: known answers."""

import numpy as np
import pytest
from reporting_cells import edit_json
from reporting_sets import QUICK, gaussian, write_sets
from reporting_studies import params
from safetensors.numpy import save_file
from sealing import sealed

from equidyn.core import paths
from equidyn.core.files import read_json
from equidyn.core.params import Params
from equidyn.domains.sets.report import accuracy
from equidyn.domains.sets.report.limits import beside_bayes
from equidyn.domains.sets.source.chi_square import bayes_threshold, sums_of_squares
from equidyn.domains.sets.source.gaussian import draws_of
from equidyn.domains.sets.source.gaussian_draws import SPLIT_STREAMS, draw
from equidyn.report.cells import read_answers
from equidyn.report.gather import gather


@pytest.fixture
def own(workplace: object) -> Params:
    """Cells that a test may change: two variants, two seeds."""
    chosen = params(gaussian=gaussian(["mlp", "intrinsic"], 2, measures=QUICK))
    write_sets(chosen)
    return chosen


def _answer(params: Params, variant: str, logits: np.ndarray) -> None:
    """Let every run of a variant answer so."""
    for cell in params.cells():
        if cell.variant == variant:
            labels = read_answers(cell).labels
            save_file({"logits": logits.astype(np.float32), "labels": labels}, paths.run(cell) / "example.safetensors")
            sealed(paths.run(cell))


def _bayes_logits(params: Params) -> np.ndarray:
    """Above 0 where the sum of squares is below the threshold, as the second class has the smaller variance."""
    source = params.studies["gaussian"].source
    inputs, _ = draw(draws_of(source), (SPLIT_STREAMS["test"],), source.split.test)
    return bayes_threshold(source.variances, 50) - sums_of_squares(inputs)


def test_differences_to_the_best_rule_are_those_of_the_same_sets(own):
    """A network that gives the best rule's answers is as good as it, whatever the sets; one mistaken set costs 1/N."""
    draws = 1000
    bayes = _bayes_logits(own)
    _answer(own, "intrinsic", bayes)
    wrong = bayes.copy()
    wrong[np.flatnonzero((bayes > 0) == (np.arange(draws) % 2 > 0))[:40]] *= -1
    _answer(own, "mlp", wrong)
    found = beside_bayes(gather(own)[0]).set_index(["dataset", "variant"])
    assert found.loc[("static", "intrinsic"), ["mean", "low", "high"]].tolist() == [0, 0, 0]
    mean, low, high = found.loc[("static", "mlp"), ["mean", "low", "high"]]
    half = 1.959964 * np.sqrt(0.04 * 0.96 / (draws - 1))
    assert (mean, high - mean, mean - low) == pytest.approx((-0.04, half, half), rel=1e-6)


def test_a_variant_that_is_above_the_limit_is_named(own):
    labels = np.arange(1000) % 2
    _answer(own, "intrinsic", labels - 0.5)
    study = gather(own)[0]
    said = accuracy.check_words(study, beside_bayes(study))
    assert said.startswith("Above the Bayes rule on the same test sets, beyond the interval: ")
    assert "(intrinsic, static)" in said and "(intrinsic, fresh)" in said and "mlp" not in said
    assert "one in forty is by chance" in said


def test_what_cannot_be_drawn_again_is_not_compared(own):
    for cell in own.cells():
        path = paths.run(cell) / "measures.json"
        checkpoints = read_json(path)["checkpoints"]
        checkpoints["best"]["accuracy"]["bayes_here"] -= 0.01
        edit_json(path, checkpoints=checkpoints)
    study = gather(own)[0]
    section = accuracy.section(study)
    assert [table.name for table in section.tables] == ["gaussian-accuracy"]
    assert section.finding[-1].endswith("is not checked, as the test sets cannot be drawn again here.")
