"""Reading params.yaml: every fault is told as file, key, value, and what is allowed, all of them at once."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from equidyn.errors import EquidynError
from equidyn.params.faults import message
from equidyn.params.study import Params

PARAMS_FILE = Path("params.yaml")


class _UniqueKeyLoader(yaml.CSafeLoader):
    """YAML lets a later duplicate key win silently; here it is an error. In C, since every job reads the file."""


def _unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    # A merge key (<<) is no key of its own; what it brings may be overridden.
    keys = [loader.construct_object(key) for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands here twice", node.start_mark)
    return yaml.CSafeLoader.construct_mapping(loader, node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def load(path: Path = PARAMS_FILE) -> Params:
    """Read and check `path`; raises EquidynError with one message that names every fault."""
    tree = read_yaml(path)
    if not isinstance(tree, dict):
        raise EquidynError(f"{path}: expected a mapping with the keys {', '.join(Params.model_fields)}")
    try:
        return Params.model_validate(tree)
    except ValidationError as fault:
        raise EquidynError(message(path, tree, fault)) from None


def read_yaml(path: Path) -> Any:
    """The file's tree by a safe loader that refuses duplicate keys."""
    try:
        with path.open(encoding="utf-8") as file:
            return _UniqueKeyLoader(file).get_single_data()
    except FileNotFoundError:
        raise EquidynError(f"{path}: not found in {Path.cwd()}; run from a folder that holds a params.yaml") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be read ({fault.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise EquidynError(f"{path}: not readable as YAML: {fault}") from None
