"""Which source files define the result of a stage, so that both engines re-run a cell when, and only when, one changes.

The files of a stage are the modules that its entry modules import, directly or not, found by reading the sources
without running them: those of this package, and those of the package that holds the study's domain or model if that is
a user's own. What is imported by name at run time are entry modules of their own: the study's source, task, models,
treatments and measures. Left out is what cannot change a number (LEFT_OUT, and the cards of datasets).
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec, resolve_name
from pathlib import Path

from equidyn.core import paths
from equidyn.core.domain import Domain, built_in, find, folder_of
from equidyn.core.files import sha256, write_text
from equidyn.core.locks import sole_engine
from equidyn.core.params import signatures
from equidyn.core.params.params import Params
from equidyn.core.params.study import Study
from equidyn.core.params.variant import ROOMS

# Messages, progress, command line, process management, and the reading of names: none of it is in a number.
LEFT_OUT = (
    "equidyn.cli",
    "equidyn.commands",
    "equidyn.core.data.card",
    "equidyn.core.errors",
    "equidyn.core.hub",
    "equidyn.core.options",
    "equidyn.core.params.faults",
    "equidyn.core.params.names",
    "equidyn.core.params.own",
    "equidyn.core.params.resources",
    "equidyn.core.params.schema",
    "equidyn.core.progress",
    "equidyn.core.sources",
    "equidyn.core.training.live",
    "equidyn.core.warm",
)
_STAGES = {
    "prepare": "equidyn.core.data.prepare",
    "tune": "equidyn.core.tuning.tune",
    "train": "equidyn.core.training.train",
    "measure": "equidyn.core.measures.measure",
}


def prepare_sources(study: Study) -> list[Path]:
    """Files that define a dataset: preparing, and what makes the study's source."""
    own = [signatures.module(study.home, *entry) for entry in study.source.entries]
    return closure(_STAGES["prepare"], study.home.path("params"), study.home.path("source", study.source.kind), *own)


def tune_sources(study: Study, variant: str) -> list[Path]:
    """Files that define the tuning of a variant: those of its training, and the search."""
    return closure(_STAGES["tune"], *_of_training(study, variant))


def train_sources(study: Study, variant: str) -> list[Path]:
    """Files that define a training run: training, the study's task, the variant's model, and its treatment."""
    return closure(_STAGES["train"], *_of_training(study, variant))


def measure_sources(study: Study, variant: str) -> list[Path]:
    """Files that define the measures of a run: measuring, the study's task and measures, and the variant's model."""
    wanted = (*_of_task(study, "task", "context"), *_of_variant(study, variant), *_measures(study))
    return closure(_STAGES["measure"], *wanted)


def report_sources(params: Params) -> list[Path]:
    """Files that define the report: reporting, what domains say of themselves, and measures, of their quantities."""
    homes = _reported(params)
    modules = [name for home in homes for name in (home.path("params"), *_modules(home.path("report")))]
    modules += [name for study in params.studies.values() for name in _measures(study)]
    texts = [path for home in homes for path in home.folder.glob("*.yaml") if path.stem.isidentifier()]
    return sorted(
        {*closure("equidyn.report.report", *modules), *texts, *_templates("equidyn.report"), *paths.reference_tables()}
    )


def _reported(params: Params) -> list[Domain]:
    """Domains of the studies, and all that come with equidyn: their claims are in every report."""
    return list(dict.fromkeys([*(study.home for study in params.studies.values()), *map(find, built_in())]))


