"""What a model or measure file offers, read from its source without importing it (importing torch takes seconds).

A file NAME.py in a domain's models/ that defines `build(...)`, in its impose/ that defines `impose(...)`, or in its
measures/ that defines `measure(...)`, is an entry of that room; the keyword-only arguments of that function are its
options in params.yaml, with types and defaults, and the types of the others say which task it suits. Beside the
domain's own there are those of SHARED, which every domain has. What the published code does differently lies in
audit/models/ and audit/measures/, and is called `audit/NAME`. A name with dots is the path of any module.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError

from equidyn.core.domain import Domain, folder_of, is_module
from equidyn.core.params import types

AUDIT = "audit/"  # before the name of a published definition or variant, as it was coded
SHARED = {
    "models": ("equidyn.grids",),
    "measures": ("equidyn.core.measures", "equidyn.curvature", "equidyn.grids"),
    "audit.measures": ("equidyn.curvature.audit",),
}
_ENTRY = {"models": "build", "impose": "impose", "measures": "measure"}
_ANNOTATIONS = {**vars(types), "bool": bool, "int": types.Integer, "float": types.Real, "str": str, "Literal": Literal}


@dataclass(frozen=True)
class Entry:
    """module: its dotted path; options: the pydantic model of its options; takes: the types of its other arguments."""

    module: str
    options: type[BaseModel]
    takes: tuple[str, ...]


@cache
def entries(domain: Domain, room: str) -> dict[str, Entry]:
    """Names in `room` ("models", "impose" or "measures") of a domain -> what their files offer."""
    found = {}
    for part, prefix in ((room, ""), (f"audit.{room}", AUDIT)):
        for package in (domain.path(part), *SHARED.get(part, ())):
            for path in sorted(folder_of(package).glob("*.py")) if is_module(package) else ():
                entry = _entry(path, f"{package}.{path.stem}", _ENTRY[room])
                if entry is not None:
                    found.setdefault(prefix + path.stem, entry)
    return found


def module(domain: Domain, room: str, name: str) -> str:
    """Dotted name of the module that holds entry `name` of `room`."""
    return known(domain, room, name).module


def checked(domain: Domain, room: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Options of entry `name` with the defaults filled in; raises ValueError (unknown name) or ValidationError."""
    return known(domain, room, name).options.model_validate(values).model_dump()


def known(domain: Domain, room: str, name: str) -> Entry:
    """What entry `name` offers; raises ValueError with what there is."""
    entry = _elsewhere(name, _ENTRY[room]) if "." in name else entries(domain, room).get(name)
    if entry is None:
        names = ", ".join(entries(domain, room))
        raise ValueError(
            f"not one of the {room} of {domain.name}: {names}, or the dotted path of a module that has one"
        )
    return entry


@cache
def _elsewhere(path: str, function: str) -> Entry | None:
    """What a module anywhere on the user's path offers."""
    if not all(part.isidentifier() for part in path.split(".")) or not is_module(path):
        return None
    return _entry(Path(find_spec(path).origin), path, function)


@contextmanager
def within(*location: str, value: Any = None) -> Iterator[None]:
    """Faults raised inside are told at this place of the tree that is being checked."""
    try:
        yield
    except ValidationError as fault:
        raise _moved(fault.errors(include_url=False), location) from None
    except ValueError as fault:
        shown = location[0] if value is None else value
        raise _moved([{"msg": str(fault), "loc": (), "input": shown}], location) from None


def _moved(errors: list[Any], location: tuple[str, ...]) -> ValidationError:
    lines = [
        InitErrorDetails(type=_as_it_is(error), loc=(*location, *error["loc"]), input=error["input"])
        for error in errors
    ]
    return ValidationError.from_exception_data("options", lines)


def _as_it_is(error: Any) -> PydanticCustomError | str:
    """The type of a fault whose words stay; that a key is missing has words of its own (core/params/faults.py)."""
    if error.get("type") == "missing":
        return "missing"
    return PydanticCustomError("option", "{message}", {"message": error["msg"].removeprefix("Value error, ")})


@cache
def _entry(path: Path, name: str, function: str) -> Entry | None:
    """What the file of module `name` offers, if it defines `function`."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text if f"def {function}(" in text else "", filename=str(path))  # most files have none
    found = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function), None)
    if found is None:
        return None
    annotations = (argument.annotation for argument in found.args.args)
    takes = tuple(ast.unparse(one) if one else "" for one in annotations)
    return Entry(name, _options_model(path, found), takes)


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
