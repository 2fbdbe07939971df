"""Reading params.yaml: every fault is told as file, key, value, and what is allowed, all of them at once."""

from collections import Counter
from pathlib import Path
from typing import Any, TextIO

import yaml
from pydantic import ValidationError

from equidyn.core.checkout import refuse_other_code
from equidyn.core.errors import EquidynError
from equidyn.core.params.faults import message
from equidyn.core.params.params import Params, params_model, unknown_domains

PARAMS_FILE = Path("params.yaml")
_DEEPEST = 50  # levels; ours has eight


class _UniqueKeyLoader(yaml.CSafeLoader):
    """YAML lets a later duplicate key win silently; here it is an error. In C, since every job reads the file."""


def _unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    # A merge key (<<) is no key of its own; what it brings may be overridden.
    keys = [loader.construct_object(key) for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    for key, count in Counter(keys).items():
        if count > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands here twice", node.start_mark)
    return yaml.CSafeLoader.construct_mapping(loader, node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def load(path: Path = PARAMS_FILE) -> Params:
    """Read and check `path`; raises EquidynError with one message that names every fault."""
    refuse_other_code()
    tree = read_yaml(path)
    if not isinstance(tree, dict):
        raise EquidynError(f"{path}: expected a mapping with the keys {', '.join(Params.model_fields)}")
    strangers = unknown_domains(tree)
    if strangers:
        raise EquidynError("\n  ".join([f"{path}: studies without a known domain", *strangers]))
    try:
        return params_model(tree).model_validate(tree)
    except ValidationError as fault:
        raise EquidynError(message(path, tree, fault)) from None


def _refuse_depth(file: TextIO) -> None:
    """The reader in C calls itself for each level, without a limit: some thousands of brackets would crash it."""
    depth = 0
    for event in yaml.parse(file, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise yaml.YAMLError(f"nested more than {_DEEPEST} levels deep, line {event.start_mark.line + 1}")


def read_yaml(path: Path) -> Any:
    """The file's tree by a safe loader that refuses duplicate keys."""
    try:
        with path.open(encoding="utf-8") as file:
            _refuse_depth(file)
            file.seek(0)
            return _UniqueKeyLoader(file).get_single_data()
    except FileNotFoundError:
        raise EquidynError(f"{path}: not found in {Path.cwd()}; run from a folder that holds a params.yaml") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be read ({fault.strerror})") from None
    except Exception as fault:  # bytes that are no YAML, or not of our kind, can break a reader in any way
        reason = str(fault).strip() or type(fault).__name__
        raise EquidynError(f"{path}: not readable as YAML: {reason}") from None
