"""Snakemake's part of scale.py."""

import base64
from functools import partial
from pathlib import Path

from cost import Cost, cost
from scale_study import PROJECT, of_seed, stand_in, write_outputs, write_params

_LARGEST_RUN = 1000  # cells


def planning(folder: Path, cells: int, limit: float) -> dict[str, Cost]:
    """Of `snakemake --dry-run` without outputs."""
    write_params(folder, cells)
    jobs = str(2 * cells + 3)
    return {"planning": _snakemake(folder)("--dry-run", "--quiet", "rules", expected=jobs, limit=limit)}


def nothing_to_do(folder: Path, cells: int, limit: float) -> dict[str, Cost]:
    """Of `snakemake` where all outputs are there."""
    _make_done(folder, cells)
    return {"nothing to do": _snakemake(folder)(expected="Nothing to be done", limit=limit)}


def a_run(folder: Path, cells: int, limit: float) -> dict[str, Cost]:
    """Of `snakemake` where each stage takes milliseconds, unless there are too many."""
    if cells > _LARGEST_RUN:
        return {}
    write_params(folder, cells)
    with stand_in():
        return {"a run": _snakemake(folder)(expected="(100%) done", limit=limit)}


def _snakemake(folder: Path) -> partial:
    words = ["snakemake", "--snakefile", PROJECT / "workflow/Snakefile", "--directory", folder, "--cores", "2"]
    return partial(cost, *words, "--workflow-profile", PROJECT / "profiles/default", folder=folder)


def _make_done(folder: Path, cells: int) -> None:
    """Outputs, and Snakemake's records of them.

    `snakemake --touch` takes the files of one cell for done; the records of the others are copies under their names,
    since it waits a tenth of a second at each job.
    """
    snakemake = _snakemake(folder)
    write_params(folder, 1)
    write_outputs(folder, 1)
    snakemake("--touch", "--forceall", "--quiet", "all", expected="")
    write_params(folder, cells)
    write_outputs(folder, cells)
    records = {base64.b64decode(path.name).decode(): path for path in (folder / ".snakemake/metadata").iterdir()}
    for output, path in records.items():
        text = path.read_text(encoding="utf-8")
        for seed in range(1, cells) if "/seed0/" in output else ():
            name = base64.b64encode(of_seed(seed, output).encode()).decode()
            path.with_name(name).write_text(of_seed(seed, text), encoding="utf-8")
    snakemake("--touch", "--force", "reports/report.html", "--quiet", "all", expected="")
