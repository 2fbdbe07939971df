"""The cards of the two repositories: what they hold, how it is taken, and its figures."""

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from equidyn.core.files import read_record
from equidyn.core.hub.dataset import DatasetItem
from equidyn.core.hub.item import Item, RepositoryKind
from equidyn.core.hub.report import ReportItem
from equidyn.core.hub.run import RECORD, RunItem

_MOST_FIGURES = 8
_CELLS = re.compile(r"(?:dataset|run)s/([0-9a-f]{64})/manifest\.json")


def text_of(home: RepositoryKind, repository: str, items: list[Item], listing: list[str]) -> str:
    """README.md of a repository that holds `items`, which are also here, and the files of `listing`."""
    loader = PackageLoader("equidyn.core.hub", ".")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    known = {item.address for item in items}
    others = {found[1] for path in listing if (found := _CELLS.fullmatch(path))} - known
    template = environment.get_template(f"card_{home}.md.j2")
    return template.render(repository=repository, others=len(others), **_facts(items))


def _facts(items: list[Item]) -> dict[str, Any]:
    ordered = sorted(items, key=lambda item: item.name)
    report = next((item for item in items if isinstance(item, ReportItem)), None)
    return {
        "datasets": [_of_dataset(item) for item in ordered if isinstance(item, DatasetItem)],
        "runs": [_of_run(item) for item in ordered if isinstance(item, RunItem)],
        "report": report and {"folder": report.folder, "figures": _pictures(report, "figures/")[:_MOST_FIGURES]},
    }


def _of_dataset(item: DatasetItem) -> dict[str, Any]:
    told = item.provenance()
    facts = {"name": item.name, "folder": item.folder, "pictures": _pictures(item, "card/")}
    return facts | {key: told[key] for key in ("source", "commit", "written")}


def _of_run(item: RunItem) -> dict[str, Any]:
    run = read_record(item.outputs()[RECORD])
    facts = {"name": item.name, "folder": item.folder, "commit": run["provenance"]["commit"]}
    told = ("status", "parameters", "epochs", "best_epoch", "score", "best_score", "device", "precision")
    return facts | {key: run[key] for key in told}


def _pictures(item: Item, folder: str) -> list[str]:
    return [name for name in item.outputs() if name.startswith(folder) and name.endswith(".png")]
