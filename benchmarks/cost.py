"""What a command costs, with all that it starts: processor seconds, wall seconds and peak memory."""

import math
import os
import resource
import signal
import subprocess
import tempfile
import time
from pathlib import Path

Cost = dict[str, float | str]


def cost(*command: str | Path, folder: Path, expected: str, limit: float = math.inf) -> Cost:
    """Of a command run in `folder`, which must end well and say what is expected: seconds and megabytes.

    One that takes longer than `limit` [s] is stopped, and each of its figures begins with ">". Raises SystemExit if the
    command fails.
    """
    started = time.perf_counter()
    with tempfile.TemporaryFile() as message:
        process = subprocess.Popen(command, cwd=folder, stdout=message, stderr=message, start_new_session=True)
        used, stopped = _wait(process, limit)
        message.seek(0)
        text = message.read().decode()
    if not stopped and (process.returncode or expected not in text):
        raise SystemExit(f"{' '.join(map(str, command))}: status {process.returncode}\n{text[-2000:]}")
    found = {
        "cpu [s]": round(used.ru_utime + used.ru_stime, 2),
        "wall [s]": round(time.perf_counter() - started, 2),
        "peak [MB]": round(used.ru_maxrss / 1024),
    }
    return {key: f">{value}" for key, value in found.items()} if stopped else found


def _wait(process: subprocess.Popen, limit: float) -> tuple[resource.struct_rusage, bool]:
    """What it and its children used, and whether it had to be stopped, with all that it started."""
    latest = time.monotonic() + limit
    ended, stopped = 0, False
    while not ended:
        time.sleep(0.02)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if not ended and not stopped and time.monotonic() > latest:
            os.killpg(process.pid, signal.SIGKILL)
            stopped = True
    process.returncode = os.waitstatus_to_exitcode(status)
    return used, stopped
