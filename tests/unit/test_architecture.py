"""The house rules that a machine can check: the direction of imports, and the size of files and functions."""

import ast
from pathlib import Path

import pytest

from equidyn.core.sources import PACKAGE, imported_names

PROJECT = PACKAGE.parents[1]
FILES = sorted(PACKAGE.rglob("*.py"))
# A room may import those below it (and itself), never those above. Rooms in one row do not know each other.
ROWS = [
    ["cli"],
    ["commands"],
    ["handover", "warm", "hub"],
    ["reporting"],
    ["audit"],
    ["measures"],
    ["training"],
    ["models", "data"],
    ["params"],
]
COMMON = {"errors", "files", "provenance", "paths", "progress", "sources", "threads"}
HEAVY = {"torch", "phi", "phiml", "matplotlib", "pandas", "scipy", "dvc", "snakemake"}
LIGHT = ["cli", "commands", "handover", "warm", *(COMMON - {"threads"}), "params"]  # threads.py sets those of torch


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    package = ".".join(["equidyn", *path.relative_to(PACKAGE).parts[:-1]])
    return set(imported_names(path, package))


def _rooms_imported(path: Path) -> set[str]:
    parts = [name.split(".") for name in _imports(path)]
    return {part[1] for part in parts if part[0] == "equidyn" and len(part) > 1 and not part[1].startswith("__")}


def _allowed(room: str) -> set[str]:
    """What a room may import."""
    if room == "symmetry":
        return {"symmetry"}
    if room in COMMON or room == "__init__":
        return COMMON | {"params"}
    if room == "params":
        return {"params", "errors", "symmetry"}
    below = [name for row in ROWS[_row(room) + 1 :] for name in row]
    return {room, *below, *COMMON, "symmetry"}


def _row(room: str) -> int:
    return next(index for index, row in enumerate(ROWS) if room in row)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    assert _rooms_imported(path) - _allowed(_room(path)) == set()


@pytest.mark.parametrize("path", [path for path in FILES if _room(path) in LIGHT], ids=lambda path: path.name)
def test_what_engines_import_is_light(path: Path) -> None:
    """The Snakefile and `equidyn --help` must start at once."""
    assert {name.split(".")[0] for name in _imports(path)} & HEAVY == set()
    assert "threads" not in _rooms_imported(path)


def _all_python() -> list[Path]:
    folders = [PACKAGE, PROJECT / "tests", PROJECT / "benchmarks"]
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


@pytest.mark.parametrize("path", _all_python(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert len(text.splitlines()) < 300
    assert [node.name for node in functions if node.end_lineno - node.lineno >= 40] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_public_things_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    bare = [node.name for node in nodes if not node.name.startswith("_") and not ast.get_docstring(node)]
    assert ast.get_docstring(tree)
    assert bare == []
