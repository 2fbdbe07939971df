"""Synthetic studies of turbulence, and their cells: the files of networks that upscale a flow, made up."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from reporting_cells import edit_json, provenance
from reporting_volume_measures import FACTOR, LAYERS, SIDE, STRICT, energies, error_of, example, upscale_measures
from safetensors.numpy import save_file
from sealing import sealed
from toy import TREE

from equidyn.core import paths
from equidyn.core.files import read_json
from equidyn.core.params import Cell, Params, Study

EPOCHS = 12
_ANY = {"hidden": [4, 4, 4]}
VARIANTS: dict[str, dict[str, Any]] = {
    "trilinear": {"model": "trilinear", "options": {}},
    "cnn": {"model": "volume_cnn", "options": _ANY},
    "cnn-aug": {"model": "volume_cnn", "options": _ANY, "augment": "cube"},
    "gcnn-scalar": {"model": "volume_gcnn", "options": _ANY | {"components": "scalar"}},
    "gcnn-vector": {"model": "volume_gcnn", "options": _ANY},
    "rgcnn-scalar": {"model": "volume_rgcnn", "options": _ANY | {"components": "scalar"}},
    "rgcnn-vector": {"model": "volume_rgcnn", "options": _ANY},
    "relax-anneal": {"model": "volume_anneal", "options": _ANY},
}
MEASURES: dict[str, tuple[str, ...]] = {
    "super_resolution": ("best", "early"),
    "spectrum": ("best",),
    "cube_equivariance": ("best", "early"),
    "cube_decomposition": ("best",),
    "cube_distance": ("best",),
    "cube_relaxation": ("best",),
    "cost": ("best",),
    "sharpness": ("best", "early"),
    "hessian": ("best", "early"),
}
SOURCE = {
    "kind": "turbulence",
    "resolution": SIDE,
    "factor": FACTOR,
    "filter": "box",
    "viscosity": 0.02,
    "dt": 0.02,
    "forcing": {"wavenumber": 2.5, "power": 0.5},
    "burn_in": 1000,
    "samples": 8,
    "interval": 50,
    "context": 3,
    "spacing": 5,
    "split": {"by": "simulation", "train": 4, "validation": 2, "test": 2},
    "seed": 0,
}
# Parameters; multiply-adds per fine voxel.
_SIZES = {
    "trilinear": (0, 24),
    "cnn": (5120, 4800),
    "cnn-aug": (5120, 4800),
    "gcnn-scalar": (5010, 21300),
    "gcnn-vector": (5037, 21400),
    "rgcnn-scalar": (5200, 21350),
    "rgcnn-vector": (5229, 21450),
    "relax-anneal": (5037, 21400),
}


@dataclass(frozen=True)
class Facts:
    """What a cell's numbers are made from."""

    cell: Cell
    study: Study
    random: np.random.Generator

    @property
    def eps(self) -> float:
        """Level of symmetry breaking."""
        return self.study.datasets[self.cell.dataset].value

    @property
    def trained(self) -> bool:
        """Whether there are parameters to train."""
        return self.cell.variant != "trilinear"

    @property
    def size(self) -> tuple[int, int]:
        """Parameters in use, and multiply-adds."""
        return _SIZES.get(self.cell.variant, (5000, 5000))


def upscale(variants: list[str], levels: list[float], seeds: int, **changes: Any) -> dict[str, Any]:
    """A study of so many variants and levels of anisotropy, as JSON."""
    toy = TREE["studies"]["toy"]
    return {
        "seeds": list(range(1, seeds + 1)),
        "source": SOURCE,
        "datasets": {f"eps{round(100 * value):03}": {"anisotropy": value} for value in levels},
        "task": {"kind": "upscale", "loss": "mae"},
        "training": toy["training"] | {"epochs": EPOCHS, "patience": EPOCHS, "validation_samples": 4},
        "variants": {name: {"augment": "none"} | VARIANTS[name] for name in variants},
        "measures": {name: {"at": list(at), "options": {}} for name, at in MEASURES.items()},
    } | changes


def write_volumes(params: Params, diverged: tuple[Cell, ...] = ()) -> None:
    """Write every cell of the studies of turbulence; those in `diverged` end so after three epochs."""
    for cell in params.cells():
        study = params.studies[cell.study]
        if study.task.kind == "upscale":
            random = np.random.default_rng(zlib.crc32(str(cell).encode()))
            _write(Facts(cell, study, random), cell in diverged)


def edit_measure(params: Params, variant: str, measure: str, dataset: str = "", **changes: Any) -> None:
    """Change what a measure says of every run of a variant, at its best checkpoint; dataset: of that one alone."""
    for cell in params.cells():
        if cell.variant == variant and dataset in ("", cell.dataset):
            path = paths.run(cell) / "measures.json"
            checkpoints = read_json(path)["checkpoints"]
            checkpoints["best"][measure] |= changes
            edit_json(path, checkpoints=checkpoints)


