"""Processes that a process of ours has forked."""

import ctypes
import os
import signal
import sys

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def end_with(parent: int) -> None:
    """Let this process be killed when the process `parent`, which forked it, ends in whatever way; on Linux."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(128 + signal.SIGKILL)  # it ended before that
