"""The checksums of a cell whose files a test has made or changed itself."""

import hashlib
from pathlib import Path

from equidyn.core.files import read_json, write_record


def sealed(folder: Path) -> Path:
    """Put the checksums that the stages write into run.json and measures.json of the cell in `folder`."""
    run = read_json(folder / "run.json")
    run["sha256"] = run.get("sha256", {}) | {"history": _sum(folder / "history.csv")}
    write_record(folder / "run.json", run)
    if (folder / "measures.json").exists():
        checksum = read_json(folder / "run.json")["checksum"]
        sums = {"run": checksum, "example": _sum(folder / "example.safetensors")}
        write_record(folder / "measures.json", read_json(folder / "measures.json") | {"sha256": sums})
    return folder


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()
