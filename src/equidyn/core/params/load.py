"""Reading params.yaml: every fault is told as file, key, value, and what is allowed, all of them at once."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import yaml
from pydantic import ValidationError

from equidyn.core.checkout import refuse_other_code
from equidyn.core.errors import EquidynError
from equidyn.core.params import dialects
from equidyn.core.params.faults import message
from equidyn.core.params.params import Params, params_model, unknown_domains

PARAMS_FILE = Path("params.yaml")
_DEEPEST = 50  # levels; ours has eight


class _Loader(yaml.CSafeLoader):
    """YAML lets a later duplicate key win silently; here it is an error. In C, since every job reads the file."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    # A merge key (<<) is no key of its own; what it brings may be overridden.
    keys = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    for key, count in Counter(loader.construct_object(key) if _is_text(key) else None for key in keys).items():
        if key is None:
            found = next(key for key in keys if not _is_text(key))
            raise yaml.YAMLError(f"line {found.start_mark.line + 1}: a key must be text; put it in quotes")
        if count > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands here twice", node.start_mark)
    return yaml.CSafeLoader.construct_mapping(loader, node, deep=True)


def _is_text(node: yaml.Node) -> bool:
    return node.tag == dialects.TEXT


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
# As in YAML 1.2, and as people mean it, 1e-5 is a number, without a dot too.
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"(?:{dialects.FLOAT})$"), list("-+.0123456789"))


def load(path: Path | None = None) -> Params:
    """Read and check `path`, or params.yaml; raises EquidynError with one message that names every fault.

    From then on modules can be imported that lie in its folder, or in the working folder.
    """
    refuse_other_code()
    path = path or PARAMS_FILE
    _look_in(path.parent)
    return checked(read_yaml(path, alike=True), path)


def checked(tree: Any, place: object) -> Params:
    """The tree of a params.yaml, typed; place: what its faults are said of."""
    if not isinstance(tree, dict):
        raise EquidynError(f"{place}: expected a mapping with the keys {', '.join(Params.model_fields)}")
    _look_in(Path())
    strangers = unknown_domains(tree)
    if strangers:
        raise EquidynError("\n  ".join([f"{place}: studies without a known domain", *strangers]))
    try:
        return params_model(tree).model_validate(tree)
    except ValidationError as fault:
        raise EquidynError(message(place, tree, fault)) from None


def _look_in(folder: Path) -> None:
    """Modules of the user's own may lie beside params.yaml; what is installed comes first."""
    place = str(folder.resolve())
    if place not in sys.path:
        sys.path.append(place)


def _events(file: TextIO) -> Iterator[yaml.Event]:
    """The reader in C calls itself for each level, without a limit: some thousands of brackets would crash it."""
    depth = 0
    for event in yaml.parse(file, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise yaml.YAMLError(f"nested more than {_DEEPEST} levels deep, line {event.start_mark.line + 1}")
        yield event


def read_yaml(path: Path, *, alike: bool = False) -> Any:
    """The file's tree by a safe loader that refuses duplicate keys; alike: and what DVC reads, or edits, otherwise."""
    try:
        with path.open(encoding="utf-8") as file:
            return parsed(file, path, alike=alike)
    except FileNotFoundError:
        raise EquidynError(f"{path}: not found in {Path.cwd()}; run from a folder that holds a params.yaml") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be read ({fault.strerror})") from None


def parsed(file: TextIO, place: object, *, alike: bool = False) -> Any:
    """The same of an open file; place: what its faults are said of."""
    try:
        wrong = [fault for event in _events(file) if alike for fault in dialects.faults(event)]
        if not wrong:
            file.seek(0)
            return _Loader(file).get_single_data()
    except OSError:
        raise
    except Exception as fault:  # bytes that are no YAML, or not of our kind, can break a reader in any way
        reason = str(fault).strip() or type(fault).__name__
        raise EquidynError(f"{place}: not readable as YAML: {reason}") from None
    raise EquidynError("\n  ".join([f"{place}: {wrong[0]}", *wrong[1:]]))
