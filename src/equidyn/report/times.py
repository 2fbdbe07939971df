"""What a finished run cost: wall time of every job by study and stage, from the provenance that each output carries."""

import math
from typing import Any

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.numbers import duration

STAGES = ("prepare", "tune", "train", "control", "measure")
ALL = "all studies"


def times(studies: list[StudyResults], threads: int = 1) -> pd.DataFrame:
    """One row for each study and stage, then one for all studies: jobs, core_seconds, mean and longest of a job [s].

    A job's core seconds are its wall seconds times the threads that it declares. control: trainings of the control;
    measure: of all runs, controls included. What took no job is left out, and trials of a shipped table, which this
    run did not make. Time outside of the stages' own work, such as imports and the engine's, is not in it, nor is the
    report.
    """
    jobs = pd.DataFrame(
        [(study.name, stage, seconds) for study in studies for stage in STAGES for seconds in _jobs(study)[stage]],
        columns=["study", "stage", "seconds"],
    )
    by_stage = jobs.groupby(["study", "stage"], sort=False)["seconds"]
    frame = by_stage.agg(["count", "sum", "mean", "max"]).reset_index()
    whole = pd.DataFrame([[ALL, "all", *jobs["seconds"].agg(["count", "sum", "mean", "max"])]], columns=frame.columns)
    frame = pd.concat([frame, whole], ignore_index=True)
    frame.columns = ["study", "stage", "jobs", "core_seconds", "mean_seconds", "longest_seconds"]
    return frame.assign(jobs=frame["jobs"].astype(int), core_seconds=(threads * frame["core_seconds"]).round(3))


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """`times` for readers."""
    seconds = [name for name in frame if name.endswith("_seconds")]
    heads = dict(zip(seconds, ("core time", "mean of a job", "longest job"), strict=True))
    return frame.assign(**{name: frame[name].map(duration) for name in seconds}).rename(columns=heads)


def _jobs(study: StudyResults) -> dict[str, list[float]]:
    """Stage -> wall seconds of each of its jobs."""
    controls = study.controls.runs if study.controls is not None else study.runs[:0]
    return {
        "prepare": [tree["provenance"]["wall_seconds"] for tree in study.data.values()],
        "tune": _tuning(study.trials),
        "train": study.runs["train_seconds"].tolist(),
        "control": controls["train_seconds"].tolist(),
        "measure": study.runs["measure_seconds"].tolist() + controls["measure_seconds"].tolist(),
    }


def _tuning(trials: Any) -> list[float]:
    """Of each variant that was tuned in this run, all its trials."""
    found: dict[str, float] = {}
    for row in trials:
        if row.get("seconds") is not None and math.isfinite(row["seconds"]):
            found[row["variant"]] = found.get(row["variant"], 0.0) + row["seconds"]
    return list(found.values())
