"""What the card of a repository of datasets says to `datasets.load_dataset`, and to those who search the Hub."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from equidyn.core.hub import columns as columns_of
from equidyn.core.hub import parquet
from equidyn.core.hub.dataset_item import STORED, DatasetItem
from equidyn.core.hub.fields import fields_of
from equidyn.core.hub.item import name_of
from equidyn.core.hub.whole import UNUSED, outline

_DATA = re.compile(r"(datasets/(.+)/([0-9a-f]+))/data/(\w+)-\d{5}-of-\d{5}\.parquet")
_SIZES = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M", 10**7: "1M<n<10M"}
_ORDER = ("train", "validation", "test")


def head(here: Mapping[str, DatasetItem], files: Collection[str], before: dict[str, Any]) -> dict[str, Any]:
    """Licences, tasks, size and configurations. here: by their folders; before: what the card said until now.

    A name that several datasets have, of other parameters or sources, stands for the one that is here.
    """
    known = [facts(item, folder) for folder, item in here.items()]
    rows = sum(sum(one["rows"].values()) for one in known)
    return {
        "license": _with(before, "license", (one["licence"].name for one in known)),
        "task_categories": _with(before, "task_categories", (task for one in known for task in one["tasks"])),
        "size_categories": [next((name for end, name in _SIZES.items() if rows < end), "10M<n<100M")],
        "configs": _configs(here, files),
    }


def _with(before: dict[str, Any], key: str, found: Any) -> list[str]:
    """What is found, and what was said before of what is not here."""
    old = before.get(key, [])
    return sorted({*found, *map(str, old if isinstance(old, list) else [old])})


def _configs(here: Collection[str], files: Collection[str]) -> list[dict[str, Any]]:
    splits: dict[tuple[str, str, str], set[str]] = {}
    for match in filter(None, map(_DATA.fullmatch, files)):
        folder, dataset, address, split = match.groups()
        splits.setdefault((dataset, address, folder), set()).add(split)
    times = Counter(dataset for dataset, _, _ in splits)
    owned = {dataset for dataset, _, folder in splits if folder in here}
    found = []
    for (dataset, address, folder), names in sorted(splits.items()):
        plain = folder in here or (times[dataset] == 1 and dataset not in owned)
        ordered = sorted(names - {UNUSED}, key=lambda name: (*(name != known for known in _ORDER), name))
        data = [{"split": split, "path": f"{folder}/data/{split}-*.parquet"} for split in ordered]
        found.append({"config_name": name_of(dataset) + ("" if plain else f"--{address}"), "data_files": data})
    return found


def facts(item: DatasetItem, folder: str) -> dict[str, Any]:
    """What the card says of a dataset that is here, and that lies in `folder` there, perhaps under another name."""
    whole = outline(item.outputs()[STORED])
    source, _ = whole.settings
    counts = Counter(row.split for rows in parquet.files(whole).values() for row in rows)
    return {
        "config": name_of("/".join(folder.split("/")[1:-1])),
        "rows": {split: count for split, count in counts.items() if split != UNUSED},
        "columns": fields_of(item.domain, whole),
        "row": "the frames of one simulation that are of the split" if whole.in_time else "one sample",
        "blocks": whole.blocks,
        "tasks": columns_of.tasks(item.domain),
        "licence": columns_of.licence(item.domain, source, whole.attributes["checks"]),
    }
