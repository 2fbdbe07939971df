"""The checksums of a cell whose files a test has made or changed itself."""

import hashlib
import json
from pathlib import Path
from typing import Any

from equidyn.files import write_record


def sealed(folder: Path) -> Path:
    """Put the checksums that the stages write into run.json and measures.json of the cell in `folder`."""
    run = _plain(folder / "run.json")
    run["sha256"] = run.get("sha256", {}) | {"history": _sum(folder / "history.csv")}
    write_record(folder / "run.json", run)
    if (folder / "measures.json").exists():
        checksum = json.loads((folder / "run.json").read_text(encoding="utf-8"))["checksum"]
        sums = {"run": checksum, "example": _sum(folder / "example.safetensors")}
        write_record(folder / "measures.json", _plain(folder / "measures.json") | {"sha256": sums})
    return folder


def _plain(path: Path) -> dict[str, Any]:
    tree = json.loads(path.read_text(encoding="utf-8"))
    return {key: value for key, value in tree.items() if key != "checksum"}


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()
