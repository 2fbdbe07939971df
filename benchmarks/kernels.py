"""Whether verdicts depend on the processor: a study from simulation to report, twice, with different kernels.

    python benchmarks/kernels.py [presets/test] [--folder FOLDER] [--cores 2] [--kernels avx512 avx2]

Two copies of a folder with params.yaml, the project's own by default, each run by Snakemake with a warm server of its
own: with the kernels that this processor would choose, and with those of the next older kind (torch, oneDNN and MKL;
numpy keeps its own). Copies in FOLDER, outside of the project, are resumed; without it they are thrown away. Prints how
many claims are decided in each, under each definition, and every claim whose verdict differs; status 1 if one does. The
rows that differ are written to benchmarks/results/kernels.csv.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import torch
from results import FOLDER

from equidyn.core.warm import VARIABLE
from equidyn.report.claims.verdict import Verdict

PROJECT = Path(__file__).resolve().parents[1]
KERNELS = {  # from the newest; what torch, oneDNN and MKL call them
    "avx512": {"ATEN_CPU_CAPABILITY": "avx512"},
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
    "default": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"},
}
COPIED = ("params.yaml", "tuned")  # what a study starts from
DECIDED = (Verdict.SUPPORTED.value, Verdict.CONTRADICTED.value, Verdict.NO_EFFECT.value)


def available() -> list[str]:
    """The two newest kinds of kernels that this processor has."""
    best, names = torch.backends.cpu.get_cpu_capability().lower(), list(KERNELS)
    if best not in names[:-1]:
        raise SystemExit(f"this processor has the kernels {best!r} alone: nothing to compare")
    return names[names.index(best) :][:2]


def copied(source: Path, target: Path) -> None:
    """The folder's study, unless a copy of it lies there; raises SystemExit if what lies there is another study."""
    target.mkdir(parents=True, exist_ok=True)
    own = source / "params.yaml"
    if (target / "params.yaml").exists() and (target / "params.yaml").read_bytes() != own.read_bytes():
        raise SystemExit(f"{target}: holds another study than {own}; name another --folder, or delete it")
    shutil.copy2(own, target)
    if (source / "tuned").is_dir():
        shutil.copytree(source / "tuned", target / "tuned", dirs_exist_ok=True)


def run(folder: Path, kernels: str, cores: int) -> pd.DataFrame:
    """Claims of the study in `folder`, a row each, by id; raises SystemExit if a stage fails."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | KERNELS[kernels]
    warm = [sys.executable, "-c", "from equidyn.cli import main; main()", "warm"]
    command = [*warm, "snakemake", "--cores", str(cores), "--directory", str(folder), "--rerun-incomplete"]
    done = subprocess.run([*command, "--logger", "equidyn"], cwd=PROJECT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{folder}: Snakemake ended with status {done.returncode}; the same command resumes it")
    return pd.read_csv(folder / "reports/tables/claims.csv", keep_default_na=False).set_index("id")


def verdicts(claims: pd.DataFrame) -> pd.DataFrame:
    """The verdicts alone, a column per definition."""
    found = claims.filter(regex="^verdict_")
    return found.rename(columns=lambda name: name.removeprefix("verdict_"))


def decided(found: pd.DataFrame) -> dict[str, str]:
    """Definition -> how many claims are decided."""
    return {name: f"{sum(text.startswith(DECIDED) for text in found[name])} of {len(found)}" for name in found}


def differing(found: dict[str, pd.DataFrame]) -> Iterator[dict]:
    """One row for each claim and definition whose verdicts differ."""
    first, second = found.values()
    for claim in first.index.union(second.index, sort=False):
        for definition in first.columns.union(second.columns, sort=False):
            row = {name: _verdict(frame, claim, definition) for name, frame in found.items()}
            if len(set(row.values())) > 1:
                yield {"claim": claim, "definition": definition, **row}


def _verdict(found: pd.DataFrame, claim: str, definition: str) -> str:
    return found.at[claim, definition] if claim in found.index and definition in found else "no such row"


def compare(source: Path, place: Path, kernels: list[str], cores: int) -> int:
    """Run and compare; returns the exit status."""
    found = {}
    for name in kernels:
        copied(source, place / name)
        found[name] = verdicts(run(place / name, name, cores))
        print(f"{name}: decided are {', '.join(f'{count} ({what})' for what, count in decided(found[name]).items())}")
    rows = pd.DataFrame(differing(found), columns=["claim", "definition", *kernels])
    FOLDER.mkdir(exist_ok=True)
    rows.to_csv(FOLDER / "kernels.csv", index=False)
    print(rows.to_string(index=False) if len(rows) else "no verdict differs")
    return int(len(rows) > 0)


def main() -> None:
    """Run both, in FOLDER or in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path, nargs="?", default=PROJECT, help="folder with params.yaml")
    parser.add_argument("--folder", type=Path, help="for the copies; kept, and resumed")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--kernels", nargs=2, choices=KERNELS, default=None)
    asked = parser.parse_args()
    kernels = asked.kernels or available()
    if asked.folder and asked.folder.resolve().is_relative_to(PROJECT):
        raise SystemExit(f"{asked.folder}: lies in the project; name a folder outside of it")
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(compare(asked.study.resolve(), (asked.folder or Path(scratch)).resolve(), kernels, asked.cores))


if __name__ == "__main__":
    main()
