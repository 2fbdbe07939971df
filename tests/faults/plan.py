"""Which points are tried, in a full run and in a reduced one."""

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path

import damage
import engines
import fuzz_data
import fuzz_params
import kills
import mother
import room
from cutdown import FIELDS, SETS, STAGES, Job, tunes, write_params
from places import LostError, Place, copied
from rich.progress import Progress
from tables import Row

# Stage -> points of each study that a full run tries; in three kinds (kills.KINDS), in two starting states.
_KILLS = {
    SETS: {"prepare": 9, "tune": 12, "train": 12, "measure": 12, "report": 4},
    FIELDS: {"prepare": 3, "train": 6, "measure": 6, "report": 2},
}
_FEW_KILLS = {SETS: {"prepare": 2, "tune": 3, "train": 3, "measure": 2, "report": 1}}
_VARIANT = {SETS: "mlp", FIELDS: "gcnn"}
_ENGINE_POINTS = 3
_ROOM_POINTS = {"size limit": 4, "disk full": 3, "read-only folder": 1}
_DAMAGE_POINTS = 4
_LOCK_POINTS = 6
_FUZZ = {"params": 600, "data": 330}
_FEW_FUZZ = {"params": 60, "data": 44}


class Faults:
    """Each part yields the rows of its table. why_not: why disks cannot be mounted; "" if they can."""

    def __init__(self, root: Path, reduced: bool, why_not: str, bar: Progress) -> None:
        self.root, self.reduced, self.why_not, self.bar = root, reduced, why_not, bar
        self._runs: dict[str, tuple[Path, float]] = {}

    def kills(self) -> Iterator[Row]:
        """Stages on their own."""
        for study, stages in (_FEW_KILLS if self.reduced else _KILLS).items():
            place = self._places[study]
            for stage, count in stages.items():
                job = self._job(study, stage)
                row = Row({"stage": stage, "engine": f"none ({study})"})
                yield self._tried(row, count, partial(kills.point, place, job, work=self.root))

    def engines(self) -> Iterator[Row]:
        """Whole runs; none in a reduced run."""
        for engine in () if self.reduced else engines.COMMANDS:
            row = Row({"stage": "whichever was running", "engine": engine})
            try:
                run = partial(engines.point, *self._undisturbed(engine), engine, work=self.root)
            except LostError as lost:
                row.lost.append(str(lost))
                yield row
            else:
                yield self._tried(row, _ENGINE_POINTS, run)

    def lock(self) -> Iterator[Row]:
        """DVC's records of what it has done; nothing in a reduced run."""
        for lock in () if self.reduced else engines.LOCKS:
            whole, _ = self._undisturbed("dvc")
            row = Row({"engine": "dvc", "file": lock})
            yield self._tried(row, _LOCK_POINTS, partial(engines.with_damaged_lock, whole, lock, work=self.root))

    def jobs(self) -> Iterator[Row]:
        """The same bytes, however many jobs run at once, and by either engine; nothing in a reduced run."""
        if self.reduced:
            return
        whole, _ = self._undisturbed("snakemake")
        row = Row({"against two jobs of Snakemake at once": "every file of data/ and reports/"})
        yield self._tried(row, len(engines.OTHERS), partial(engines.same_with, whole, work=self.root))

    def room(self) -> Iterator[Row]:
        """Disks that are full, and folders that cannot be written."""
        for stage in ("prepare", "train") if self.reduced else STAGES:
            for kind, most in _ROOM_POINTS.items():
                row, count = Row({"stage": stage, "fault": kind}), 1 if self.reduced else most
                if kind in room.MOUNTED and self.why_not:
                    row.skipped, count = f"skipped: nothing can be mounted here ({self.why_not})", 0
                point = partial(room.point, self._places[SETS], self._job(SETS, stage), kind, work=self.root)
                yield self._tried(row, count, point)

    def damage(self) -> Iterator[Row]:
        """Files that have changed since they were written."""
        count = 1 if self.reduced else _DAMAGE_POINTS
        for study in (SETS,) if self.reduced else (SETS, FIELDS):
            place, train = self._places[study], self._job(study, "train")
            for job, file in damage.readers(self._job(study, "prepare"), train):
                row = Row({"stage": job.stage, "file": Path(file).name, "study": study})
                yield self._tried(row, count, partial(damage.point, place, job, file, work=self.root))
            for stage in ("tune", "train") if tunes(study) else ("train",):
                row = Row({"stage": stage, "file": "saved state", "study": study})
                yield self._tried(row, count, partial(damage.resumed, place, self._job(study, stage), work=self.root))

    def fuzz(self) -> Iterator[Row]:
        """Mutated files, read in this process."""
        counts = _FEW_FUZZ if self.reduced else _FUZZ
        task = self.bar.add_task("fuzz", total=sum(counts.values()))
        project = self.root / "fuzzed"
        copied(self._places[SETS].whole, project)
        found = {"params.yaml": fuzz_params.run(counts["params"], self.root, lambda: self.bar.advance(task))}
        found |= fuzz_data.run(counts["data"], project, lambda: self.bar.advance(task))
        for name, ends in found.items():
            good = [end for end in ends if end in ("read", "told")]
            yield Row({"mutated file": name}, good, [f"{name}: {end}" for end in ends if end not in good])

    def _tried(self, row: Row, count: int, point: Callable[[int], str]) -> Row:
        task = self.bar.add_task(" ".join(row.heads.values()), total=count)
        for number in range(count):
            try:
                row.ends.append(point(number))
            except LostError as lost:
                row.lost.append(str(lost))
            self.bar.advance(task)
        return row

    def _undisturbed(self, engine: str) -> tuple[Path, float]:
        """A finished run of the engine, made once, and how long it took."""
        if engine not in self._runs:
            self._runs[engine] = engines.undisturbed(self.root, engine)
        return self._runs[engine]

    def _job(self, study: str, stage: str) -> Job:
        if stage == "report":
            return Job(stage)
        return Job(stage, study, "" if stage == "prepare" else _VARIANT[study])

    @cached_property
    def _places(self) -> dict[str, Place]:
        studies = (SETS,) if self.reduced else (SETS, FIELDS)
        write_params(self.root / "imports", *studies)
        mother.prepare_imports(self.root / "imports")
        task = self.bar.add_task("undisturbed runs", total=len(studies))
        found = {}
        for study in studies:
            found[study] = Place(self.root / study, study)
            self.bar.advance(task)
        return found
