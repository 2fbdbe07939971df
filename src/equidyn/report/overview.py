"""What was run: preset, sources, commit, versions, machine, cost, and how the runs ended."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from equidyn.core.domain import Domain
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import counted, listed
from equidyn.report.own import own
from equidyn.report.times import shown, times


class Fact(NamedTuple):
    """Something of what was run.

    place: below: only on the page of what was run; brief: in the line at the head of the index too; notice: there in
    short, as something that nobody who reads on may miss.
    """

    name: str
    value: str
    place: Literal["below", "brief", "notice"] = "below"

    @property
    def short(self) -> str:
        """Its first words, for one line."""
        return f"{self.name}: {re.split(r': |; |, |[.] ', self.value.rstrip('.'))[0]}"

    @property
    def brief(self) -> str:
        """Its value, or the first of several, which are told in full where there is room."""
        first, *more = self.value.split("; ")
        return f"{first} and {len(more)} more" if len(more) > 1 else self.value


@dataclass(frozen=True)
class Overview:
    """facts: of what was run; times: what each study and stage cost; terms: (term, definition) of the domains.

    diverged: one sentence per run. stopped: one line per study and variant with runs that stopped early.
    """

    facts: list[Fact]
    times: pd.DataFrame
    diverged: list[str]
    stopped: list[str]
    terms: list[tuple[str, str]]

    def at(self, place: str) -> list[Fact]:
        """The facts for a place at the head of the index."""
        return [fact for fact in self.facts if fact.place == place]

    @property
    def line(self) -> str:
        """What was run in one line."""
        text = "; ".join(f"{fact.name.lower()} {fact.brief}" for fact in self.at("brief"))
        return f"{text[:1].upper()}{text[1:]}."

    @property
    def time_rows(self) -> list[list[str]]:
        """Rows of `times`."""
        return self.times.astype(str).to_numpy().tolist()


def overview(studies: list[StudyResults], name: str, threads: int = 1, unfinished: Sequence[str] = ()) -> Overview:
    """name: of the preset; threads: of a job; unfinished: what of the preset is not there.

    The rest is read from the provenance that every output carries.
    """
    provenances = [one for study in studies for part in _parts(study).values() for one in part.provenances]
    runs = pd.concat([_runs(study) for study in studies], ignore_index=True)
    by_domain: dict[Domain, list[StudyResults]] = {}
    for study in studies:
        by_domain.setdefault(study.settings.home, []).append(study)
    facts = [
        Fact("Preset", name, "brief"),
        *_lacking(unfinished),
        *(Fact(f"Study {study.name}", grid_words(study)) for study in studies),
        Fact("Data", listed(_sources(studies))),
        *(fact for domain, part in by_domain.items() for fact in _facts(domain, part)),
        Fact("Learning rates", _rates(studies)),
        Fact("Commit", _several(part["commit"] for part in provenances), "brief"),
        Fact("Packages", _versions(provenances)),
        Fact("Training on", _several(f"{row.device}, {row.precision}" for row in runs.itertuples()), "brief"),
        Fact("Machine", _several(part.get("machine", "unknown") for part in provenances)),
        Fact("Runs", _ends(runs), "brief"),
    ]
    terms = [term for domain in by_domain for term in own(domain, "overview", "TERMS", {}).items()]
    return Overview(facts, shown(times(studies, threads)), _diverged(runs), _stopped(runs), terms)


def _lacking(unfinished: Sequence[str]) -> list[Fact]:
    words = f"{len(unfinished)} of the preset's studies; {'; '.join(unfinished)}"
    return [Fact("Not finished", words, "notice")] if unfinished else []


def _parts(study: StudyResults) -> dict[str, StudyResults]:
    """The runs of a study, and those of its control, by what to add to their seeds."""
    return {"": study} | ({} if study.controls is None else {" of the control": study.controls})


def _runs(study: StudyResults) -> pd.DataFrame:
    """All runs of a study; the seeds of its control say so."""
    frames = [part.runs.assign(seed=part.runs["seed"].astype(str) + end) for end, part in _parts(study).items()]
    return pd.concat(frames).assign(study=study.name)


def _facts(domain: Domain, studies: list[StudyResults]) -> list[Fact]:
    """What a domain says of the studies with sources that it has words for."""
    told = [study for study in studies if study.settings.source.own_words]
    return own(domain, "overview", "facts", _no_facts)(told) if told else []


def _no_facts(studies: list[StudyResults]) -> list[Fact]:
    return []


def preset(folder: Path) -> str:
    """The preset's name, from the working folder: presets/NAME, or "default" for the root of the project."""
    return folder.name if folder.parent.name == "presets" else "default"


def grid_words(study: StudyResults) -> str:
    """How many datasets, variants and seeds a study has."""
    sizes = ((study.datasets, "dataset"), (study.variants, "variant"), (study.settings.seeds, "seed"))
    grid = f"{' × '.join(counted(len(part), noun) for part, noun in sizes)} = {counted(len(study.runs), 'cell')}"
    return grid if study.controls is None else f"{grid}, and {counted(len(study.controls.runs), 'control')}"


def _rates(studies: list[StudyResults]) -> str:
    """Of which studies they were tuned, and of which not."""
    tuned, others = ([study.name for study in studies if bool(study.trials) == wanted] for wanted in (True, False))
    words = {f"tuned for each variant of {listed(tuned)}": tuned, f"those of {listed(others)} were not tuned": others}
    return "; ".join(sentence for sentence, names in words.items() if names)


def _sources(studies: list[StudyResults]) -> list[str]:
    return list(dict.fromkeys(str(tree["provenance"]["source"]) for study in studies for tree in study.data.values()))


def _several(values: Any) -> str:
    """The one value that all outputs share, or each with the number of outputs that have it."""
    counts = Counter(map(str, values))
    if len(counts) == 1:
        return next(iter(counts))
    return "; ".join(f"{value} ({counted(count, 'output')})" for value, count in counts.most_common())


def _versions(provenances: list[dict[str, Any]]) -> str:
    return _several(", ".join(f"{name} {number}" for name, number in part["versions"].items()) for part in provenances)


def _ends(runs: pd.DataFrame) -> str:
    counts = runs["status"].value_counts()
    words = {"completed": "ran all epochs", "stopped": "stopped early", "diverged": "diverged"}
    ended = [status for status in dict.fromkeys([*words, *counts.index]) if counts.get(status, 0)]
    if ended == ["completed"]:
        return f"{len(runs):,}, each to its last epoch"
    return f"{len(runs):,}: " + ", ".join(f"{counts[status]:,} {words.get(status, status)}" for status in ended)


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
