"""What was run: preset, sources, commit, versions, machine, wall times, and how the runs ended."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import counted, duration, listed
from equidyn.report.origins import flow_words, origin_words

_BRIEF = ("Preset", "Data", "Runs", "Commit")
_DIGITS = "Digits"  # how the facts begin that the head of the page makes a notice of
_TURBULENCE = "Turbulence"  # how those begin that it tells among the brief ones


@dataclass(frozen=True)
class Overview:
    """facts: (name, value), each of what was run; times: wall time per stage.

    diverged: one sentence per run. stopped: one line per study and variant with runs that stopped early.
    """

    facts: list[tuple[str, str]]
    times: pd.DataFrame
    diverged: list[str]
    stopped: list[str]

    @property
    def brief(self) -> list[tuple[str, str]]:
        """The facts for the head of the page."""
        return [(name, value) for name, value in self.facts if name in _BRIEF or name.startswith(_TURBULENCE)]

    @property
    def notices(self) -> list[tuple[str, str]]:
        """The facts that nobody who reads on may miss."""
        return [(name, value) for name, value in self.facts if name.startswith(_DIGITS)]

    @property
    def time_rows(self) -> list[list[str]]:
        """Rows of `times`."""
        return self.times.astype(str).to_numpy().tolist()


def overview(studies: list[StudyResults]) -> Overview:
    """All of it is read from the provenance that every output carries."""
    provenances = [part for study in studies for part in study.provenances]
    runs = pd.concat([study.runs.assign(study=study.name) for study in studies], ignore_index=True)
    facts = [
        ("Preset", preset(Path.cwd())),
        *((f"Study {study.name}", _grid(study)) for study in studies),
        ("Data", listed(_sources(studies))),
        *_digits(studies),
        *_turbulence(studies),
        ("Commit", _several(part["commit"] for part in provenances)),
        ("Packages", _versions(provenances)),
        ("Training on", _several(f"{row.device}, {row.precision}" for row in runs.itertuples())),
        ("Machine", _several(part.get("machine", "unknown") for part in provenances)),
        ("Runs", _ends(runs)),
    ]
    return Overview(facts, _times(studies), _diverged(runs), _stopped(runs))


def preset(folder: Path) -> str:
    """The preset's name, from the working folder: presets/NAME, or "default" for the root of the project."""
    return folder.name if folder.parent.name == "presets" else "default"


def _grid(study: StudyResults) -> str:
    sizes = ((study.datasets, "dataset"), (study.variants, "variant"), (study.settings.seeds, "seed"))
    return f"{' × '.join(counted(len(part), noun) for part, noun in sizes)} = {counted(len(study.runs), 'cell')}"


def _sources(studies: list[StudyResults]) -> list[str]:
    return list(dict.fromkeys(str(tree["provenance"]["source"]) for study in studies for tree in study.data.values()))


def _digits(studies: list[StudyResults]) -> list[tuple[str, str]]:
    """Which digits there are and why: one fact if all studies of digits have the same, else one per dataset."""
    told = {
        f"{study.name}/{name}": origin_words(study.settings, tree["checks"])
        for study in studies
        for name, tree in study.data.items()
        if study.settings.source.kind == "digits"
    }
    if len(set(told.values())) == 1:
        return [(_DIGITS, next(iter(told.values())))]
    return [(f"{_DIGITS} of {place}", words) for place, words in told.items()]


def _turbulence(studies: list[StudyResults]) -> list[tuple[str, str]]:
    """Which flow each study of super-resolution has."""
    chosen = [study for study in studies if study.settings.task.kind == "upscale"]
    told = {}
    for study in chosen:
        heads = level_labels(study.settings)
        told[study.name] = flow_words(
            study.settings, {heads[name]: tree["checks"] for name, tree in study.data.items()}
        )
    if len(chosen) == 1:
        return [(_TURBULENCE, told[chosen[0].name])]
    return [(f"{_TURBULENCE} of {name}", words) for name, words in told.items()]


def _several(values: Any) -> str:
    """The one value that all outputs share, or each with the number of outputs that have it."""
    counts = Counter(map(str, values))
    if len(counts) == 1:
        return next(iter(counts))
    return "; ".join(f"{value} ({counted(count, 'output')})" for value, count in counts.most_common())


def _versions(provenances: list[dict[str, Any]]) -> str:
    return _several(", ".join(f"{name} {number}" for name, number in part["versions"].items()) for part in provenances)


def _times(studies: list[StudyResults]) -> pd.DataFrame:
    """Wall time of each stage, over all jobs and per job."""
    stages = {
        "prepare": [tree["provenance"]["wall_seconds"] for study in studies for tree in study.data.values()],
        "train": [seconds for study in studies for seconds in study.runs["train_seconds"]],
        "measure": [seconds for study in studies for seconds in study.runs["measure_seconds"]],
    }
    rows = [
        [name, len(times), duration(sum(times)), duration(sum(times) / len(times)), duration(max(times))]
        for name, times in stages.items()
    ]
    return pd.DataFrame(rows, columns=["stage", "jobs", "all jobs", "mean of a job", "longest job"])


def _ends(runs: pd.DataFrame) -> str:
    counts = runs["status"].value_counts()
    words = {"completed": "ran all epochs", "stopped": "stopped early", "diverged": "diverged"}
    return f"{counted(len(runs), 'run')}: " + ", ".join(
        f"{counts.get(status, 0)} {words.get(status, status)}" for status in dict.fromkeys([*words, *counts.index])
    )


def _diverged(runs: pd.DataFrame) -> list[str]:
    return [
        f"Diverged: {row.study}/{row.dataset}/{row.variant}, seed {row.seed} ({row.message})."
        for row in runs[runs["status"] == "diverged"].itertuples()
    ]


def _stopped(runs: pd.DataFrame) -> list[str]:
    lines = []
    for (study, variant), part in runs[runs["status"] == "stopped"].groupby(["study", "variant"], sort=False):
        places = part.groupby("dataset", sort=False)["seed"].agg(lambda seeds: ", ".join(map(str, seeds)))
        listed_places = "; ".join(f"{dataset} seed {seeds}" for dataset, seeds in places.items())
        lines.append(f"{study}/{variant}: {listed_places}")
    return lines
