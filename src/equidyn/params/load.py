"""Reading params.yaml: every fault is told as file, key, value, and what is allowed, all of them at once."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from equidyn.errors import EquidynError
from equidyn.params.study import Params

PARAMS_FILE = Path("params.yaml")


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML lets a later duplicate key win silently; here it is an error."""


def _unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands here twice", node.start_mark)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def load(path: Path = PARAMS_FILE) -> Params:
    """Read and check `path`; raises EquidynError with one message that names every fault."""
    tree = read_yaml(path)
    if not isinstance(tree, dict):
        raise EquidynError(f"{path}: expected a mapping with the keys {', '.join(Params.model_fields)}")
    try:
        return Params.model_validate(tree)
    except ValidationError as fault:
        raise EquidynError(_message(path, fault)) from None


def read_yaml(path: Path) -> Any:
    """The file's tree by a safe loader that refuses duplicate keys."""
    try:
        return _UniqueKeyLoader(path.read_text(encoding="utf-8")).get_single_data()
    except FileNotFoundError:
        raise EquidynError(f"{path}: not found in {Path.cwd()}; run from a folder that holds a params.yaml") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise EquidynError(f"{path}: not readable as YAML: {fault}") from None


def _message(path: Path, fault: ValidationError) -> str:
    lines = [_line(error) for error in fault.errors(include_url=False)]
    return "\n  ".join([f"{path}: {len(lines)} wrong {'entry' if len(lines) == 1 else 'entries'}", *lines])


def _line(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "(top level)"
    reason = error["msg"].removeprefix("Value error, ")
    value = error["input"]
    shown = "" if isinstance(value, dict | list) or error["type"] == "missing" else f" = {value!r}"
    return f"{key}{shown}: {reason[0].lower()}{reason[1:]}"
