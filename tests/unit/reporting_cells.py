"""Synthetic cells in the very files that the stages train and measure write, with deterministic numbers."""

import json
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from reporting_measures import Made, made, measures
from safetensors.numpy import save_file
from sealing import sealed

from equidyn.core import paths
from equidyn.core.params import Cell, Params

SIZE = 16


def write_cells(params: Params, diverged: tuple[Cell, ...] = ()) -> None:
    """Write every cell of the rollout studies, with the measures that each wants; those in `diverged` end so after
    three epochs."""
    for cell in params.cells():
        study = params.studies[cell.study]
        wanted = {name: settings.at for name, settings in study.measures.items()}
        if study.task.kind == "rollout":
            _write(made(cell, study), wanted, cell in diverged)


def edit_json(path: Path, **changes: Any) -> None:
    """Change top-level keys of a JSON file of a cell, which is sealed again; None takes the key out."""
    tree = json.loads(path.read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in tree.items() if changes.get(key, True) is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")
    sealed(path.parent)


def _write(facts: Made, wanted: dict[str, list[str]], diverged: bool) -> None:
    cell = facts.cell
    random = np.random.default_rng(zlib.crc32(str(cell).encode()))
    folder = paths.run(cell)
    folder.mkdir(parents=True)
    epochs = 3 if diverged else int(random.integers(9, 13))
    run = _run(facts, epochs, diverged, random)
    checkpoints = {name: measures(facts, random, worse) for name, worse in (("best", 1.0), ("early", 1.9))}
    checkpoints = {
        checkpoint: {name: part for name, part in tree.items() if checkpoint in wanted.get(name, [])}
        for checkpoint, tree in checkpoints.items()
    }
    summary = {key: run[key] for key in ("study", "dataset", "variant", "seed", "status", "parameters")}
    summary |= {"strict": facts.strict, "checkpoints": checkpoints, "data": _data(facts)}
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (folder / "measures.json").write_text(json.dumps(summary | {"provenance": provenance(2.5)}), encoding="utf-8")
    _history(facts, epochs, diverged).to_csv(folder / "history.csv", index=False)
    save_file(_example(facts, random), folder / "example.safetensors")
    sealed(folder)


def provenance(seconds: float, source: str = "run") -> dict[str, Any]:
    """Of an output that took so long [s]."""
    versions = {"equidyn": "0.1.0", "torch": "2.13.0", "numpy": "2.4.6", "python": "3.11.2"}
    known = {"params": {}, "params_sha256": "0" * 64, "source": source, "commit": "0123456789ab", "versions": versions}
    return known | {"machine": "x86_64", "wall_seconds": seconds, "peak_memory_mb": 500.0, "written": "2025-01-01"}


def _run(facts: Made, epochs: int, diverged: bool, random: np.random.Generator) -> dict[str, Any]:
    cell = facts.cell
    status = "diverged" if diverged else "completed" if epochs == 12 else "stopped"
    return {
        "study": cell.study,
        "dataset": cell.dataset,
        "variant": cell.variant,
        "seed": cell.seed,
        "status": status,
        "message": "epoch 3: training loss nan, validation RMSE nan" if diverged else "",
        "parameters": facts.parameters,
        "trained_parameters": facts.parameters * (2 if facts.family == "anneal" else 1),
        "multiply_adds": facts.parameters * (4 if facts.strict else 1),
        "device": "cpu",
        "precision": "bf16",
        "epochs": epochs,
        "best_epoch": epochs - 1,
        "early_epoch": 2,
        "best_score": 0.1,
        "provenance": provenance(30 + 10 * float(random.random())),
    }


def _data(facts: Made) -> dict[str, Any]:
    """Levels have an error of their own; the Rotation protocol has none, as no simulation there has four directions."""
    level = facts.level
    error = {"absolute": level, "relative": 2e-10 + 1.1 * level, "pairwise": 1e-10 + 0.9 * level}
    checks = {"mean_speed": 0.4 + 0.01 * level, "max_divergence": 3e-14, "symmetry": "exact"}
    own = None if len(facts.tests) > 1 else error
    source = provenance(12.25, f"PhiFlow smoke {facts.cell.study}")
    return {"equivariance": own, "checks": checks | {"equivariance": own}, "provenance": source}


def _history(facts: Made, epochs: int, diverged: bool) -> pd.DataFrame:
    epoch = np.arange(epochs + 1)
    rmse = (
        facts.error
        * (1 + 0.4 * facts.level)
        * (1 + 4 * np.exp(-epoch / 2.5))
        * (1 + 0.03 * np.cos(epoch + facts.cell.seed))
    )
    share = np.clip(5 * facts.broken * (1 + 2 * np.exp(-epoch / 3)), 0, 0.9)
    loss = np.where(diverged & (epoch == epochs), math.nan, rmse**2)
    penalty = 0.4 * facts.alpha * (facts.family in ("rgroup", "rsteer"))
    return pd.DataFrame(
        {
            "epoch": epoch,
            "learning_rate": 2e-3,
            "train_loss": np.where(epoch == 0, math.nan, 0.9 * loss),
            "equivariance_penalty": math.nan,
            "penalty": penalty**2 if facts.published else penalty,
            "validation_rmse": np.sqrt(loss),
            "validation_loss": loss,
            "validation_averaged": loss * (1 - share),
            "validation_variance": loss * share,
        }
    )


def _example(facts: Made, random: np.random.Generator) -> dict[str, np.ndarray]:
    """A vortex that rises; the prediction lags behind and is noisy."""
    rise = 0.36 / facts.steps
    truth = np.stack([_vortex(0.3 + rise * step) for step in range(facts.steps + 1)])
    lag = np.stack([_vortex(0.3 + rise * step * (1 - facts.error)) for step in range(facts.steps + 1)])
    noise = 0.02 * random.standard_normal(truth.shape)
    arrays = {"start": truth[0], "truth": truth[1:], "prediction": (lag + noise)[1:]}
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}


def _vortex(height: float) -> np.ndarray:
    y, x = np.meshgrid(np.linspace(0, 1, SIZE), np.linspace(0, 1, SIZE), indexing="ij")
    bump = 6 * np.exp(-((x - 0.5) ** 2 + (y - height) ** 2) / 0.03)
    return np.stack([-(y - height) * bump, (x - 0.5) * bump + 0.3 * bump * np.sin(6 * y)])
