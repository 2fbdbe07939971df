"""What a model or measure file offers, read from its source without importing it (importing torch takes seconds).

A file `models/NAME.py` that defines `build(...)`, `models/impose/NAME.py` that defines `impose(...)`, or
`measures/NAME.py` that defines `measure(...)`, is an entry of the registry; the keyword-only arguments of that function
are its options in params.yaml, with types and defaults, and the types of the others say which task it suits.
What the published code does differently lies in `audit/models/` and `audit/measures/`, and is called `audit/NAME`.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError

from equidyn.core.params import types

PACKAGE = Path(__file__).resolve().parent.parent
AUDIT = "audit/"  # before the name of a published definition or variant, as it was coded
_ENTRY = {"models": "build", "models/impose": "impose", "measures": "measure"}
_ANNOTATIONS = {**vars(types), "bool": bool, "int": int, "float": types.Real, "str": str, "Literal": Literal}


@dataclass(frozen=True)
class Entry:
    """options: the pydantic model of its options; takes: the types of its other arguments, as they are written."""

    options: type[BaseModel]
    takes: tuple[str, ...]


@cache
def entries(room: str) -> dict[str, Entry]:
    """Names in `room` ("models", "models/impose" or "measures") -> what their files offer."""
    found = {}
    for folder, prefix in ((room, ""), (f"audit/{room}", AUDIT)):
        for path in sorted((PACKAGE / folder).glob("*.py")):
            entry = _entry_function(path, _ENTRY[room])
            if entry is not None:
                takes = tuple(ast.unparse(argument.annotation) for argument in entry.args.args)
                found[prefix + path.stem] = Entry(_options_model(path, entry), takes)
    return found


def options(room: str) -> dict[str, type[BaseModel]]:
    """Names in `room` -> the pydantic model of their options."""
    return {name: entry.options for name, entry in entries(room).items()}


def module(room: str, name: str) -> str:
    """Dotted name of the module that holds entry `name` of `room`."""
    if name.startswith(AUDIT):
        return f"equidyn.domains.smoke.audit.{_dotted(room)}.{name.removeprefix(AUDIT)}"
    return f"equidyn.{_dotted(room)}.{name}"


def _dotted(room: str) -> str:
    return room.replace("/", ".")


def checked(room: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Options of entry `name` with the defaults filled in; raises ValueError (unknown name) or ValidationError."""
    return known(room, name).options.model_validate(values).model_dump()


def known(room: str, name: str) -> Entry:
    """What entry `name` offers; raises ValueError with what there is."""
    found = entries(room)
    if name not in found:
        raise ValueError(
            f"not one of the {room}: {', '.join(found)} (one file each in equidyn/{room}/ or audit/{room}/)"
        )
    return found[name]


@contextmanager
def within(*location: str) -> Iterator[None]:
    """Faults raised inside are told at this place of the tree that is being checked."""
    try:
        yield
    except ValidationError as fault:
        raise _moved(fault.errors(include_url=False), location) from None
    except ValueError as fault:
        raise _moved([{"msg": str(fault), "loc": (), "input": location[0]}], location) from None


def _moved(errors: list[Any], location: tuple[str, ...]) -> ValidationError:
    lines = [
        InitErrorDetails(type=_as_it_is(error["msg"]), loc=(*location, *error["loc"]), input=error["input"])
        for error in errors
    ]
    return ValidationError.from_exception_data("options", lines)


def _as_it_is(message: str) -> PydanticCustomError:
    return PydanticCustomError("option", "{message}", {"message": message.removeprefix("Value error, ")})


def _entry_function(path: Path, name: str) -> ast.FunctionDef | None:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name), None)


def _options_model(path: Path, entry: ast.FunctionDef) -> type[BaseModel]:
    arguments = zip(entry.args.kwonlyargs, entry.args.kw_defaults, strict=True)
    fields = {argument.arg: (_annotation(path, argument), _default(default)) for argument, default in arguments}
    return create_model(f"{path.stem}_options", __base__=types.Strict, **fields)


def _annotation(path: Path, argument: ast.arg) -> Any:
    text = ast.unparse(argument.annotation) if argument.annotation else "missing"
    base, _, inner = text.partition("[")
    known = _ANNOTATIONS.get(base)
    if known is None:
        raise TypeError(f"{path}: option {argument.arg!r} has type {text}; use one of equidyn.core.params.types")
    return known[ast.literal_eval(f"({inner.rstrip(']')},)")] if inner else known


def _default(node: ast.expr | None) -> Any:
    return ... if node is None else ast.literal_eval(node)
