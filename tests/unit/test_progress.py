"""The line of `make run`: what is done, the time left, and what failed."""

import io
import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_equidyn import LogHandler
from snakemake_logger_plugin_equidyn.progress import Progress


def test_the_time_left_is_weighted_by_rule_and_shared_by_what_runs_at_once() -> None:
    progress = Progress()
    progress.plan({"train": 4, "measure": 4, "total": 8})
    assert progress.seconds_left(0.0) is None
    progress.start(1, "train", 0.0)
    progress.start(2, "measure", 0.0)
    progress.finish(2, 10.0)
    unknown = "1 of 8 jobs done (train 0/4, measure 1/4), 1 running, time left not known yet"
    assert progress.line(10.0) == unknown  # what a training takes nobody knows
    progress.finish(1, 100.0)
    assert progress.seconds_left(100.0) == (3 * 100 + 3 * 10) / 2
    progress.start(3, "train", 100.0)
    assert progress.seconds_left(140.0) == (3 * 100 + 3 * 10 - 40) / 2
    assert progress.line(140.0) == "2 of 8 jobs done (train 1/4, measure 1/4), 1 running, about 2 min left"


def test_a_failure_names_job_and_log_once_and_shows_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    log = tmp_path / "seed1.log"
    log.write_text("first\n" * 100 + "equidyn: data.h5: missing; run `equidyn prepare`\n")
    handler = LogHandler(SimpleNamespace(dryrun=False), None)
    about = {"event": LogEvent.JOB_ERROR, "jobid": 1, "rule_name": "train", "rule_msg": None}
    record = logging.makeLogRecord(about | {"levelno": logging.ERROR, "output": ["net"], "log": [str(log)]})
    group = {"event": LogEvent.GROUP_ERROR, "levelno": logging.ERROR, "msg": "Error in group 7"}
    for _ in range(2):
        handler.handle(logging.makeLogRecord(group))
        handler.handle(record)
    handler.close()
    said = stream.getvalue()
    assert said.count("Error in group 7") == 1
    assert said.count("Failed: train (net)") == 1
    assert said.count(f"Its log, {log}, ends with:") == 1
    assert said.count("first") == 14
    assert said.endswith("  equidyn: data.h5: missing; run `equidyn prepare`\n")