def _write(facts: Facts, diverged: bool) -> None:
    folder = paths.run(facts.cell)
    folder.mkdir(parents=True)
    epochs = 3 if diverged else EPOCHS if facts.trained else 0
    found = {
        name: upscale_measures(facts.cell.variant, facts.eps, facts.random, worse)
        for name, worse in (("best", 1.0), ("early", 1.3))
    }
    checkpoints = {
        name: {key: tree[key] for key, settings in facts.study.measures.items() if name in settings.at}
        for name, tree in found.items()
    }
    run = _run(facts, epochs, diverged)
    summary = {key: run[key] for key in ("study", "dataset", "variant", "seed", "status", "parameters")}
    summary |= {"strict": facts.cell.variant in STRICT, "checkpoints": checkpoints, "data": _data(facts)}
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (folder / "measures.json").write_text(json.dumps(summary | {"provenance": provenance(3.5)}), encoding="utf-8")
    _history(facts, epochs, diverged).to_csv(folder / "history.csv", index=False)
    save_file(example(error_of(facts.cell.variant), facts.random), folder / "example.safetensors")
    sealed(folder)


def _run(facts: Facts, epochs: int, diverged: bool) -> dict[str, Any]:
    cell, (parameters, multiply_adds) = facts.cell, facts.size
    message = f"all {epochs} epochs" if facts.trained else "no parameters to train"
    return {
        "study": cell.study,
        "dataset": cell.dataset,
        "variant": cell.variant,
        "seed": cell.seed,
        "status": "diverged" if diverged else "completed",
        "message": "epoch 3: training loss nan, validation MAE nan" if diverged else message,
        "parameters": parameters,
        "trained_parameters": parameters + 24 * LAYERS * (cell.variant == "relax-anneal"),
        "multiply_adds": multiply_adds,
        "device": "cpu",
        "precision": "bf16",
        "epochs": epochs,
        "best_epoch": max(0, epochs - 1),
        "early_epoch": min(1, epochs),
        "score": "validation_mae",
        "best_score": error_of(cell.variant),
        "provenance": provenance(40 + float(facts.random.random()) if facts.trained else 1.0),
    }


def _data(facts: Facts) -> dict[str, Any]:
    """The checks of a simulated set: the more its forcing prefers a direction, the less alike its components."""
    eps, wavenumber = facts.eps, np.arange(1, SIDE // 2 + 1)
    variance = 0.5 * np.array([1 + 1.2 * eps, 1 - 0.6 * eps, 1 - 0.6 * eps]) * np.array([1.03, 0.98, 0.99])
    times = np.arange(0.0, 40.0, 2.0)
    wave = 1 + 0.1 * np.sin(times / 5 + np.arange(3)[:, None])
    checks = {
        "equivariance": None,
        "anisotropy": eps,
        "variance": variance.tolist(),
        "variance_ratio": float(variance.max() / variance.min()),
        "cross": 0.03,
        "skewness": -0.43,
        "gradient_ratio": 2.02 - 0.3 * eps,
        "kmax_eta": 1.3,
        "re_lambda": 31.5,
        "cfl": 0.41,
        "energy": float(variance.sum() / 2),
        "dissipation": 0.49,
        "power": 0.5,
        "balance": 1.01,
        "turnovers": 6.5,
        "divergence": 2e-7,
        "float64_difference": 4e-6,
        "wavenumber": wavenumber.tolist(),
        "spectrum": energies(wavenumber).tolist(),
        "times": times.tolist(),
        "variances": (variance[:, None] * wave).tolist(),
        "rms": {"train": 0.705, "validation": 0.712, "test": 0.699},
    }
    return {"equivariance": None, "checks": checks, "provenance": provenance(25.0, "pseudo-spectral simulation")}


def _history(facts: Facts, epochs: int, diverged: bool) -> pd.DataFrame:
    """Errors that fall from that of interpolation, where the answers begin; of one row if there is nothing to train."""
    epoch, last = np.arange(epochs + 1), error_of(facts.cell.variant)
    start = error_of("trilinear")
    mae = (1 + 0.2 * facts.eps) * (last + (start - last) * np.exp(-epoch / 2.0))
    mae = mae * (1 + 0.01 * facts.random.standard_normal(len(epoch)) * (epoch > 0))
    mae = np.where(diverged & (epoch == epochs), np.nan, mae)
    return pd.DataFrame(
        {
            "epoch": epoch,
            "learning_rate": 1e-3,
            "train_loss": np.where(epoch == 0, np.nan, 0.97 * mae),
            "penalty": 0.0,
            "validation_mae": mae,
            "validation_rmse": 1.33 * mae,
        }
    )
