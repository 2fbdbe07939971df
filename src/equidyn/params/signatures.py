"""What a model or measure file offers, read from its source without importing it (importing torch takes seconds).

A file `models/NAME.py` that defines `build(...)`, or `measures/NAME.py` that defines `measure(...)`, is an entry of
the registry; the keyword-only arguments of that function are its options in params.yaml, with types and defaults. What
the published code does differently lies in `audit/models/` and `audit/measures/`, and is called `audit/NAME`.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError

from equidyn.params import types

PACKAGE = Path(__file__).resolve().parent.parent
AUDIT = "audit/"  # before the name of a published definition or variant, as it was coded
_ENTRY = {"models": "build", "measures": "measure"}
_ANNOTATIONS = {**vars(types), "bool": bool, "int": int, "float": types.Real, "str": str, "Literal": Literal}


@cache
def options(room: str) -> dict[str, type[BaseModel]]:
    """Names in `room` ("models" or "measures") -> the pydantic model of their options."""
    found = {}
    for folder, prefix in ((room, ""), (f"audit/{room}", AUDIT)):
        for path in sorted((PACKAGE / folder).glob("*.py")):
            entry = _entry_function(path, _ENTRY[room])
            if entry is not None:
                found[prefix + path.stem] = _options_model(path, entry)
    return found


def module(room: str, name: str) -> str:
    """Dotted name of the module that holds entry `name` of `room`."""
    if name.startswith(AUDIT):
        return f"equidyn.audit.{room}.{name.removeprefix(AUDIT)}"
    return f"equidyn.{room}.{name}"


def checked(room: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Options of entry `name` with the defaults filled in; raises ValueError (unknown name) or ValidationError."""
    return known(room, name).model_validate(values).model_dump()


def known(room: str, name: str) -> type[BaseModel]:
    """The model of the options of entry `name`; raises ValueError with what there is."""
    found = options(room)
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
        raise TypeError(f"{path}: option {argument.arg!r} has type {text}; use one of equidyn.params.types")
    return known[ast.literal_eval(f"({inner.rstrip(']')},)")] if inner else known


def _default(node: ast.expr | None) -> Any:
    return ... if node is None else ast.literal_eval(node)
