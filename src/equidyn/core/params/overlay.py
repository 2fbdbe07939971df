"""Settings over params.yaml: of Snakemake's --configfile and --config, or of a workflow that has ours as a module.

The later ones win: mappings are merged, key by key; lists and values are replaced, as Snakemake does it. A whole file
(it has `compute`, and each of its studies names its domain) stands alone, and so does the first one where there is no
params.yaml. What comes out is written to a file of its own, which every stage is given.
"""

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from equidyn.core.checkout import refuse_other_code
from equidyn.core.errors import EquidynError
from equidyn.core.files import write_text
from equidyn.core.params import PARAMS_FILE, Params, dialects
from equidyn.core.params.load import checked, parsed, read_yaml
from equidyn.core.paths import settings_file
from equidyn.core.permission import reason
from equidyn.core.provenance import digest

Layer = tuple[str, Any]  # what faults are said of, and the tree


def overlaid(config: dict[str, Any], given: Any) -> tuple[Params, dict[str, Any], Path, str]:
    """Params, their tree, the file of them that is written, and of what they were made, in words.

    config: as Snakemake has it in the workflow; given: its ConfigSettings, of the command line. Raises EquidynError.
    """
    refuse_other_code()
    layers = list(_command_line(given) if config == given.overwrite_config else _of_module(config))
    for name, tree in layers:
        if not isinstance(tree, dict):
            raise EquidynError(f"{name}: expected a mapping with the keys {', '.join(Params.model_fields)}")
    alone = given.replace_workflow_config or not PARAMS_FILE.exists()
    base = [] if alone else [(str(PARAMS_FILE), read_yaml(PARAMS_FILE, alike=True))]
    layers = _from_last_whole([*base, *layers])
    names, tree = ", then ".join(name for name, _ in layers), {}
    for _, layer in layers:
        tree = merged(tree, layer)
    params = checked(tree, names)
    return params, tree, _written(tree, names), names


def merged(under: Any, over: Any) -> Any:
    """`over` laid over `under`."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return under | {key: merged(under.get(key), value) for key, value in over.items()}


def _command_line(given: Any) -> Iterator[Layer]:
    """Read by our own reader: Snakemake's takes 1e-5 for text, and all that --config has in brackets."""
    for path in given.configfiles:
        yield str(path), read_yaml(path, alike=True)
    for entry in given.config_args or ():
        key, _, value = entry.partition("=")
        place = f"--config {key}"
        yield place, {key: parsed(io.StringIO(value), place, alike=True)}


def _of_module(config: Any) -> Iterator[Layer]:
    yield "the module's config", _as_meant(config)


def _as_meant(tree: Any) -> Any:
    """The tree of another workflow's config, as our reader has it: Snakemake's leaves some numbers as text."""
    if isinstance(tree, dict):
        return {str(key): _as_meant(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_as_meant(value) for value in tree]
    if isinstance(tree, str) and tree and dialects.no_text(tree):
        return parsed(io.StringIO(tree), "config")
    return tree


def _from_last_whole(layers: list[Layer]) -> list[Layer]:
    whole = [place for place, (_, tree) in enumerate(layers) if _is_whole(tree)]
    return layers[max(whole, default=0) :]


def _is_whole(tree: Any) -> bool:
    studies = tree.get("studies") if isinstance(tree, dict) else None
    entries: Iterable[Any] = studies.values() if isinstance(studies, dict) else ()
    named = [isinstance(entry, dict) and "domain" in entry for entry in entries]
    return "compute" in tree and bool(named) and all(named)


def _written(tree: Any, names: str) -> Path:
    """The file, named by what it holds: so nobody changes it under a job that reads it."""
    path = settings_file(digest(tree))
    about = f"# Made by Snakemake from {names}\n".replace(str(Path.cwd()), ".")
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, about + json.dumps(tree, indent=1, ensure_ascii=False) + "\n")
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be written ({reason(fault, path)})") from fault
    return path
