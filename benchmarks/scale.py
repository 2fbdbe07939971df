"""What planning, and running again with nothing to do, cost Snakemake against the number of cells.

    python benchmarks/scale.py [10 100 1000 10000]

The study: one dataset and one variant of presets/test, with as many seeds as there are to be cells, so two jobs a cell
beside the dataset and the report. Planning: `snakemake --dry-run` without outputs. Nothing to do: `snakemake`
where all outputs are there: empty files of the right names, with Snakemake's own records of how they were made. A run:
`snakemake` where each stage is a script that makes its outputs, empty, in milliseconds; up to 1,000 cells.
Processor seconds (they hardly depend on what else the machine does), wall seconds and peak memory of the command.
Written to benchmarks/results/scale.csv, row by row.
"""

import argparse
import base64
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[1]
STUDY, DATASET, VARIANT = "smoke-levels", "eps000", "gcnn"
TRAINED = ("best.safetensors", "early.safetensors", "history.csv", "run.json")
MEASURED = ("measures.json", "example.safetensors")


LARGEST_RUN = 1000  # cells
# Snakemake has made the folders.
STAND_IN = f"""#!/bin/sh
run=data/runs/${{2%/*}}/seed${{2##*/}}
case $1 in
prepare) mkdir -p data/datasets/$2.card; : > data/datasets/$2.h5 ;;
train) for name in {" ".join(TRAINED)}; do : > $run/$name; done ;;
measure) for name in {" ".join(MEASURED)}; do : > $run/$name; done ;;
report) mkdir -p reports/tables reports/figures; : > reports/report.html; : > reports/report.md ;;
esac
"""


def write_params(folder: Path, cells: int) -> None:
    """A study of so many cells."""
    params = yaml.safe_load((PROJECT / "presets/test/params.yaml").read_text(encoding="utf-8"))
    study = params["studies"][STUDY]
    study["datasets"] = {DATASET: study["datasets"][DATASET]}
    study["variants"] = {VARIANT: study["variants"][VARIANT]}
    study["seeds"] = list(range(cells))
    text = yaml.safe_dump({"compute": params["compute"], "studies": {STUDY: study}})
    (folder / "params.yaml").write_text(text, encoding="utf-8")


def write_outputs(folder: Path, cells: int) -> None:
    """Empty files under the names of all outputs, and Snakemake's records of them.

    `snakemake --touch` takes the files of one cell for done; the records of the others are copies under their names,
    since it waits a tenth of a second at each job.
    """
    write_params(folder, 1)
    _touch_all(folder, 1)
    cost(folder, "--touch", "--forceall", "--quiet", "all", expected="")
    write_params(folder, cells)
    _touch_all(folder, cells)
    records = {base64.b64decode(path.name).decode(): path for path in (folder / ".snakemake/metadata").iterdir()}
    for output, path in records.items():
        text = path.read_text(encoding="utf-8")
        for seed in range(1, cells) if "/seed0/" in output else ():
            name = base64.b64encode(_of_seed(seed, output).encode()).decode()
            path.with_name(name).write_text(_of_seed(seed, text), encoding="utf-8")
    cost(folder, "--touch", "--force", "reports/report.html", "--quiet", "all", expected="")


def _of_seed(seed: int, text: str) -> str:
    """A path or record of seed 0 as that of another."""
    return text.replace("/seed0", f"/seed{seed}").replace(f"{VARIANT}/0 ", f"{VARIANT}/{seed} ")


def _touch_all(folder: Path, cells: int) -> None:
    """In the order in which stages make them."""
    runs = [Path("data/runs") / STUDY / DATASET / VARIANT / f"seed{seed}" for seed in range(cells)]
    dataset = Path("data/datasets") / STUDY / DATASET
    for path in (dataset.with_suffix(".card"), Path("reports/tables"), Path("reports/figures")):
        (folder / path).mkdir(parents=True, exist_ok=True)
    files = [dataset.with_suffix(".h5")]
    files += [run / name for names in (TRAINED, MEASURED) for run in runs for name in names]
    files += [Path("reports/report.html"), Path("reports/report.md")]
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()


def cost_of_a_run(cells: int) -> dict[str, float]:
    """Of making everything, by a stand-in of `equidyn` that computes nothing."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as programs:
        folder, program = Path(name), Path(programs) / "equidyn"
        write_params(folder, cells)
        program.write_text(STAND_IN, encoding="utf-8")
        program.chmod(0o755)
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{programs}{os.pathsep}{before}"
        try:
            return cost(folder, expected="(100%) done")
        finally:
            os.environ["PATH"] = before


def cost(folder: Path, *arguments: str, expected: str) -> dict[str, float]:
    """Of one Snakemake command and its jobs, which must say what is expected: seconds and megabytes."""
    words = ["snakemake", "--snakefile", PROJECT / "Snakefile", "--directory", folder, "--cores", "2", *arguments]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(words, stdout=told, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read().decode()
    if process.returncode or expected not in text:
        raise SystemExit(f"snakemake {' '.join(arguments)}: status {process.returncode}\n{text[-2000:]}")
    return {
        "cpu [s]": round(used.ru_utime + used.ru_stime, 2),
        "wall [s]": round(time.perf_counter() - started, 2),
        "peak [MB]": round(used.ru_maxrss / 1024),
    }


def row(cells: int) -> dict[str, float]:
    """Both costs at one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_params(folder, cells)
        planning = cost(folder, "--dry-run", "--quiet", "rules", expected=str(2 * cells + 3))
        write_outputs(folder, cells)
        nothing = cost(folder, expected="Nothing to be done")
    found = {"cells": cells, "jobs": 2 * cells + 2}
    costs = {"planning": planning, "nothing to do": nothing}
    if cells <= LARGEST_RUN:
        costs["a run"] = cost_of_a_run(cells)
    for what, measured in costs.items():
        found |= {f"{what}, {key}": value for key, value in measured.items()}
    return found


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", nargs="*", type=int, default=[10, 100, 1000, 10000], help="sizes of the study")
    rows = []
    for cells in parser.parse_args().cells:
        rows.append(row(cells))
        print(rows[-1], file=sys.stderr, flush=True)
    from results import save_and_show  # only now: a child's peak memory would count the torch that it imports

    save_and_show("scale", rows)


if __name__ == "__main__":
    main()
