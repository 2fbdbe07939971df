"""Volumes, images and sets in files of a user's own, in the studies of the test preset, get a report.

Fields in the plane: test_users_package.py.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from checkout import PROJECT, WARM

SPLIT = {"by": "sample", "train": 30, "validation": 10, "test": 20}
IMAGES = {"axes": ["image", "y", "x"], "sizes": {"y": 16, "x": 16}, "key": "x", "labels": "y", "split": SPLIT}
SETS = {"axes": ["set", "point", "component"], "sizes": {"point": 4, "component": 3}, "key": "x", "labels": "y"}
BOXES = {
    "axes": ["simulation", "time", "z", "y", "x", "component"],
    "sizes": {"time": 6, "z": 16, "y": 16, "x": 16, "component": 3},
    "split": {"by": "sample", "train": 2, "validation": 1, "test": 1},
} | {"factor": 4, "filter": "box", "periodic": True, "context": 3}
OWN = {  # study -> its source, its file
    "turbulence": (BOXES, "boxes.npy"),
    "gaussian": (SETS | {"split": SPLIT}, "sets.npz"),
    "digits-autoencoder": (IMAGES, "images.npz"),
    "digits-cnn": (IMAGES, "images.npz"),
}


def _params() -> dict[str, Any]:
    whole = yaml.safe_load((PROJECT / "presets/test/params.yaml").read_text(encoding="utf-8"))
    studies = {name: whole["studies"][name] for name in OWN}
    for name, (source, file) in OWN.items():
        studies[name] |= {"source": {"kind": "files"} | source, "datasets": {"mine": {"file": file}}}
        studies[name]["training"] |= {"validation_samples": 2}
    return json.loads(json.dumps(whole | {"studies": studies}))  # with no part at two places


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Study -> its page and appendix, after Snakemake."""
    folder, draws = tmp_path_factory.mktemp("user"), np.random.default_rng(0)
    np.save(folder / "boxes.npy", draws.standard_normal((4, 6, 16, 16, 16, 3)).astype(np.float32))
    np.savez(folder / "images.npz", x=draws.random((60, 16, 16)).astype(np.float32), y=draws.integers(0, 10, 60))
    np.savez(folder / "sets.npz", x=draws.standard_normal((60, 4, 3)).astype(np.float32), y=np.arange(60) % 2)
    (folder / "params.yaml").write_text(yaml.safe_dump(_params(), sort_keys=False), encoding="utf-8")
    command = [*WARM, "snakemake", "--snakefile", str(PROJECT / "workflow/Snakefile"), "--cores", "2"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: _read(folder / "reports/pages", name) for name in OWN}


def _read(folder: Path, name: str) -> str:
    return "".join((folder / f"{name}{end}.html").read_text(encoding="utf-8") for end in ("", "-appendix"))


@pytest.mark.parametrize("study", OWN)
def test_the_report_shows_the_users_data_and_tells_no_others(study: str, pages: dict[str, str]) -> None:
    assert f"read from {OWN[study][1]}" in pages[study]
    assert not [word for word in ("MNIST", "optdigits", "pseudo-spectral") if word in pages[study]]
