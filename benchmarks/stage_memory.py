"""Peak memory of each stage against the size of its data.

    python benchmarks/stage_memory.py

One cell (gcnn) of the default study's smoke, with more scenes, and with more cells per side: `equidyn prepare`, `train`
(two steps) and `measure` (error and equivariance), each a process of its own, which records its own peak. "as stored"
is the size in memory of the frames. Written to benchmarks/results/stage_memory.csv.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import h5py
import yaml

PROJECT = Path(__file__).resolve().parents[1]
STUDY, DATASET, VARIANT = "smoke-levels", "eps000", "gcnn"
CELL = f"{STUDY}/{DATASET}/{VARIANT}/1"
SIZES = [(20, 8), (20, 32), (20, 128), (40, 8), (64, 8), (64, 32)]  # cells per side, training scenes


def write_params(folder: Path, resolution: int, scenes: int) -> None:
    """The default study, cut down to one cell of this size."""
    study = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))["studies"][STUDY]
    study["datasets"] = {DATASET: study["datasets"][DATASET]}
    study["variants"] = {VARIANT: study["variants"][VARIANT]}
    study["measures"] = {name: study["measures"][name] for name in ("error", "equivariance")}
    study["source"]["resolution"] = resolution
    study["source"]["split"]["train"] = scenes
    study["training"] |= {"epochs": 1, "steps_per_epoch": 2, "early_epoch": 1, "patience": 1}
    params = {"compute": {"threads": 1, "device": "cpu", "precision": "fp32"}, "studies": {STUDY: study}}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def row(resolution: int, scenes: int) -> dict[str, float]:
    """All three stages at one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_params(folder, resolution, scenes)
        for words in (["prepare", f"{STUDY}/{DATASET}"], ["train", CELL], ["measure", CELL]):
            subprocess.run(["equidyn", *words], cwd=folder, check=True, capture_output=True)
        with h5py.File(folder / f"data/datasets/{STUDY}/{DATASET}.h5") as file:
            prepared = json.loads(file.attrs["attributes"])["provenance"]
            stored = sum(file[key].nbytes for key in file)
        run = folder / f"data/runs/{STUDY}/{DATASET}/{VARIANT}/seed1"
        trained, measured = (json.loads((run / f"{stage}.json").read_text()) for stage in ("run", "measures"))
    peaks = [output["peak_memory_mb"] for output in (prepared, trained["provenance"], measured["provenance"])]
    sizes = {"cells per side": resolution, "training scenes": scenes, "as stored [MB]": round(stored / 1e6, 1)}
    return sizes | dict(zip(("prepare [MB]", "train [MB]", "measure [MB]"), map(round, peaks), strict=True))


def main() -> None:
    """Measure and write the table."""
    rows = []
    for size in SIZES:
        rows.append(row(*size))
        print(rows[-1], flush=True)
    from results import save_and_show  # only here: a child's peak memory would count the torch that it imports

    save_and_show("stage_memory", rows)


if __name__ == "__main__":
    main()
