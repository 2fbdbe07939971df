"""What a finished run cost, by study and stage."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from equidyn.report.times import ALL, times


def _study(name: str, train: list[float], control: list[float], trials: list[dict[str, Any]]) -> Any:
    def runs(seconds: list[float]) -> pd.DataFrame:
        return pd.DataFrame({"train_seconds": seconds, "measure_seconds": [10.0] * len(seconds)}, dtype=float)

    data = {"d": {"provenance": {"wall_seconds": 5.0}}}
    controls = SimpleNamespace(runs=runs(control)) if control else None
    return SimpleNamespace(name=name, data=data, runs=runs(train), controls=controls, trials=trials)


def test_every_job_counts_once_in_its_study_and_stage() -> None:
    trials = [{"variant": name, "seconds": 3.0} for name in ("cnn", "cnn", "gcnn")]
    shipped = [{"variant": "cnn"}]  # of a table from another run
    frame = times([_study("a", [1.0, 2.0], [4.0], trials), _study("b", [7.0], [], shipped)], threads=2)
    cost = {(row.study, row.stage): (row.jobs, row.core_seconds) for row in frame.itertuples()}
    assert cost == {
        ("a", "prepare"): (1, 10.0),
        ("a", "tune"): (2, 18.0),
        ("a", "train"): (2, 6.0),
        ("a", "control"): (1, 8.0),
        ("a", "measure"): (3, 60.0),
        ("b", "prepare"): (1, 10.0),
        ("b", "train"): (1, 14.0),
        ("b", "measure"): (1, 20.0),
        (ALL, "all"): (12, 146.0),
    }
    longest = frame.set_index(["study", "stage"])["longest_seconds"]
    assert longest["a", "tune"] == 6.0
    assert longest["a", "train"] == 2.0
