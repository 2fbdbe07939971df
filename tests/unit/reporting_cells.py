"""Synthetic cells in the very files that the stages train and measure write, with deterministic numbers."""

import json
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors.numpy import save_file

from equidyn import paths
from equidyn.params import Cell, Params

ERROR = {"cnn": 0.148, "cnn-aug": 0.135, "gcnn": 0.101, "rgroup": 0.11}
BROKEN = {"cnn": 0.05, "cnn-aug": 0.03, "gcnn": 3e-7, "rgroup": 2e-3}
PARAMETERS = {"cnn": 7554, "cnn-aug": 7554, "gcnn": 7521, "rgroup": 8705}
STEPS, SIZE = 6, 16


def write_cells(params: Params, diverged: tuple[Cell, ...] = ()) -> None:
    """Write every cell of `params`; those in `diverged` end so after three epochs."""
    for cell in params.cells():
        level = params.studies[cell.study].datasets[cell.dataset].value
        wanted = {name: settings.at for name, settings in params.studies[cell.study].measures.items()}
        _write(cell, float(level), wanted, cell in diverged)


def edit_json(path: Path, **changes: Any) -> None:
    """Change top-level keys of a JSON file; None takes the key out."""
    tree = json.loads(path.read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in tree.items() if changes.get(key, True) is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")


def _write(cell: Cell, level: float, wanted: dict[str, list[str]], diverged: bool) -> None:
    random = np.random.default_rng(zlib.crc32(str(cell).encode()))
    folder = paths.run(cell)
    folder.mkdir(parents=True)
    epochs = 3 if diverged else int(random.integers(9, 13))
    run = _run(cell, epochs, diverged, random)
    checkpoints = {name: _measures(cell, level, random, worse) for name, worse in (("best", 1.0), ("early", 1.9))}
    checkpoints = {
        checkpoint: {name: part for name, part in tree.items() if checkpoint in wanted.get(name, [])}
        for checkpoint, tree in checkpoints.items()
    }
    summary = {key: run[key] for key in ("study", "dataset", "variant", "seed", "status", "parameters")}
    summary |= {"strict": cell.variant == "gcnn", "checkpoints": checkpoints, "data": _data(cell, level)}
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (folder / "measures.json").write_text(json.dumps(summary | {"provenance": _provenance(2.5)}), encoding="utf-8")
    _history(cell, level, epochs, diverged).to_csv(folder / "history.csv", index=False)
    save_file(_example(cell, random), folder / "example.safetensors")


def _provenance(seconds: float, source: str = "run") -> dict[str, Any]:
    versions = {"equidyn": "0.1.0", "torch": "2.13.0", "numpy": "2.4.6", "python": "3.11.2"}
    known = {"params": {}, "params_sha256": "0" * 64, "source": source, "commit": "0123456789ab", "versions": versions}
    return known | {"machine": "x86_64", "wall_seconds": seconds, "peak_memory_mb": 500.0, "written": "2025-01-01"}


def _run(cell: Cell, epochs: int, diverged: bool, random: np.random.Generator) -> dict[str, Any]:
    status = "diverged" if diverged else "completed" if epochs == 12 else "stopped"
    return {
        "study": cell.study,
        "dataset": cell.dataset,
        "variant": cell.variant,
        "seed": cell.seed,
        "status": status,
        "message": "epoch 3: training loss nan, validation RMSE nan" if diverged else "",
        "parameters": PARAMETERS[cell.variant],
        "multiply_adds": PARAMETERS[cell.variant] * (4 if cell.variant == "gcnn" else 1),
        "device": "cpu",
        "precision": "bf16",
        "epochs": epochs,
        "best_epoch": epochs - 1,
        "early_epoch": 2,
        "best_validation_rmse": 0.1,
        "provenance": _provenance(30 + 10 * float(random.random())),
    }


def _measures(cell: Cell, level: float, random: np.random.Generator, worse: float) -> dict[str, Any]:
    rmse = worse * ERROR[cell.variant] * (1 + 0.4 * level) * (1 + 0.02 * random.standard_normal())
    still = 0.257 - 0.03 * level
    broken = BROKEN[cell.variant] * (1 + 4 * level * (cell.variant != "gcnn")) * (1 + 0.1 * random.standard_normal())
    ramp = np.linspace(0.5, 1.35, STEPS)
    share = min(0.9, (6 * broken) ** 1.2)
    loss = rmse**2
    return {
        "error": {
            "rmse": rmse,
            "rmse_by_step": (rmse * ramp).tolist(),
            "persistence_rmse": still,
            "persistence_rmse_by_step": (still * ramp).tolist(),
        },
        "equivariance": {"absolute": 0.9 * broken, "relative": broken, "pairwise": 1.2 * broken},
        "decomposition": {"loss": loss, "averaged": loss * (1 - share), "variance": loss * share, "share": share},
    }


def _data(cell: Cell, level: float) -> dict[str, Any]:
    error = {"absolute": level, "relative": 2e-10 + 1.1 * level, "pairwise": 1e-10 + 0.9 * level}
    checks = {"mean_speed": 0.4 + 0.01 * level, "max_divergence": 3e-14, "symmetry": "exact", "equivariance": error}
    return {"equivariance": error, "checks": checks, "provenance": _provenance(12.25, f"PhiFlow smoke {cell.study}")}


def _history(cell: Cell, level: float, epochs: int, diverged: bool) -> pd.DataFrame:
    epoch = np.arange(epochs + 1)
    rmse = (
        ERROR[cell.variant]
        * (1 + 0.4 * level)
        * (1 + 4 * np.exp(-epoch / 2.5))
        * (1 + 0.03 * np.cos(epoch + cell.seed))
    )
    share = np.clip(5 * BROKEN[cell.variant] * (1 + 2 * np.exp(-epoch / 3)), 0, 0.9)
    loss = np.where(diverged & (epoch == epochs), math.nan, rmse**2)
    return pd.DataFrame(
        {
            "epoch": epoch,
            "learning_rate": 2e-3,
            "train_loss": np.where(epoch == 0, math.nan, 0.9 * loss),
            "penalty": 0.0,
            "validation_rmse": np.sqrt(loss),
            "validation_loss": loss,
            "validation_averaged": loss * (1 - share),
            "validation_variance": loss * share,
        }
    )


def _example(cell: Cell, random: np.random.Generator) -> dict[str, np.ndarray]:
    """A vortex that rises; the prediction lags behind and is noisy."""
    truth = np.stack([_vortex(0.3 + 0.06 * step) for step in range(STEPS + 1)])
    lag = np.stack([_vortex(0.3 + 0.06 * step * (1 - ERROR[cell.variant])) for step in range(STEPS + 1)])
    noise = 0.02 * random.standard_normal(truth.shape)
    arrays = {"start": truth[0], "truth": truth[1:], "prediction": (lag + noise)[1:]}
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}


def _vortex(height: float) -> np.ndarray:
    y, x = np.meshgrid(np.linspace(0, 1, SIZE), np.linspace(0, 1, SIZE), indexing="ij")
    bump = 6 * np.exp(-((x - 0.5) ** 2 + (y - height) ** 2) / 0.03)
    return np.stack([-(y - height) * bump, (x - 0.5) * bump + 0.3 * bump * np.sin(6 * y)])
