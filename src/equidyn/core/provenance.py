"""Where an output comes from: parameters, seed, versions, commit, time and memory. Every output carries it."""

import hashlib
import json
import os
import platform
import resource
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from equidyn.core import checkout

PACKAGES = ("equidyn", "torch", "phiflow", "numpy", "h5py", "snakemake", "dvc")
_OTHER_REPOSITORY = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"}  # as a hook has them


def digest(tree: Any) -> str:
    """SHA-256 of a JSON tree, independent of the order of keys."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def commit() -> str:
    """The commit of the code, marked when the tree has changes; "unknown" where git tells none that holds the code.

    So without git or a repository, of a repository around the checkout, and of another user's that git refuses.
    """
    root = checkout.of_code()
    top = root and _git(root, "rev-parse", "HEAD:src/equidyn", "--show-toplevel").partition("\n")[2]
    if not top or not root.samefile(top):
        return "unknown"
    return _git(root, "describe", "--always", "--dirty", "--abbrev=12") or "unknown"


def _git(root: Path, *command: str) -> str:
    """What git says of the repository that it finds from `root`, not of one in the environment; "" if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in _OTHER_REPOSITORY}
    try:
        answer = subprocess.run(["git", *command], capture_output=True, check=False, cwd=root, env=environment)
    except OSError:
        return ""
    return "" if answer.returncode else os.fsdecode(answer.stdout).strip()


def versions() -> dict[str, str]:
    """Of Python, and of the packages that may change a number, as far as they are installed."""
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found | {"python": platform.python_version()}


def machine() -> str:
    """The processor: its name, its generation, since many share a name, and its family; what Linux tells of it."""
    about: dict[str, str] = {}
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            about.setdefault(key.strip(), value.strip())
    generation = [f"{key} {about[key]}" for key in ("cpu family", "model") if key in about]
    return ", ".join([*filter(None, [about.get("model name")]), *generation, platform.machine()])


@dataclass
class Clock:
    """Started with the stage; `provenance` is what the stage writes beside its output.

    params: the sub-tree that the stage reads; source: where its input comes from, in words; sources_sha256: fingerprint
    of the source files that define the result (equidyn.core.sources), so that an output can be matched with its code.
    """

    params: Any
    source: str
    sources_sha256: str | None = None
    started: float = field(default_factory=time.perf_counter)

    def provenance(self) -> dict[str, Any]:
        """JSON data: params, hashes of them and of the sources, versions, commit, processor, time [s], memory [MB]."""
        return {
            "params": self.params,
            "params_sha256": digest(self.params),
            "source": self.source,
            "sources_sha256": self.sources_sha256,
            "commit": commit(),
            "versions": versions(),
            "machine": machine(),
            "wall_seconds": round(time.perf_counter() - self.started, 3),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
