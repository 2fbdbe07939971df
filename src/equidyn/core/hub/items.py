"""The report on the Hub; and how datasets, training runs and the report are found in params.yaml."""

import shutil
from pathlib import Path
from typing import Any

from equidyn.core import paths
from equidyn.core.hub.address import Contents
from equidyn.core.hub.dataset_item import DatasetItem
from equidyn.core.hub.item import Files, Item, absent, visible
from equidyn.core.hub.run_item import RunItem
from equidyn.core.params.names import find_cell, find_dataset
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell
from equidyn.core.provenance import commit
from equidyn.core.publish import OWN, replaced
from equidyn.core.tuning.tuned import is_tuned, tuned

REPORT = "report"
_PAGES = ("report.html", "report.md")


class ReportItem(Item):
    """The report of all cells: pages, tables and figures."""

    KIND, HOME, LOCK, ORIGIN = "report", "model", "report", "report.html"
    REQUIRED = frozenset(_PAGES)
    OPTIONAL = r"(pages|tables|figures|metrics)/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(html|csv|tex|svg|png|gif|json)"

    def outputs(self) -> Files:
        parts = [path for name in OWN for path in visible(paths.REPORTS / name)]
        found = [*(paths.REPORTS / name for name in _PAGES), *parts]
        return {str(path.relative_to(paths.REPORTS)): path for path in found}

    def unfinished(self) -> str | None:
        """A report does not record what it has read, so only times tell whether it shows the measures that are here."""
        measures = [paths.run(cell) / "measures.json" for cell in self.params.cells()]
        lacking = absent([*self.outputs().values(), *measures])
        if lacking:
            return lacking
        written = min(path.stat().st_mtime_ns for path in self.outputs().values())
        newer = next((path for path in measures if path.stat().st_mtime_ns > written), None)
        return f"it is older than {newer}; run `equidyn report`" if newer else None

    def provenance(self, files: Files) -> dict[str, Any]:
        return {"commit": commit()}

    def mismatch(self, files: Files) -> str | None:
        return None  # its address is made of all that it shows, and nothing in its files repeats that

    def place(self, files: Files) -> Path:
        with replaced(paths.REPORTS) as folder:
            for name, path in files.items():
                (folder / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(path, folder / name)
        return paths.REPORTS / _PAGES[0]


class Items:
    """The cells of a params.yaml, and its report, as items."""

    def __init__(self, params: Params) -> None:
        self._params, self._contents = params, Contents(params)

    def dataset(self, study: str, dataset: str) -> DatasetItem:
        """STUDY/DATASET."""
        return DatasetItem(self._params, f"{study}/{dataset}", self._contents.of_dataset(study, dataset))

    def run(self, cell: Cell) -> RunItem:
        """A training run."""
        return RunItem(tuned(self._params, [cell]), str(cell), self._contents.of_run(cell))

    def report(self) -> ReportItem:
        """The report."""
        return ReportItem(self._params, REPORT, self._contents.of_report())

    def all(self) -> list[Item]:
        """Everything, datasets before the runs on them, the report last; without runs of variants still to be tuned."""
        studies = self._params.studies.items()
        datasets = [self.dataset(name, dataset) for name, study in studies for dataset in study.datasets]
        cells = [cell for cell in self._params.cells() if is_tuned(self._params, cell)]
        reports = [self.report()] if len(cells) == len(list(self._params.cells())) else []
        return [*datasets, *map(self.run, cells), *reports]

    def named(self, names: list[str]) -> list[Item]:
        """The items of these names, datasets first; raises EquidynError for a name that params.yaml does not have."""
        found = [self._named(name) for name in dict.fromkeys(names)]
        return sorted(found, key=lambda item: (DatasetItem, RunItem, ReportItem).index(type(item)))

    def _named(self, name: str) -> Item:
        if name == REPORT:
            return self.report()
        if name.count("/") == 1:
            return self.dataset(*find_dataset(self._params, name))
        return self.run(find_cell(self._params, name))
