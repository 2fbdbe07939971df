"""DVC's part of scale.py."""

import re
import shutil
from functools import partial
from pathlib import Path

from cost import Cost, cost
from scale_study import PROJECT, STUDY, of_seed, stand_in, write_outputs, write_params

_LARGEST_RUN = 100  # cells
_STAGES_OF_STUDY = Path("studies") / STUDY / "dvc.yaml"
_NO_CODE = shutil.ignore_patterns("__pycache__", "*.egg-info")


def planning(folder: Path, cells: int, limit: float) -> dict[str, Cost]:
    """Of `dvc status` without outputs: all stages, and what each lacks. `dvc repro --dry` fails where outputs lack."""
    _make_project(folder, cells)
    return {"planning": _dvc(folder)("status", expected=f"seed{cells - 1}/measures.json", limit=limit)}


def nothing_to_do(folder: Path, cells: int, limit: float) -> dict[str, Cost]:
    """Of `dvc repro` and `dvc status` where all outputs are there, and the size of its lock."""
    _make_done(folder, cells)
    dvc = partial(_dvc(folder), expected="up to date", limit=limit)
    lock = (folder / _STAGES_OF_STUDY).with_name("dvc.lock")
    return {
        "nothing to do": dvc("repro"),
        "status": dvc("status"),
        "lock": {"size [MB]": round(lock.stat().st_size / 1e6, 2)},
    }


def a_run(folder: Path, cells: int, limit: float) -> dict[str, Cost]:
    """Of `dvc repro` where each stage takes milliseconds, unless there are too many."""
    if cells > _LARGEST_RUN:
        return {}
    _make_project(folder, cells)
    with stand_in():
        return {"a run": _dvc(folder)("repro", expected="Use `dvc push`", limit=limit)}


def _dvc(folder: Path) -> partial:
    return partial(cost, "dvc", folder=folder)


def _make_project(folder: Path, cells: int) -> None:
    """What DVC reads of this project, with one study and without presets, in a repository of its own."""
    (folder / ".dvc").mkdir()
    for name in (".gitignore", ".dvcignore", ".dvc/.gitignore", ".dvc/config"):
        shutil.copy(PROJECT / name, folder / name)
    shutil.copytree(PROJECT / "src/equidyn", folder / "src/equidyn", ignore=_NO_CODE)
    cost("git", "init", "--quiet", folder=folder, expected="")
    write_params(folder, cells)
    cost("equidyn", "engines", "--write", folder=folder, expected="")


def _make_done(folder: Path, cells: int) -> None:
    """Outputs, and DVC's record of them.

    `dvc commit` takes the files of one cell for done; the records of the others are copies under their names, since it
    reads params.yaml again at each stage.
    """
    _make_project(folder, 1)
    write_outputs(folder, 1)
    commit = partial(_dvc(folder), "commit", "--force", "--quiet", expected="")
    commit("dvc.yaml", str(_STAGES_OF_STUDY))
    write_params(folder, cells)
    write_outputs(folder, cells)
    lock = (folder / _STAGES_OF_STUDY).with_name("dvc.lock")
    lock.write_text(_of_all_seeds(lock.read_text(encoding="utf-8"), cells), encoding="utf-8")
    commit("dvc.yaml")


def _of_all_seeds(lock: str, cells: int) -> str:
    """A lock with the records of seed 0 once for each seed."""
    records = re.split(r"^(?=  \S)", lock, flags=re.MULTILINE)
    return "".join(of_seed(seed, text) for text in records for seed in range(cells if "/seed0/" in text else 1))
