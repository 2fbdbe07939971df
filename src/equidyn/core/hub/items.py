"""From params.yaml, and names on the command line, to what is pushed or pulled."""

from equidyn.core.hub.address import Contents
from equidyn.core.hub.dataset import DatasetItem
from equidyn.core.hub.item import Item
from equidyn.core.hub.report import NAME, ReportItem
from equidyn.core.hub.run import RunItem
from equidyn.core.params.names import find_cell, find_dataset
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell


class Items:
    """The cells of a params.yaml as things on the Hub."""

    def __init__(self, params: Params) -> None:
        self._params, self._contents = params, Contents(params)

    def dataset(self, study: str, dataset: str) -> DatasetItem:
        """STUDY/DATASET."""
        return DatasetItem(self._params, f"{study}/{dataset}", self._contents.of_dataset(study, dataset))

    def run(self, cell: Cell) -> RunItem:
        """A training run."""
        return RunItem(self._params, str(cell), self._contents.of_run(cell))

    def report(self) -> ReportItem:
        """The report."""
        return ReportItem(self._params, NAME, self._contents.of_report())

    def all(self) -> list[Item]:
        """Everything, datasets before the runs on them, the report last."""
        datasets = [
            self.dataset(name, entry) for name, study in self._params.studies.items() for entry in study.datasets
        ]
        return [*datasets, *map(self.run, self._params.cells()), self.report()]

    def named(self, names: list[str]) -> list[Item]:
        """What these names mean, datasets first; raises EquidynError for a name that params.yaml does not have."""
        found = [self._named(name) for name in dict.fromkeys(names)]
        return sorted(found, key=lambda item: (DatasetItem, RunItem, ReportItem).index(type(item)))

    def _named(self, name: str) -> Item:
        if name == NAME:
            return self.report()
        if name.count("/") == 1:
            return self.dataset(*find_dataset(self._params, name))
        return self.run(find_cell(self._params, name))
