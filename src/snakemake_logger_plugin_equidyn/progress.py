"""What is done, and an estimate of the time left."""

from collections import Counter
from collections.abc import Mapping


class Progress:
    """Jobs of a run by rule: planned, running and done. All times are seconds of one clock."""

    def __init__(self) -> None:
        self.planned: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.spent: Counter[str] = Counter()  # seconds of finished jobs
        self.running: dict[int, tuple[str, float]] = {}  # by number of the job: its rule and its start
        self.widest = 1  # jobs that ran at once

    @property
    def total(self) -> int:
        """Jobs of the run."""
        return self.planned.total()

    def plan(self, jobs: Mapping[str, int]) -> None:
        """Jobs of each rule, finished ones included; an entry `total` is left out."""
        self.planned = Counter({rule: count for rule, count in jobs.items() if rule != "total"})

    def start(self, job: int, rule: str, now: float) -> None:
        """A job starts, for the first time or again."""
        self.running[job] = (rule, now)
        self.widest = max(self.widest, len(self.running))

    def finish(self, job: int, now: float) -> None:
        """A job is done; one whose start was not told is passed over."""
        rule, began = self.running.pop(job, ("", now))
        if not rule:
            return
        self.done[rule] += 1
        self.spent[rule] += now - began

    def drop(self, job: int) -> None:
        """A job failed."""
        self.running.pop(job, None)

    def seconds_left(self, now: float) -> float | None:
        """For each rule the mean of its finished jobs times the jobs left, over as many as ran at once.

        None until a job of each rule that has several is done: before, nobody knows what such a rule costs. A rule of
        one job is taken for the mean of all. What has run of a running job is subtracted.
        """
        if not self.done or any(count > 1 and not self.done[rule] for rule, count in self.planned.items()):
            return None
        mean = self.spent.total() / self.done.total()
        means = {rule: self.spent[rule] / self.done[rule] if self.done[rule] else mean for rule in self.planned}
        work = sum(means[rule] * (count - self.done[rule]) for rule, count in self.planned.items())
        begun = sum(min(now - began, means.get(rule, 0.0)) for rule, began in self.running.values())
        return max(work - begun, 0.0) / self.widest

    def line(self, now: float) -> str:
        """For instance `120 of 613 jobs done (train 80/300, ...), 2 running, about 4 min left`."""
        rules = ", ".join(f"{rule} {self.done[rule]}/{count}" for rule, count in self.planned.items() if count > 1)
        text = f"{self.done.total()} of {self.total} jobs done" + (f" ({rules})" if rules else "")
        left = self.seconds_left(now)
        if self.done.total() == self.total:
            return text
        words = "time left not known yet" if left is None else f"about {_in_words(left)} left"
        return f"{text}, {len(self.running)} running, {words}"


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
