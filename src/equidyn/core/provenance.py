"""Where an output comes from: parameters, seed, versions, commit, time and memory. Every output carries it."""

import hashlib
import json
import platform
import resource
import subprocess
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("equidyn", "torch", "phiflow", "numpy", "h5py", "snakemake", "dvc")


def digest(tree: Any) -> str:
    """SHA-256 of a JSON tree, independent of the order of keys."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def commit() -> str:
    """The commit of the code, marked when the tree has changes; "unknown" outside a checkout."""
    described = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12"]
    answer = subprocess.run(described, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"


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
        """JSON data: params, hashes of them and of the sources, versions, commit, wall time [s], peak memory [MB]."""
        return {
            "params": self.params,
            "params_sha256": digest(self.params),
            "source": self.source,
            "sources_sha256": self.sources_sha256,
            "commit": commit(),
            "versions": {name: version(name) for name in PACKAGES} | {"python": platform.python_version()},
            "machine": platform.machine(),
            "wall_seconds": round(time.perf_counter() - self.started, 3),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
