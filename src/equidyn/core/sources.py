"""Which source files define the result of a stage, so that both engines re-run a cell when, and only when, one changes.

The files of a stage are the modules of this package that its entry modules import, directly or not, found by reading
the sources without running them. Models and measures are imported by name at run time, so those that a variant or a
study names are entry modules of their own. Left out: equidyn.core.params, whose values reach a stage only through the keys
that the stage declares, and equidyn.core.errors, equidyn.core.progress and this file, which cannot change a result.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

from equidyn.core import paths
from equidyn.core.files import sha256, sole_engine, write_text
from equidyn.core.params import signatures
from equidyn.core.params.study import Params, Study

PACKAGE = Path(__file__).resolve().parent
LEFT_OUT = ("equidyn.core.params", "equidyn.core.errors", "equidyn.core.progress", "equidyn.core.sources")


def prepare_sources(study: Study) -> list[Path]:
    """Files that define a dataset: preparing, what makes the study's source, and the templates of the data card."""
    return sorted(
        [*closure("equidyn.core.data.prepare", f"equidyn.core.data.{study.source.kind}"), *_templates("data")]
    )


def train_sources(study: Study, variant: str) -> list[Path]:
    """Files that define a training run: training, the study's task, and the variant's model."""
    return closure("equidyn.core.training.train", *_of_task(study), *_of_variant(study, variant))


def measure_sources(study: Study, variant: str) -> list[Path]:
    """Files that define the measures of a run: measuring, the study's task and measures, and the variant's model."""
    context = f"equidyn.core.measures.subjects.{study.task.kind}"
    task = f"equidyn.core.training.{study.task.kind}.task"
    measures = (signatures.module("measures", name) for name in study.measures)
    return closure("equidyn.core.measures.measure", context, task, *_of_variant(study, variant), *measures)


def report_sources() -> list[Path]:
    """Files that define the report: reporting and its templates."""
    return sorted([*closure("equidyn.report.report"), *_templates("reporting")])


def write_lists(params: Params) -> Path:
    """Write, for DVC, one list of sources per stage and kind of cell; remove lists that params no longer names.

    Equal sources give equal bytes, so that DVC re-runs only cells whose own list has changed.
    """
    wanted = dict(lists(params))
    with sole_engine():
        for path in paths.SOURCES.rglob("*.txt"):
            if path not in wanted:
                path.unlink()
        for path, files in wanted.items():
            write_text(path, listing(files))
    return paths.SOURCES


def lists(params: Params) -> Iterable[tuple[Path, list[Path]]]:
    """Where the list of each stage and kind of cell lies, and the files in it."""
    yield paths.sources("report"), report_sources()
    for name, study in params.studies.items():
        yield paths.sources("prepare", name), prepare_sources(study)
        for variant in study.variants:
            yield paths.sources("train", name, variant), train_sources(study, variant)
            yield paths.sources("measure", name, variant), measure_sources(study, variant)


def listing(files: list[Path]) -> str:
    """Checksum and path of each file, one a line: equal for equal sources, wherever the checkout lies."""
    return "".join(map(_line, files))


def fingerprint(files: list[Path]) -> str:
    """One checksum of their listing, for Snakemake."""
    return hashlib.sha256(listing(files).encode()).hexdigest()


def closure(*modules: str) -> list[Path]:
    """Files of `modules` and of all modules of this package that they import, with the packages that hold them."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(_imported(module))
    return sorted(path for path in map(module_file, found) if path is not None)


@cache
def module_file(module: str) -> Path | None:
    """The file of a module or package of equidyn; None if there is none."""
    base = PACKAGE.joinpath(*module.split(".")[1:])
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def imported_names(path: Path, package: str) -> Iterator[str]:
    """Dotted names that the file imports, at the top or inside functions; `package` resolves relative imports."""
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in `node`; no expressions, which are most of a tree and import nothing."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(node, part, ()):
            yield statement
            yield from _statements(statement)


@cache
def _line(file: Path) -> str:
    return f"{sha256(file)}  {file.relative_to(PACKAGE.parent)}\n"


@cache
def _imported(module: str) -> tuple[str, ...]:
    """Modules of equidyn that `module` imports, and the packages that hold it."""
    path = module_file(module)
    if path is None:
        return ()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = [*imported_names(path, package), module]
    return tuple({name for full in names for name in _with_parents(full) if _counts(name)})


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _counts(name: str) -> bool:
    ours = name.partition(".")[0] == "equidyn"
    return ours and not any(name == other or name.startswith(f"{other}.") for other in LEFT_OUT)


def _templates(room: str) -> list[Path]:
    """Files of a package folder that are not Python: templates, styles."""
    files = (path for path in (PACKAGE / room).rglob("*") if path.is_file())
    return [path for path in files if path.suffix not in {".py", ".pyc"} and not path.name.startswith(".")]


def _of_task(study: Study) -> list[str]:
    return [f"equidyn.core.training.{study.task.kind}.{file}" for file in ("task", "recipe")]


def _of_variant(study: Study, name: str) -> list[str]:
    """The variant's model, and what imposes symmetry on it from outside."""
    variant = study.variants[name]
    imposed = [signatures.module("models/impose", variant.impose.by)] if variant.impose else []
    return [signatures.module("models", variant.model), *imposed]
