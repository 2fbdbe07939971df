"""What DVC compares between commits: headline numbers and learning curves."""

import json
from dataclasses import replace

import pandas as pd
from claims_cells import published_claims, results

from equidyn.report.claims.ledger import ledger
from equidyn.report.gather import StudyResults
from equidyn.report.learning_curves import learning_curves
from equidyn.report.metrics import metrics, summaries

STUDY = results({("error", "rmse"): lambda variant, dataset, seed: float(seed)}, variants=["cnn", "gcnn"])


def _scores(study: StudyResults) -> dict:
    return _tree(study)["studies"]["smoke-levels"]


def _tree(study: StudyResults) -> dict:
    return metrics([study], ledger(published_claims(), [study]))


def test_scores_are_means_over_seeds_and_null_where_no_run_ended_finite():
    lost = [("cnn", "eps060", seed) for seed in (1, 2, 3)]
    tree = _scores(results({("error", "rmse"): lambda *cell: float(cell[2])}, variants=["cnn", "gcnn"], diverged=lost))
    assert [(name, list(variants)) for name, variants in tree.items()] == [
        (name, ["cnn", "gcnn"]) for name in ("eps000", "eps030", "eps060")
    ]
    assert tree["eps060"] == {"cnn": {"error.rmse": None}, "gcnn": {"error.rmse": 2.0}}


def test_every_test_split_has_its_score():
    source = STUDY.settings.source

    class Two(type(source)):
        splits = ("train", "validation", "future", "domain")

    found = results({("error", f"{split}.rmse"): lambda *_: 1.0 for split in ("future", "domain")}, variants=["cnn"])
    settings = found.settings.model_copy(update={"source": Two.model_construct(**dict(source))})
    tree = _scores(replace(found, settings=settings))
    assert list(tree["eps000"]["cnn"]) == ["error.future.rmse", "error.domain.rmse"]


def test_every_headline_quantity_has_its_scores_and_few_numbers():
    """Whether or not it is the one by which variants are compared; what is none, or at another checkpoint, has not."""
    values = {("lie", "relative"): lambda variant, dataset, seed: float(seed), ("lie", "absolute"): lambda *_: 1.0}
    tree = _tree(results(values, variants=["cnn", "gcnn"], diverged=[("cnn", "eps060", seed) for seed in (1, 2, 3)]))
    found = tree["studies"]["smoke-levels"]
    assert found["eps000"] == {"cnn": {"lie.relative": 2.0}, "gcnn": {"lie.relative": 2.0}}
    few = summaries(tree)
    assert few.keys() == {"claims", "smoke-levels--lie.relative"}
    assert few["smoke-levels--lie.relative"] == {"least": 2.0, "median": 2.0, "largest": 2.0}
    counts = tree["claims"]["corrected"]
    assert few["claims"]["open"] == counts["inconclusive"]
    assert sum(few["claims"].values()) == sum(counts.values()) - counts["not run"]


def test_verdicts_are_counted_under_both_definitions_and_the_file_is_plain_json():
    tree = metrics([STUDY], ledger(published_claims(), [STUDY]))
    assert json.loads(json.dumps(tree)) == tree and list(tree["claims"]) == ["corrected", "as_published"]
    for counts in tree["claims"].values():
        assert sum(counts.values()) == len(published_claims().claims)


def test_learning_curves_are_over_the_seeds_that_reached_the_epoch():
    cell = {"dataset": "eps000", "variant": "gcnn", "status": "completed"}
    scores = {1: [3.0, 1.0], 2: [5.0], 3: [float("nan"), 2.0]}
    rows = [
        cell | {"seed": seed, "epoch": epoch, "validation_rmse": score}
        for seed, course in scores.items()
        for epoch, score in enumerate(course, start=1)
    ]
    study = replace(STUDY, runs=STUDY.runs.assign(trained_parameters=10), history=pd.DataFrame(rows))
    found = learning_curves(study)[["epoch", "runs", "score", "least", "largest"]].to_numpy().tolist()
    assert found == [[1, 2, 4.0, 3.0, 5.0], [2, 2, 1.5, 1.0, 2.0]]
