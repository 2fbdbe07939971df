"""Real runs of small studies, each made once per test run: those of the report, or of every kind of data.

    python tests/tiny.py FOLDER reported|tree

makes one there, and notes what its stages import. Each stage is a process of its own, which has other packages imported
already, but none of ours.
"""

import json
import os
import sys
import traceback
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

PRESET = Path(__file__).resolve().parents[1] / "presets/test/params.yaml"
LOST = "mlp-lost"  # a variant of the study gaussian all of whose runs diverge
KEPT = {  # of variants and datasets
    "smoke-levels": ("consistency", "relax-anneal", "e2cnn-published", "eps000"),
    "smoke-sizes": ("gcnn", "E3-n2"),
    "turbulence": ("trilinear", "cnn-aug", "relax-anneal", "isotropic"),
    "gaussian": ("mlp-aug", "mlp-sampled", "fresh"),
    "gaussian-sizes": ("intrinsic", "n32"),
}
IMPORTED = Path("imported")  # folder: STAGE/NAME -> modules of ours that the stage had imported when it ended
HEAVY = ("torch.distributed", "torch.func", "safetensors.torch", "h5py", "pandas", "scipy.stats", "matplotlib.pyplot",
         "phi.field", "phi.physics.fluid", "phiml.backend", "sympy", "sklearn.datasets", "PIL.Image", "typer", "yaml",
         "pydantic", "jinja2", "huggingface_hub")  # fmt: skip


def tree() -> dict[str, Any]:
    """The test preset with fewer variants and datasets, two seeds of the sets, and runs that diverge."""
    whole = yaml.safe_load(PRESET.read_text(encoding="utf-8"))
    studies = whole["studies"]
    for name, kept in KEPT.items():
        for part in ("variants", "datasets"):
            studies[name][part] = {key: entry for key, entry in studies[name][part].items() if key in kept}
    sets = studies["gaussian"]
    sets["seeds"] = [1, 2]
    sets["variants"][LOST] = deepcopy(sets["variants"]["mlp-aug"]) | {"training": {"learning_rate": 1e30, "clip": 0.0}}
    for name in ("digits-autoencoder", "digits-cnn"):
        studies[name]["datasets"]["digits"]["origins"] = ["optdigits"]  # the same everywhere, and read at once
    return whole


def reported() -> dict[str, Any]:
    """Of these studies, those that are quick, and one after which a report has every kind of figure."""
    whole = tree()
    return whole | {"studies": {name: whole["studies"][name] for name in ("gaussian", "gaussian-sizes", "smoke-sizes")}}


def jobs(tree: dict[str, Any]) -> list[tuple[str, str]]:
    """(stage, name) of all jobs, in an order in which they can run."""
    studies = tree["studies"]
    data = [f"{study}/{dataset}" for study, entry in studies.items() for dataset in entry["datasets"]]
    cells = [
        f"{name}/{dataset}/{variant}/{seed}{end}"
        for name, entry in studies.items()
        for grid, end in ((entry, ""), (entry.get("control"), "/control"))
        if grid
        for dataset in grid["datasets"]
        for variant in entry["variants"]
        for seed in grid["seeds"]
    ]
    tuned = [
        f"{study}/{variant}" for study, entry in studies.items() if "tune" in entry for variant in entry["variants"]
    ]
    each = [(stage, cell) for cell in cells for stage in ("train", "measure")]
    return [*(("prepare", name) for name in data), *(("tune", name) for name in tuned), *each, ("report", "")]


def imported(folder: Path, stage: str, name: str = "") -> set[str]:
    """Our modules that a job of the run in `folder` had imported when it ended."""
    return set(json.loads((folder / IMPORTED / stage / f"{name or stage}.json").read_text()))


def make(folder: Path, tree: dict[str, Any]) -> None:
    """Run all stages in `folder`."""
    for name in HEAVY:
        __import__(name)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    Path("params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    for stage, name in jobs(tree):
        child = os.fork()
        if not child:
            os._exit(_run(stage, name))
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit(f"{stage} {name}: status {status}")


def _run(stage: str, name: str) -> int:
    """In a process of its own, as the command line does it."""
    try:
        from equidyn.commands import app

        app([stage, name] if name else [stage], standalone_mode=False)
        ours = sorted(module for module in sys.modules if module.partition(".")[0] == "equidyn")
        record = IMPORTED / stage / f"{name or stage}.json"
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(ours), encoding="utf-8")
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    make(Path(sys.argv[1]), {"reported": reported, "tree": tree}[sys.argv[2]]())
