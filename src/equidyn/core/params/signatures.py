"""What a model or measure file offers, read from its source without importing it (importing torch takes seconds).

A file NAME.py in a domain's models/ that defines `build(...)`, in its relaxations/ that defines `relax(...)`, in its
impose/ that defines `impose(...)`, in its treatments/ that defines `treat(...)`, or in its measures/ that defines
`measure(...)`, is an entry of that room; the keyword-only arguments of that function are its options in params.yaml,
with types and defaults, and the types of the others say which task it suits. Beside the domain's own there are those of
SHARED, which every domain has. What the published code does differently lies in audit/models/ and audit/measures/, and
is called `audit/NAME`. A name with dots is the path of any module.

A file that cannot be read so is an entry too, with what is wrong in it and where: it stops only what asks for it.
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
from equidyn.core.errors import EquidynError, broken
from equidyn.core.params import types
from equidyn.core.params.variant import ROOMS

AUDIT = "audit/"  # before the name of a published definition or variant, as it was coded
SHARED = {
    "models": ("equidyn.grids",),
    "relaxations": ("equidyn.grids.relaxations",),
    "treatments": ("equidyn.grids.treatments",),
    "measures": ("equidyn.core.measures", "equidyn.curvature", "equidyn.grids"),
    "audit.measures": ("equidyn.curvature.audit",),
}
ENTRY = {
    "models": "build",
    "relaxations": "relax",
    "impose": "impose",
    "treatments": "treat",
    "measures": "measure",
    "scenes": "scene",
}
_ANNOTATIONS = {**vars(types), "bool": bool, "int": types.Integer, "float": types.Real, "str": str, "Literal": Literal}


@dataclass(frozen=True)
class Entry:
    """module: its dotted path; options: the pydantic model of its options; takes: the types of its other arguments.

    needs: options without which a model does not suit it, of treatments with a line NEEDS.
    fault: where and how its file is broken, if it is; then nothing is known of the others. at: file and line of its
    function.
    """

    module: str
    options: type[BaseModel]
    takes: tuple[str, ...]
    fault: str = ""
    needs: tuple[str, ...] = ()
    at: str = ""


class _AnyOptions(BaseModel, extra="allow"):
    """Options of a broken file."""


@cache
def entries(domain: Domain, room: str) -> dict[str, Entry]:
    """Names in `room` (a key of ENTRY) of a domain -> what their files offer."""
    found = {}
    for part, prefix in ((room, ""), (f"audit.{room}", AUDIT)):
        for package in (domain.path(part), *SHARED.get(part, ())):
            for path in _modules(package):
                entry = _entry(path, f"{package}.{path.stem}", ENTRY[room])
                if entry is not None:
                    found.setdefault(prefix + path.stem, entry)
    return found


def _modules(package: str) -> list[Path]:
    """The files of a package that a name can call: not those that editors and file managers leave beside them."""
    found = folder_of(package).glob("*.py") if is_module(package) else ()
    return sorted(path for path in found if path.stem.isidentifier())


def module(domain: Domain, room: str, name: str) -> str:
    """Dotted name of the module that holds entry `name` of `room`; raises EquidynError if its file is broken."""
    entry = known(domain, room, name)
    if entry.fault:
        raise EquidynError(entry.fault)
    return entry.module


def checked(domain: Domain, room: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Options of entry `name` with the defaults filled in; raises ValueError (unknown name) or ValidationError."""
    return known(domain, room, name).options.model_validate(values).model_dump()


def known(domain: Domain, room: str, name: str) -> Entry:
    """What entry `name` offers, broken or not; raises ValueError with what there is."""
    entry = _elsewhere(name, ENTRY[room]) if "." in name else entries(domain, room).get(name)
    if entry is None:
        if "." in name:
            raise ValueError("no importable module of this name, in the folder of params.yaml or on PYTHONPATH")
        names = ", ".join(other + " (broken)" * bool(found.fault) for other, found in entries(domain, room).items())
        raise ValueError(
            f"not one of the {room} of {domain.name}: {names}, or the dotted path of a module that has one"
        )
    return entry


