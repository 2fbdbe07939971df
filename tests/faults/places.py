"""Undisturbed projects, with which those that a fault has met are compared."""

import shutil
from pathlib import Path

import mother
from cutdown import STAGES, Job, contents, is_leftover, jobs, remove, write_params
from mother import End

_HAVE_NEXT = ("prepare", "tune", "train")


class LostError(AssertionError):
    """An output that is neither whole nor absent, or that a second run does not make good."""


class Place:
    """A finished project of one study; what else it is asked for is made when it is asked for.

    whole: its folder; seconds: how long each job took. stages: those that are run.
    """

    def __init__(self, root: Path, study: str, stages: tuple[str, ...] = STAGES) -> None:
        self.root, self.study, self.whole = root, study, root / "whole"
        write_params(self.whole, study)
        self.seconds = {job: succeed(self.whole, job).seconds for job in jobs(study) if job.stage in stages}
        self._operations: dict[Job, int] = {}

    def operations(self, job: Job) -> int:
        """How many operations on files the job does that starts without its outputs."""
        if job not in self._operations:
            trial, count = self.begin(job, self.root / "trial"), self.root / "count"
            succeed(trial, job, mother.counts_operations(count))
            self._operations[job] = count.stat().st_size
            shutil.rmtree(trial)
        return self._operations[job]

    def older(self, stage: str) -> Path | None:
        """The project as it was before a key of this stage changed, without a report; None if it has none such."""
        folder = self.root / f"older-{stage}"
        if stage in _HAVE_NEXT and not folder.exists():
            write_params(folder, self.study, older=stage)
            for job in jobs(self.study):
                if job.stage != "report":
                    succeed(folder, job)
        return folder if stage in _HAVE_NEXT else None

    def begin(self, job: Job, folder: Path, older: Path | None = None) -> Path:
        """A copy in which `job` is still to be done; older: where outputs of it lie that are in its place."""
        copied(self.whole, folder)
        remove(folder, job.outputs)
        for name in job.outputs if older else ():
            copied(older / name, folder / name)
        return folder


def copied(source: Path, target: Path) -> None:
    """A copy of a file or folder."""
    (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


def succeed(folder: Path, job: Job, fate: mother.Fate | None = None) -> End:
    """Run a stage that has no reason to fail."""
    end = mother.run(folder, job, fate)
    if end.status != 0:
        raise LostError(f"{job}: status {end.status}\n{end.words}")
    return end


def check_left(place: Place, job: Job, older: Path | None, folder: Path) -> None:
    """Every file that has the name of an output is one of the undisturbed run, or the older one that was there."""
    whole, old = contents(place.whole), contents(older) if older else {}
    for name, content in contents(folder).items():
        if not is_leftover(name) and content not in (whole.get(name), old.get(name)):
            raise LostError(f"{job}: {name} is neither the whole file nor the older one ({len(content)} bytes)")


def check_same(place: Place, job: Job, folder: Path) -> None:
    """Every file is the undisturbed one, and there is none beside them."""
    found, wanted = contents(folder), contents(place.whole)
    differing = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if differing:
        raise LostError(f"{job}: after a second run these differ: {', '.join(differing)}")
