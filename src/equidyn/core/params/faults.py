"""Faults of params.yaml in the words of its readers: file, key, value, and what is allowed."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

# Kinds of fault whose usual wording speaks of pydantic rather than of the file.
_WORDS = {
    "missing": "required, but missing",
    "union_tag_not_found": "the key {discriminator} is required, but missing",
    "union_tag_invalid": "the key {discriminator} is {tag!r}; it should be one of {expected_tags}",
    "string_pattern_mismatch": "a name holds only letters, digits, _ and single -, and begins with a letter or a digit",
    "dict_type": "should be a mapping (keys with values)",
    "model_type": "should be a mapping (keys with values)",
    "model_attributes_type": "should be a mapping (keys with values)",
    "list_type": "should be a list",
    "too_short": "needs at least {min_length} item(s)",
    "too_long": "may have at most {max_length} item(s)",
    "string_type": "should be text",
}


def message(place: object, tree: Any, fault: ValidationError) -> str:
    """One message for all faults of the file, one line each."""
    lines = [_line(tree, error) for error in fault.errors(include_url=False)]
    return "\n  ".join([f"{place}: {len(lines)} wrong {'entry' if len(lines) == 1 else 'entries'}", *lines])


def _line(tree: Any, error: Any) -> str:
    key = ".".join(map(str, _path(tree, error))) or "(top level)"
    value = error["input"]
    shown = "" if isinstance(value, dict | list) or error["type"] == "missing" else f" = {value!r}"
    return f"{key}{shown}: {_reason(error)}"


def _reason(error: Any) -> str:
    words = _WORDS.get(error["type"])
    reason = words.format(**error.get("ctx", {})) if words else error["msg"].removeprefix("Value error, ")
    reason = reason.removeprefix("Input ")
    return f"{reason[0].lower()}{reason[1:]}"


def _path(tree: Any, error: Any) -> Iterator[Any]:
    """The place of a fault without pydantic's own marks: the chosen member of a union, the key of a mapping."""
    node = tree
    *inner, last = error["loc"] or (None,)
    for part in inner:
        if _holds(node, part):
            node = node[part]
            yield part
    if last is not None and (_holds(node, last) or error["type"] == "missing"):
        yield last


def _holds(node: Any, part: Any) -> bool:
    return part in node if isinstance(node, dict) else isinstance(node, list) and part in range(len(node))