@cache
def _elsewhere(path: str, function: str) -> Entry | None:
    """What a module anywhere on the user's path offers."""
    try:
        known = all(part.isidentifier() for part in path.split(".")) and is_module(path)
    except EquidynError as fault:
        return Entry(path, _AnyOptions, (), str(fault))
    origin = find_spec(path).origin if known else None
    if not origin or not origin.endswith(".py"):
        return None
    lacks = f"{origin}: defines no function {function}(...)"
    return _entry(Path(origin), path, function) or Entry(path, _AnyOptions, (), lacks)


def named(study: Any) -> Iterator[tuple[str, str, str]]:
    """(place in the study, room, name) of every file that its variants and measures name."""
    for name, variant in study.variants.items():
        yield f"variants.{name}", "models", variant.model
        yield from ((f"variants.{name}.{key}", ROOMS[key], part.by) for key, part in variant.parts())
    yield from ((f"measures.{name}", "measures", name) for name in study.measures)
    yield from ((f"source.{room}", room, name) for room, name in study.source.entries)


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
    try:
        content = path.read_bytes()
        defines = f"def {function}(".encode() in content  # most files do not
        tree = ast.parse(content if defines else b"", filename=str(path))
        found = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function), None)
        if found is None:
            return None
        options, takes = _options_model(path, found), tuple(_takes(path, found))
        return Entry(name, options, takes, needs=_needs(tree), at=f"{path}:{found.lineno}")
    except (OSError, SyntaxError, ValueError) as fault:
        return Entry(name, _AnyOptions, (), broken(fault, path))


def _needs(tree: ast.Module) -> tuple[str, ...]:
    lines = (node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEEDS")
    return next((ast.literal_eval(node.value) for node in lines), ())


def _takes(path: Path, entry: ast.FunctionDef) -> Iterator[str]:
    for argument in entry.args.args:
        if argument.annotation is None:
            raise _unfit(path, argument, f"argument {argument.arg!r} of {entry.name}() has no type")
        yield ast.unparse(argument.annotation).strip("'").rpartition(".")[2]


def _options_model(path: Path, entry: ast.FunctionDef) -> type[BaseModel]:
    arguments = zip(entry.args.kwonlyargs, entry.args.kw_defaults, strict=True)
    fields = {one.arg: (_annotation(path, one), _default(path, one, node)) for one, node in arguments}
    return create_model(f"{path.stem}_options", __base__=types.Strict, **fields)


def _annotation(path: Path, argument: ast.arg) -> Any:
    if argument.arg.startswith("_") or hasattr(types.Strict, argument.arg):
        raise _unfit(path, argument, f"an option may not be called {argument.arg!r}")
    if argument.annotation is None:
        raise _unfit(path, argument, f"option {argument.arg!r} has no type; use one of equidyn.core.params.types")
    text = ast.unparse(argument.annotation)
    base, _, inner = text.partition("[")
    try:
        return _ANNOTATIONS[base][ast.literal_eval(f"({inner.rstrip(']')},)")] if inner else _ANNOTATIONS[base]
    except (KeyError, TypeError, ValueError, SyntaxError):
        told = f"option {argument.arg!r} has the type {text}; use one of equidyn.core.params.types"
        raise _unfit(path, argument, told) from None


def _default(path: Path, argument: ast.arg, node: ast.expr | None) -> Any:
    try:
        return ... if node is None else ast.literal_eval(node)
    except ValueError:
        told = f"option {argument.arg!r} has a default that is computed; write the value"
        raise _unfit(path, argument, told) from None


def _unfit(path: Path, argument: ast.arg, reason: str) -> SyntaxError:
    return SyntaxError(reason, (str(path), argument.lineno, None, None))
