"""`snakemake --logger equidyn`: one line that says what is done and the time left, instead of lines for every job.

On a terminal the line is renewed in place; in a file or pipe it is printed every 30 seconds. A failed job is named with
its log, of which the last lines are shown, and each warning and error of Snakemake is printed once; of a group of jobs,
each job that it held is named. Not for dry runs, whose
plan would not be shown.
"""

import sys
import threading
import time
from collections import deque
from logging import WARNING, LogRecord
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_equidyn.progress import Progress

_PAUSES = {True: 1.0, False: 30.0}  # seconds between two lines, on a terminal and elsewhere
_LAST_LINES = 15  # of the log of a failed job


class LogHandler(LogHandlerBase):
    """Prints the line on stderr, and what went wrong."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True  # none: --quiet is no matter to it
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        self.progress = Progress()
        self.stream = sys.stderr
        self.terminal = self.stream.isatty()
        self.failed: set[int] = set()
        self.said: set[str] = set()  # Snakemake tells a failure when it happens, and again at its end
        self.ended = threading.Event()
        self.ticker = threading.Thread(target=self._tick, daemon=True)
        self.ticker.start()

    def emit(self, record: LogRecord) -> None:
        """Take a message of Snakemake into account. Called with the handler's lock held."""
        try:
            self._take(record, getattr(record, "event", None))
        except Exception:
            self.handleError(record)

    def _take(self, record: LogRecord, event: LogEvent | None) -> None:
        now = time.monotonic()
        if event == LogEvent.RUN_INFO:
            self.progress.plan(record.stats)
        elif event == LogEvent.JOB_INFO:
            self.progress.start(record.jobid, record.rule_name, now)
        elif event == LogEvent.JOB_FINISHED:
            self.progress.finish(record.job_id, now)
        elif event == LogEvent.JOB_ERROR:
            self.progress.drop(record.jobid)
            self._tell_failure(record)
        elif record.levelno >= WARNING and record.msg:
            self._pass_on(record.getMessage())

    def _pass_on(self, text: str) -> None:
        if text not in self.said:
            self.said.add(text)
            self._print(text)

    def _tell_failure(self, record: LogRecord) -> None:
        """Which job failed and what its log says last; once, since Snakemake repeats errors at its end."""
        if record.jobid in self.failed:
            return
        self.failed.add(record.jobid)
        self._print(f"Failed: {record.rule_msg or record.rule_name} ({', '.join((record.output or ())[:1])})")
        for path in (*(record.log or ()), *(getattr(record, "aux_logs", None) or ())):
            lines = _last_lines(Path(path))
            self._print("\n".join([f"Its log, {path}, ends with:", *(f"  {line}" for line in lines)]))

    def _tick(self) -> None:
        while not self.ended.wait(_PAUSES[self.terminal]):
            with self.lock:
                self._show()

    def _show(self) -> None:
        if self.progress.total:
            line = self.progress.line(time.monotonic())
            self.stream.write(f"\r\x1b[2K{line}" if self.terminal else f"{line}\n")
            self.stream.flush()

    def _print(self, text: str) -> None:
        self.stream.write(("\r\x1b[2K" if self.terminal else "") + text + "\n")
        self.stream.flush()

    def close(self) -> None:
        """The last state of the line, which then stays."""
        if not self.ended.is_set():
            self.ended.set()
            self.ticker.join()
            self._show()
            if self.terminal and self.progress.total:
                self.stream.write("\n")
        super().close()


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open(errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, _LAST_LINES)] or ["(it is empty)"]
    except OSError as fault:
        return [f"({fault.strerror})"]
