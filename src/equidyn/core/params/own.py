"""A user's own files, looked at before any job: whether data are there, and modules can be imported.

Reading modules alone (signatures.py) cannot tell that a line raises, or that a name is missing. So a process of its own
imports them, which keeps torch, and whatever they do when they are imported, out of the engine; without modules of a
user's own it is not started.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from equidyn.core.domain import built_in
from equidyn.core.errors import EquidynError, broken, first_line
from equidyn.core.params import signatures
from equidyn.core.params.files import own_files
from equidyn.core.params.params import Params
from equidyn.core.params.study import Study

_TASK = {"task": ("TASK", "DATASET", "io_types"), "recipe": ("RECIPE",), "context": ("CONTEXT",)}
Wanted = dict[str, tuple[str, tuple[str, ...]]]  # module -> where params.yaml asks for it, what it must define


def sound(params: Params) -> Params:
    """`params`, if data files of the user's own are there, and modules can be imported and have what they must define.

    Else raises EquidynError with a line for each: where params.yaml names it, file, line and words of the fault.
    """
    lines = [line for name, study in params.studies.items() for line in _missing(name, study)]
    wanted = {module: asked for name, study in params.studies.items() for module, asked in _named(name, study)}
    found = _tried(wanted) if wanted else {}
    lines += [f"{wanted[module][0]}: {fault}" for module, fault in found.items()]
    if lines:
        raise EquidynError("\n  ".join(["params.yaml names files that are missing or broken", *lines]))
    return params


def _missing(name: str, study: Study) -> Iterator[str]:
    for dataset in study.datasets:
        for path in own_files(study, dataset):
            if not Path(path).is_file():
                yield f"studies.{name}.datasets.{dataset}: {path}: no such file in {Path.cwd()}"


def _named(name: str, study: Study) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    home, own = study.home, study.domain not in built_in()
    if own:
        for file, names in _TASK.items():
            yield home.path("tasks", study.task.kind, file), (f"studies.{name}.task.kind", names)
        yield home.path("source", study.source.kind), (f"studies.{name}.source.kind", ("make",))
    for place, room, entry in signatures.named(study):
        if own or "." in entry:
            names = (signatures.ENTRY[room], *(["QUANTITIES"] if room == "measures" else []))
            yield signatures.module(home, room, entry), (f"studies.{name}.{place}", names)


def _tried(wanted: Wanted) -> dict[str, str]:
    """Module -> its fault, of those that have one."""
    request = json.dumps({"path": sys.path, "modules": {module: names for module, (_, names) in wanted.items()}})
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, input=request, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        last = (done.stderr.strip() or f"status {done.returncode}").splitlines()[-1]
        return {next(iter(wanted)): f"a process that imports {', '.join(wanted)} ends: {last}"}


def faults(modules: dict[str, Sequence[str]]) -> dict[str, str]:
    """The same by importing them here; modules: -> what each must define."""
    found = {module: _fault(module, names) for module, names in modules.items()}
    return {module: fault for module, fault in found.items() if fault}


def _fault(module: str, names: Sequence[str]) -> str:
    """What is wrong with a module; "" if it has all that it must define."""
    try:
        found = import_module(module)
    except SystemExit as fault:
        return f"{module}: ends the process when it is imported (SystemExit: {first_line(fault)})"
    except Exception as fault:
        return broken(fault)
    lacks = [name for name in names if not hasattr(found, name)]
    return f"{found.__file__}: defines no {', '.join(lacks)}" if lacks else ""


def _main() -> None:
    request: dict[str, Any] = json.load(sys.stdin)
    sys.path[:] = request["path"]
    with redirect_stdout(sys.stderr):
        found = faults(request["modules"])
    print(json.dumps(found))


if __name__ == "__main__":
    _main()
