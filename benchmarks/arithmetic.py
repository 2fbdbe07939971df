"""What may differ between machines, and by how much: threads, instruction sets and bf16, beside the spread of seeds.

    python benchmarks/arithmetic.py

Everything is computed by arithmetic_worker.py: first as the reference (one thread, float32, this processor's kernels),
then again as that, with two threads, with AVX2 kernels, and with bf16. Networks are those of presets/test, two of each
task, for three seeds, all trained on the reference's data; data are those of presets/test and of the default study.
Numbers are relative differences from the reference: of the first step's gradient (norm of the difference over norm), of
the validation score after this step, and of the test score of the trained network; the largest of the seeds. "seeds" is
the standard deviation of the reference's score over its mean; of data, the difference between two of its simulations.
Only smoke and turbulence are ever trained in bf16. Written to benchmarks/results/arithmetic.csv.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml
from results import save_and_show

from equidyn.core.progress import progress

PROJECT = Path(__file__).resolve().parents[1]
WORKER = Path(__file__).with_name("arithmetic_worker.py")
REFERENCE = "again"  # the reference's second run
ARITHMETICS = {REFERENCE: (1, "fp32"), "2 threads": (2, "fp32"), "AVX2": (1, "fp32"), "bf16": (1, "bf16")}
PATIENT = {"OMP_WAIT_POLICY": "passive"}  # two threads wait for each other without using a core that others want
SIMULATED = ("smoke-levels", "turbulence")  # their data are made at the size of the default study too
Arrays = dict[str, np.ndarray]


def avx2() -> dict[str, str]:
    """Variables by which torch, oneDNN, MKL, OpenBLAS and numpy compute as on a processor without AVX-512."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return {
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in found if "512" in name or name == "X86_V4"),
    }


def write_params(folder: Path, threads: int, precision: str) -> None:
    """The test preset, and the sources of the default study as further studies."""
    trees = [yaml.safe_load((PROJECT / place).read_text()) for place in ("presets/test/params.yaml", "params.yaml")]
    studies = trees[0]["studies"] | {f"default-{name}": trees[1]["studies"][name] for name in SIMULATED}
    tree = {"compute": {"threads": threads, "device": "cpu", "precision": precision}, "studies": studies}
    (folder / "params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")


def computed(folder: Path, data: Path, threads: int, precision: str, variables: dict[str, str]) -> Arrays:
    """What a worker finds in a folder of its own, networks being trained on the datasets in `data`."""
    folder.mkdir()
    write_params(folder, threads, precision)
    command = [sys.executable, str(WORKER), str(data), "found.npz"]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | PATIENT | variables, check=False, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    with np.load(folder / "found.npz") as found:
        return dict(found)


def rows(reference: Arrays, others: dict[str, Arrays]) -> Iterator[dict]:
    """One row per dataset and quantity of a cell."""
    for name in reference:
        if name.endswith("/data"):
            half = len(reference[name]) // 2
            spread = relative(reference[name][half], reference[name][0])
            yield row(name, {other: relative(found[name], reference[name]) for other, found in others.items()}, spread)
    for name in dict.fromkeys(name.rsplit("/", 2)[0] for name in reference if not name.endswith("/data")):
        for what in ("gradient", "stepped", "score"):
            places = [place for place in reference if place.startswith(f"{name}/") and place.endswith(what)]
            gaps = {k: max(relative(found[place], reference[place]) for place in places) for k, found in others.items()}
            scores = [] if what == "gradient" else [float(reference[place]) for place in places]
            yield row(f"{name}, {what}", gaps, statistics.stdev(scores) / statistics.mean(scores) if scores else None)


def row(name: str, gaps: dict[str, float], spread: float | None) -> dict:
    """The numbers with two digits."""
    shown = {key: f"{gap:.1e}" if gap else "0" for key, gap in gaps.items()}
    return {"what": name} | shown | {"seeds": "" if spread is None else f"{spread:.1e}"}


def transposed(table: list[dict]) -> list[dict]:
    """One row per arithmetic, since `save_and_show` shows columns as lines."""
    return [{"": name} | {line["what"]: line[name] for line in table} for name in table[0] if name != "what"]


def relative(found: np.ndarray, reference: np.ndarray) -> float:
    """||found - reference|| / ||reference||."""
    wanted = reference.astype(np.float64)
    return float(np.linalg.norm((found - wanted).ravel()) / np.linalg.norm(wanted.ravel()))


def main() -> None:
    """Compute everything and write the table."""
    with tempfile.TemporaryDirectory() as place, progress("arithmetic", 1 + len(ARITHMETICS)) as advance:
        data = Path(place) / "reference"
        reference, others = computed(data, data, *ARITHMETICS[REFERENCE], {}), {}
        for number, (name, (threads, precision)) in enumerate(ARITHMETICS.items(), start=1):
            advance(number, name)
            variables = avx2() if name == "AVX2" else {}
            others[name] = computed(Path(place) / name, data, threads, precision, variables)
    save_and_show("arithmetic", transposed(list(rows(reference, others))))


if __name__ == "__main__":
    main()
