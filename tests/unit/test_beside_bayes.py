"""How classifiers of sets compare with the best rule on the very same test sets: known answers."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from toy_sets import set_params

from equidyn.core import paths
from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import read
from equidyn.domains.sets.measures.accuracy import _above_bayes
from equidyn.domains.sets.report.bayes import beside_bayes
from equidyn.domains.sets.source.chi_square import bayes_threshold, sums_of_squares
from equidyn.domains.sets.tasks.classify_sets.task import ClassifySets


def test_the_difference_is_that_of_the_same_sets(workplace: Path):
    """A network that answers as the best rule is as good as it, whatever the sets; each mistake costs 1/N."""
    params = set_params()
    dataset = read(paths.dataset("sets", "static"), Labelled)
    task = ClassifySets(params.studies["sets"].task, dataset, torch.device("cpu"))
    test = task.splits["test"]
    # Above 0 where the sum of squares is below the threshold, as the second class has the smaller variance.
    sums = sums_of_squares(test.inputs.numpy())
    logits = torch.from_numpy(bayes_threshold((1.0, 0.25), 12) - sums)[:, None]
    best = SimpleNamespace(test=test, task=task, logits=logits)
    share = ((logits[:, 0] > 0) == (test.labels > 0.5)).double().mean().item()
    assert _above_bayes(best) == {"bayes_here": share, "above_bayes": 0.0, "above_bayes_error": 0.0}
    right = torch.nonzero((logits[:, 0] > 0) == (test.labels > 0.5))[:4, 0]
    worse = logits.clone()
    worse[right] *= -1
    found = _above_bayes(SimpleNamespace(test=test, task=task, logits=worse))
    share = 4 / len(test)
    assert found["above_bayes"] == -share
    assert found["above_bayes_error"] == pytest.approx((share * (1 - share) / (len(test) - 1)) ** 0.5)


def test_the_interval_has_the_spread_of_the_seeds_or_for_one_that_of_its_test_sets():
    rows = pd.DataFrame({"dataset": "d", "variant": ["a", "b", "b", "b"], "status": ["completed"] * 3 + ["diverged"]})
    values = {"above_bayes": [-0.02, 0.01, 0.03, 9.0], "above_bayes_error": [0.01, 0.01, 0.01, 0.01]}
    results = SimpleNamespace(quantity=lambda measure, quantity: rows.assign(value=values[quantity]))
    one, two = beside_bayes(results).to_dict("records")
    assert (one["n"], one["mean"], two["n"], two["mean"]) == (1, -0.02, 2, pytest.approx(0.02))
    assert one["high"] - one["mean"] == pytest.approx(1.959964 * 0.01)
    assert two["high"] - two["mean"] == pytest.approx(12.7062 * 0.01, rel=1e-5)
