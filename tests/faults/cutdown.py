"""A project that takes seconds: two studies of different kinds, each with one dataset, two variants and one seed.

One of them tunes.
"""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import toy
import toy_sets
import yaml

STAGES = ("prepare", "tune", "train", "measure", "report")
FIELDS, SETS = "smoke-levels", "gaussian"
_VARIANTS = {FIELDS: ("cnn", "gcnn"), SETS: ("mlp", "intrinsic")}
_MEASURES = {FIELDS: ("error", "equivariance"), SETS: ("accuracy", "overfitting")}
_DATASET = {FIELDS: "sym", SETS: "static"}
_TUNE = {SETS: {"run": True, "dataset": _DATASET[SETS], "rates": [0.01, 0.02], "further": 1}}
# What tells the older outputs that a stage may find: one key that this stage reads.
_OLDER = {
    "prepare": ("source", "seed", 7),
    "tune": ("tune", "further", 2),
    "train": ("training", "weight_decay", 0.01),
}
_RECORDS = ("locks", "resume", "sources")  # of data/: no outputs
_OF_ENGINES = (".snakemake_timestamp", ".gitignore")


def tree(*studies: str, older: str = "") -> dict[str, Any]:
    """params.yaml of these studies; older: as it was before the key of that stage was changed."""
    found = {name: _cut(name) for name in studies}
    if older:
        part, key, value = _OLDER[older]
        for study in found.values():
            study[part][key] = value
    return {"compute": toy.TREE["compute"], "studies": found}


def _cut(name: str) -> dict[str, Any]:
    study = deepcopy(toy.TREE["studies"]["toy"] if name == FIELDS else toy_sets.STUDY)
    study["training"]["epochs"] = 3
    study["datasets"] = {_DATASET[name]: study["datasets"][_DATASET[name]]}
    for key, kept in (("variants", _VARIANTS[name]), ("measures", _MEASURES[name])):
        study[key] = {entry: study[key][entry] for entry in kept}
    return study | ({"tune": _TUNE[name]} if tunes(name) else {})


def tunes(study: str) -> bool:
    """Whether the study has the stage tune."""
    return study in _TUNE


def write_params(folder: Path, *studies: str, older: str = "") -> None:
    """params.yaml in `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(tree(*studies, older=older), sort_keys=False)
    (folder / "params.yaml").write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Job:
    """One command of one stage. study: of its cell; "" for the report."""

    stage: str
    study: str = ""
    variant: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What follows `equidyn` on the command line."""
        if not self.study:
            return (self.stage,)
        if self.stage == "tune":
            return self.stage, f"{self.study}/{self.variant}"
        cell = [self.study, _DATASET[self.study], *((self.variant, "1") if self.variant else ())]
        return self.stage, "/".join(cell)

    @property
    def outputs(self) -> tuple[str, ...]:
        """What it writes: files and folders."""
        if self.stage == "report":
            return ("reports",)
        if self.stage == "prepare":
            return tuple(f"data/datasets/{self.study}/{_DATASET[self.study]}.{end}" for end in ("h5", "card"))
        if self.stage == "tune":
            return (f"data/tuned/{self.study}/{self.variant}.json",)
        run = f"data/runs/{self.study}/{_DATASET[self.study]}/{self.variant}/seed1"
        files = ("measures.json", "example.safetensors")
        if self.stage == "train":
            files = ("run.json", "best.safetensors", "early.safetensors", "history.csv")
        return tuple(f"{run}/{name}" for name in files)

    def makes(self, path: str) -> bool:
        """Whether the file at `path` is one of its outputs, or in one."""
        return any(path == name or path.startswith(f"{name}/") for name in self.outputs)

    def __str__(self) -> str:
        return " ".join(self.arguments)


def jobs(*studies: str) -> Iterator[Job]:
    """All commands, in an order in which each finds what it needs."""
    for study in studies:
        yield Job("prepare", study)
        for variant in _VARIANTS[study]:
            yield from (Job("tune", study, variant),) if tunes(study) else ()
            yield Job("train", study, variant)
            yield Job("measure", study, variant)
    yield Job("report")


def following(job: Job) -> Job | None:
    """The job that reads first what `job` makes; None after the last ones."""
    stages = [stage for stage in STAGES[:-1] if stage != "tune" or tunes(job.study)]
    if job.stage not in stages[:-1]:
        return None
    return Job(stages[stages.index(job.stage) + 1], job.study, job.variant or _VARIANTS[job.study][0])


def contents(folder: Path) -> dict[str, bytes]:
    """Every output of the project, by path: without records of locks and unfinished training, or of engines."""
    ours = [path for name in ("data", "reports") for path in (folder / name).rglob("*") if path.is_file()]
    kept = [path for path in ours if path.relative_to(folder).parts[1] not in _RECORDS or "reports" in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept if path.name not in _OF_ENGINES}


def is_leftover(path: str) -> bool:
    """Whether the file is, or lies in, something that a killed writer left under a name of its own."""
    return any(part.startswith(".") and part.endswith((".part", ".old")) for part in Path(path).parts)


def remove(folder: Path, outputs: tuple[str, ...]) -> None:
    """Take outputs away, as an engine does before it makes them anew."""
    for name in outputs:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
