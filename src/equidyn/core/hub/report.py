"""The report on the Hub: its pages, tables and figures."""

import re
import shutil
from pathlib import Path
from typing import Any, ClassVar

from equidyn.core import paths
from equidyn.core.hub.item import Item, RepositoryKind, contents, missing
from equidyn.core.provenance import commit
from equidyn.report.publish import OWN, replaced

NAME = "report"
_PAGES = ("report.html", "report.md")
_PARTS = re.compile(r"(tables|figures)/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(csv|tex|svg|png|gif)")


class ReportItem(Item):
    """The report of all cells."""

    KIND: ClassVar[str] = "report"
    HOME: ClassVar[RepositoryKind] = "model"
    LOCK: ClassVar[str] = "report"

    def outputs(self) -> dict[str, Path]:
        pages = [paths.REPORTS / name for name in _PAGES]
        parts = [path for name in OWN if name not in _PAGES for path in contents(paths.REPORTS / name)]
        return {str(path.relative_to(paths.REPORTS)): path for path in [*pages, *parts]}

    def allows(self, names: set[str]) -> bool:
        return set(_PAGES) <= names and all(_PARTS.fullmatch(name) for name in names - set(_PAGES))

    def fault(self) -> str | None:
        return missing(self.outputs()) or self._older()

    def provenance(self) -> dict[str, Any]:
        return {"commit": commit()}

    def check(self, files: dict[str, Path]) -> None:
        """Nothing beside their checksums: its address is made of all that it shows."""

    def place(self, files: dict[str, Path]) -> Path:
        with replaced(paths.REPORTS) as folder:
            for name, path in files.items():
                (folder / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(path, folder / name)
        return paths.REPORTS / _PAGES[0]

    def _older(self) -> str | None:
        """A report says of no cell what it has read, so that only times can tell that it is not of those here."""
        written = min(path.stat().st_mtime_ns for path in self.outputs().values())
        for cell in self.params.cells():
            measures = paths.run(cell) / "measures.json"
            if not measures.is_file():
                return f"{measures} is not there"
            if measures.stat().st_mtime_ns > written:
                return f"it is older than {measures}; run `equidyn report`"
        return None
