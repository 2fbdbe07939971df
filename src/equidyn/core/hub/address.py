"""The address of a cell on the Hub: the SHA-256 of all that its result follows from.

For a dataset: what params.yaml says of its source and of itself, and the content of files of the user's own; for a
training run: `compute`, `task`, `training`, its variant, its seed, the budget of a control, and all that the address of
its dataset is made of; for both: the checksums of the source files that define the result (core/sources.py). By the
same things both engines decide what to compute again, so a pulled cell is the one that would have been computed. Where
a study tunes, the variant is that with the values found, so that a run has an address once its variant is tuned. Left
out are the names of studies, datasets and variants, so that renamed cells are found; and, as by the engines, the
versions of packages and the kind of machine, which the provenance records.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from equidyn.core.files import sha256
from equidyn.core.params.files import own_files
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, as_json
from equidyn.core.params.subtrees import measure_keys, prepare_keys, report_keys, subtree, train_keys
from equidyn.core.provenance import digest
from equidyn.core.sources import fingerprint, measure_sources, prepare_sources, report_sources, train_sources
from equidyn.core.tuning.tuned import tuned

Content = dict[str, Any]  # what an address is the digest of


class Contents:
    """What the addresses of all cells of a params.yaml are made of."""

    def __init__(self, params: Params) -> None:
        self._params, self._tree = params, as_json(params)
        self._fingerprints: dict[tuple[str, ...], str] = {}
        self._tuned: dict[tuple[str, str], Content] = {}

    def of_dataset(self, study: str, dataset: str) -> Content:
        """Of STUDY/DATASET."""
        source, own = subtree(self._tree, prepare_keys(study, dataset)).values()
        content = {"source": source, "dataset": own, "sources_sha256": self._sources(prepare_sources, study)}
        files = own_files(self._params.studies[study], dataset)
        return content | ({"files_sha256": [sha256(Path(path)) for path in files]} if files else {})

    def of_run(self, cell: Cell) -> Content:
        """Of a training run."""
        compute, task, training, variant, *budget = subtree(self._tree_of(cell), train_keys(cell)).values()
        own = {"compute": compute, "task": task, "training": training, "variant": variant, "seed": cell.seed}
        if cell.control:
            (own["control_budget"],) = budget
        sources = self._sources(train_sources, cell.study, cell.variant)
        return own | {"trained_on": self.of_dataset(cell.study, cell.dataset), "sources_sha256": sources}

    def of_report(self) -> Content:
        """Of the report: what it says of the cells, and what it is drawn from."""
        measures = {str(cell): self._of_measures(cell) for cell in self._params.cells()}
        params, sources = subtree(self._tree, report_keys(self._params)), report_sources(self._params)
        return {"params": params, "measures": measures, "sources_sha256": fingerprint(sources)}

    def _of_measures(self, cell: Cell) -> dict[str, str]:
        measures = subtree(self._tree_of(cell), measure_keys(cell))
        sources = self._sources(measure_sources, cell.study, cell.variant)
        return {"run": digest(self.of_run(cell)), "measures": digest([measures, sources])}

    def _tree_of(self, cell: Cell) -> Content:
        """What params.yaml says, with the values that tuning has found for the cell's variant."""
        if not self._params.studies[cell.study].tunes:
            return self._tree
        key = (cell.study, cell.variant)
        if key not in self._tuned:
            self._tuned[key] = as_json(tuned(self._params, [cell]))
        return self._tuned[key]

    def _sources(self, of_stage: Callable[..., list[Path]], study: str, *variant: str) -> str:
        """The fingerprint of a stage's source files, the same for all seeds and datasets."""
        key = (of_stage.__name__, study, *variant)
        if key not in self._fingerprints:
            self._fingerprints[key] = fingerprint(of_stage(self._params.studies[study], *variant))
        return self._fingerprints[key]
