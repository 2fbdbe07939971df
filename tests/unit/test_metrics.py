"""What DVC compares between commits: headline numbers and learning curves, from synthetic cells."""

import json
import math

import pytest
from reporting_cells import edit_json, write_cells
from reporting_studies import levels, params, rotation

from equidyn.core import paths
from equidyn.core.files import write_json
from equidyn.core.params import Cell
from equidyn.report.claims.ledger import ledger
from equidyn.report.claims.model import published_claims
from equidyn.report.gather import StudyResults, gather
from equidyn.report.learning_curves import learning_curves
from equidyn.report.metrics import metrics

STUDIES = params(smoke_levels=levels(["cnn", "gcnn"], [0.0, 0.6], 3), smoke_rotation=rotation(["rsteer"], 2))
DIVERGED = tuple(Cell("smoke-levels", "eps060", "cnn", seed) for seed in (1, 2, 3))


@pytest.fixture
def studies(workplace) -> list[StudyResults]:
    """Two studies; at eps 0.6, every run of cnn diverged."""
    write_cells(STUDIES, diverged=DIVERGED)
    return gather(STUDIES)


def _metrics(studies: list[StudyResults]) -> dict:
    return metrics(studies, ledger(published_claims(), studies))


def test_scores_are_means_over_seeds_and_null_where_no_run_ended_finite(studies, workplace):
    tree = _metrics(studies)["studies"]["smoke-levels"]
    assert [(name, list(variants)) for name, variants in tree.items()] == [
        ("eps000", ["cnn", "gcnn"]),
        ("eps060", ["cnn", "gcnn"]),
    ]
    cells = [Cell("smoke-levels", "eps060", "gcnn", seed) for seed in (1, 2, 3)]
    files = [json.loads((paths.run(cell) / "measures.json").read_text()) for cell in cells]
    scores = [file["checkpoints"]["best"]["error"]["rmse"] for file in files]
    assert tree["eps060"]["gcnn"]["error.rmse"] == pytest.approx(sum(scores) / 3)
    assert tree["eps060"]["cnn"]["error.rmse"] is None


def test_every_test_split_has_its_score(studies):
    tree = _metrics(studies)["studies"]["smoke-rotation"]
    for variants in tree.values():
        assert list(variants["rsteer"]) == ["error.future.rmse", "error.domain.rmse"]


def test_verdicts_are_counted_under_both_definitions(studies):
    claims = _metrics(studies)["claims"]
    assert list(claims) == ["corrected", "as_published"]
    for counts in claims.values():
        assert sum(counts.values()) == len(published_claims().claims)


def test_the_file_is_plain_json(studies, workplace):
    write_json(workplace / "metrics.json", _metrics(studies))
    assert json.loads((workplace / "metrics.json").read_text()) == _metrics(studies)


def test_a_study_without_the_headline_measure_has_no_scores(workplace):
    write_cells(STUDIES)
    for cell in STUDIES.cells():
        path = paths.run(cell) / "measures.json"
        checkpoints = json.loads(path.read_text())["checkpoints"]
        edit_json(path, checkpoints={name: {"lie": tree["lie"]} for name, tree in checkpoints.items()})
    assert _metrics(gather(STUDIES))["studies"] == {"smoke-levels": {}, "smoke-rotation": {}}


def test_learning_curves_are_over_the_seeds_that_reached_the_epoch(studies):
    study = studies[0]
    frame = learning_curves(study)
    assert list(frame.columns) == ["dataset", "variant", "epoch", "runs", "score", "least", "largest"]
    at = frame[(frame["dataset"] == "eps000") & (frame["variant"] == "gcnn")].set_index("epoch")
    history = study.history[(study.history["dataset"] == "eps000") & (study.history["variant"] == "gcnn")]
    scores = history.groupby("epoch")["validation_rmse"]
    for epoch, row in at.iterrows():
        assert row["runs"] == scores.count()[epoch]
        assert math.isclose(row["score"], scores.mean()[epoch])
        assert row["least"] <= row["score"] <= row["largest"]
    assert frame["score"].notna().all()