def _modules(path: str) -> list[str]:
    """A module, or a package with all its modules: which of them a name in params.yaml calls is not known here."""
    file = module_file(path)
    if file is None or file.name != "__init__.py":
        return [path] if file else []
    inner = (entry.relative_to(file.parent).with_suffix("").parts for entry in file.parent.rglob("*.py"))
    names = (parts for parts in inner if all(map(str.isidentifier, parts)) and parts[-1] != "__init__")
    return [path, *(".".join((path, *parts)) for parts in names)]


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
    yield paths.sources("report"), report_sources(params)
    for name, study in params.studies.items():
        yield paths.sources("prepare", name), prepare_sources(study)
        for variant in study.variants:
            if study.tunes:
                yield paths.sources("tune", name, variant), tune_sources(study, variant)
            yield paths.sources("train", name, variant), train_sources(study, variant)
            yield paths.sources("measure", name, variant), measure_sources(study, variant)


def listing(files: list[Path]) -> str:
    """Checksum and path of each file, one a line: equal for equal sources, wherever the checkout lies."""
    return "".join(map(_line, files))


def fingerprint(files: list[Path]) -> str:
    """One checksum of their listing, for Snakemake."""
    return hashlib.sha256(listing(files).encode()).hexdigest()


def closure(*modules: str) -> list[Path]:
    """Files of `modules`, of all modules of their packages and of equidyn that they import, and of the parents."""
    tops = frozenset({"equidyn", *(module.partition(".")[0] for module in modules)})
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(_imported(module, tops))
    return sorted(path for path in map(module_file, found) if path is not None)


@cache
def module_file(module: str) -> Path | None:
    """The file of a module or package; None if there is none."""
    top, *rest = module.split(".")
    base = _root(top).joinpath(*rest)
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def _root(top: str) -> Path:
    """The folder of a package, or the file of a single module without its suffix."""
    spec = find_spec(top)
    return folder_of(top) if spec.submodule_search_locations else Path(spec.origin).with_suffix("")


def _name(file: Path) -> str:
    """Path of a source file from the folder that holds its outermost package, wherever that lies."""
    top = file.parent
    while (top.parent / "__init__.py").is_file() and top.parent != top:
        top = top.parent
    return str(file.relative_to(top.parent))


def imported_names(path: Path, package: str) -> Iterator[str]:
    """Dotted names that the file imports, at the top or inside functions; `package` resolves relative imports."""
    for node in _statements(ast.parse(path.read_bytes(), filename=str(path))):
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
    return f"{sha256(file)}  {_name(file)}\n"


@cache
def _imported(module: str, tops: frozenset[str]) -> tuple[str, ...]:
    """Modules of the packages `tops` that `module` imports, and the packages that hold it."""
    path = module_file(module)
    if path is None:
        return ()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = [module]
    with suppress(SyntaxError, ValueError):  # of a broken file its checksum counts; who imports it will be told
        names += imported_names(path, package)
    return tuple({name for full in names for name in _with_parents(full) if _counts(name, tops)})


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _counts(name: str, tops: frozenset[str]) -> bool:
    ours = name.partition(".")[0] in tops
    return ours and not any(name == other or name.startswith(f"{other}.") for other in LEFT_OUT)


def _templates(package: str) -> list[Path]:
    """Files of a package that are not Python: templates, styles; not what editors leave beside them."""
    found = (path for pattern in ("*.j2", "*.css", "*.js") for path in folder_of(package).rglob(pattern))
    return sorted(path for path in found if all(map(str.isidentifier, path.name.split("."))))


def _measures(study: Study) -> list[str]:
    return [signatures.module(study.home, "measures", name) for name in study.measures]


def _of_task(study: Study, *files: str) -> list[str]:
    return [study.home.path("params"), *(study.home.path("tasks", study.task.kind, file) for file in files)]


def _of_training(study: Study, name: str) -> list[str]:
    """How the study's task is trained, the variant's network, and what its loss sees."""
    files = study.variants[name].files()
    return [*_of_task(study, "task", "recipe"), *(signatures.module(study.home, *file) for file in files)]


def _of_variant(study: Study, name: str) -> list[str]:
    """The variant's model, what relaxes it, and what imposes symmetry on it from outside."""
    files = [file for file in study.variants[name].files() if file[0] != ROOMS["treatment"]]
    return [signatures.module(study.home, *file) for file in files]
