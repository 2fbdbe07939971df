"""What a Hub on this machine holds: files by branch."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

LARGE = (".h5", ".parquet", ".safetensors", ".png", ".gif")  # kept by LFS, as the Hub does by name


@dataclass
class Branch:
    """Its files, how many commits it has had, and its present commit: 40 digits."""

    files: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0
    pinned: str = ""

    @property
    def commit(self) -> str:
        return self.pinned or f"{self.commits:040x}"

    def tree(self, folder: str, recursive: bool) -> list[dict[str, Any]]:
        """What lies in a folder, or below it, as the Hub tells it."""
        inside = f"{folder}/" if folder else ""
        below = {path for path in self.files if path.startswith(inside)}
        parts = {path: path.removeprefix(inside).split("/") for path in below}
        folders = {inside + "/".join(part[:end]) for part in parts.values() for end in range(1, len(part))}
        shown = [path for path in sorted(below | folders) if recursive or "/" not in path.removeprefix(inside)]
        return [self._entry(path) for path in shown]

    def _entry(self, path: str) -> dict[str, Any]:
        if path not in self.files:
            return {"type": "directory", "oid": "0" * 40, "size": 0, "path": path}
        content = self.files[path]
        entry = {"type": "file", "oid": blob(content), "size": len(content), "path": path}
        large = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
        return entry | ({"lfs": large} if path.endswith(LARGE) else {})


@dataclass
class Repository:
    """Branches by name. private: shown only with the token."""

    private: bool = False
    branches: dict[str, Branch] = field(default_factory=lambda: {"main": Branch()})

    def at(self, revision: str) -> Branch | None:
        found = [branch for name, branch in self.branches.items() if revision in (name, branch.commit)]
        return found[0] if found else None


def blob(content: bytes) -> str:
    """The checksum by which git knows a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
