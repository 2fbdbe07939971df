"""Synthetic studies of sets, and their cells: answers to the very test sets that params draw, of made-up skill."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from reporting_cells import provenance
from reporting_measures import hessian, sharpness
from safetensors.numpy import save_file
from scipy.special import expit
from sealing import sealed
from toy import TREE

from equidyn.core import paths
from equidyn.core.data.labelled import Labelled
from equidyn.core.params import Cell, Params, Study
from equidyn.domains.sets.source.chi_square import bayes_labels, bayes_threshold, sums_of_squares
from equidyn.domains.sets.source.gaussian import draws_of
from equidyn.domains.sets.source.gaussian_checks import measure as checks_of
from equidyn.domains.sets.source.gaussian_draws import SPLIT_STREAMS, draw

SOURCE = {
    "kind": "gaussian",
    "points": 10,
    "dimensions": 5,
    "spreads": [1.0, 0.8],
    "parameter": "variance",
    "split": {"by": "sample", "train": 800, "validation": 200, "test": 1000},
    "seed": 0,
}
QUICK = {name: {"at": ["best"], "options": {}} for name in ("accuracy", "invariance", "overfitting", "cost")}
MEASURES = QUICK | {name: {"at": ["best", "early"], "options": {}} for name in ("sharpness", "hessian")}
EPOCHS = 12
_MLP, _SETS = {"hidden": 8, "layers": 2}, {"hidden": 8, "layers": 2}
_CYCLIC = {"by": "symmetrized", "options": {"group": "cyclic"}}
VARIANTS: dict[str, dict[str, Any]] = {
    "mlp": {"model": "mlp", "options": _MLP},
    "mlp-aug": {"model": "mlp", "options": _MLP, "augment": "permutations"},
    "mlp-canonical": {"model": "mlp", "options": _MLP, "impose": {"by": "canonical"}},
    "mlp-symmetrized": {"model": "mlp", "options": _MLP, "impose": _CYCLIC},
    "mlp-sampled": {"model": "mlp", "options": _MLP, "impose": {"by": "sampled", "options": {"count": 8}}},
    "transformer": {"model": "transformer", "options": {"width": 8, "heads": 2, "layers": 1}},
    "intrinsic": {"model": "intrinsic", "options": _SETS},
    "intrinsic-sum": {"model": "intrinsic", "options": _SETS | {"averaging": False}},
    "intrinsic-exchangeable": {"model": "intrinsic_exchangeable", "options": _SETS},
    "variance-net": {"model": "variance", "options": {"start": "exact"}},
    "variance-net-random": {"model": "variance", "options": {"start": "random"}},
}
STRICT = ("canonical", "symmetrized", "intrinsic", "variance")
# How much noise is in a logit, by the beginning of a variant's name; fresh sets halve it.
_NOISE = {"mlp-canonical": 1.3, "mlp": 1.6, "transformer": 1.1, "intrinsic-sum": 0.9, "intrinsic": 0.3, "variance": 0.1}


@dataclass(frozen=True)
class _Facts:
    """What a cell's numbers are made from."""

    cell: Cell
    study: Study
    random: np.random.Generator

    @property
    def strict(self) -> bool:
        """Whether it is exactly invariant under what it imposes."""
        return any(word in self.cell.variant for word in STRICT)

    @property
    def fresh(self) -> bool:
        """Whether its training sets are new in each epoch."""
        return self.study.datasets[self.cell.dataset].sampling == "fresh"

    @property
    def noise(self) -> float:
        """In a logit; less from more data."""
        usual = next(noise for name, noise in _NOISE.items() if self.cell.variant.startswith(name))
        count = self.study.datasets[self.cell.dataset].train or 800
        return usual * (0.5 if self.fresh else (800 / count) ** 0.3)

    @property
    def parameters(self) -> int:
        """Parameters in use."""
        return 5 if self.cell.variant.startswith("variance") else 2700 + zlib.crc32(self.cell.variant.encode()) % 60


def gaussian(variants: list[str], seeds: int, **changes: Any) -> dict[str, Any]:
    """A study on static and on fresh sets, as JSON."""
    study = _study(variants, seeds)
    return study | {"datasets": {name: {"sampling": name} for name in ("static", "fresh")}} | changes


def sizes(variants: list[str], counts: list[int], seeds: int) -> dict[str, Any]:
    """A study along the number of sets to train on, which measures accuracy alone."""
    datasets = {f"n{count}": {"sampling": "static", "train": count} for count in counts}
    return _study(variants, seeds) | {"datasets": datasets, "measures": {"accuracy": {"at": ["best"], "options": {}}}}


def write_sets(params: Params, diverged: tuple[Cell, ...] = ()) -> None:
    """Write every cell of the studies that classify; those in `diverged` end so after three epochs."""
    for cell in params.cells():
        study = params.studies[cell.study]
        if study.task.kind == "classify_sets":
            random = np.random.default_rng(zlib.crc32(str(cell).encode()))
            _write(_Facts(cell, study, random), cell in diverged)


def _study(variants: list[str], seeds: int) -> dict[str, Any]:
    toy = TREE["studies"]["toy"]
    return {
        "seeds": list(range(1, seeds + 1)),
        "source": SOURCE,
        "task": {"kind": "classify_sets"},
        "training": toy["training"] | {"epochs": EPOCHS, "patience": EPOCHS},
        "variants": {name: {"augment": "none"} | VARIANTS[name] for name in variants},
        "measures": MEASURES,
    }


def _write(facts: _Facts, diverged: bool) -> None:
    folder = paths.run(facts.cell)
    folder.mkdir(parents=True)
    epochs = 3 if diverged else EPOCHS
    history = _history(facts, epochs, diverged)
    logits, labels, limits = _answers(facts)
    found = {
        "accuracy": limits | _rates(logits, labels) | _training_rates(facts),
        "invariance": _invariance(facts),
        "overfitting": _overfitting(history),
        "cost": {"multiply_adds": _multiply_adds(facts), "parameters": facts.parameters},
    }
    curved = {"sharpness": sharpness, "hessian": hessian}
    at = {
        checkpoint: found | {key: take(facts.cell.variant, facts.random, worse) for key, take in curved.items()}
        for checkpoint, worse in (("best", 1.0), ("early", 1.9))
    }
    wanted = facts.study.measures
    checkpoints = {
        name: {key: tree[key] for key, settings in wanted.items() if name in settings.at} for name, tree in at.items()
    }
    run = _run(facts, epochs, diverged)
    summary = {key: run[key] for key in ("study", "dataset", "variant", "seed", "status", "parameters")}
    summary |= {"strict": facts.strict, "checkpoints": checkpoints, "data": _data(facts)}
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (folder / "measures.json").write_text(json.dumps(summary | {"provenance": provenance(1.5)}), encoding="utf-8")
    history.to_csv(folder / "history.csv", index=False)
    save_file({"logits": logits, "labels": labels}, folder / "example.safetensors")
    sealed(folder)


def _run(facts: _Facts, epochs: int, diverged: bool) -> dict[str, Any]:
    cell = facts.cell
    return {
        "study": cell.study,
        "dataset": cell.dataset,
        "variant": cell.variant,
        "seed": cell.seed,
        "status": "diverged" if diverged else "completed",
        "message": "epoch 3: training loss nan, validation loss nan" if diverged else f"all {epochs} epochs",
        "parameters": facts.parameters,
        "trained_parameters": facts.parameters,
        "multiply_adds": _multiply_adds(facts),
        "device": "cpu",
        "precision": "fp32",
        "epochs": epochs,
        "best_epoch": epochs - 1 - cell.seed % 3,
        "early_epoch": 1,
        "score": "validation_loss",
        "best_score": 0.5,
        "provenance": provenance(3 + float(facts.random.random())),
    }


def _multiply_adds(facts: _Facts) -> int:
    copies = {"symmetrized": 10, "sampled": 8, "intrinsic": 9, "transformer": 10}
    return facts.parameters * next((count for word, count in copies.items() if word in facts.cell.variant), 1)


def _data(facts: _Facts) -> dict[str, Any]:
    source, entry = facts.study.source, facts.study.datasets[facts.cell.dataset]
    counts = [entry.train or source.split.train, source.split.validation, source.split.test]
    drawn = [
        draw(draws_of(source), (SPLIT_STREAMS[name],), count) for name, count in zip(source.splits, counts, strict=True)
    ]
    inputs, labels = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    stops = np.cumsum(counts)
    made = Labelled(inputs, labels, np.stack([stops - counts, stops], axis=1), {}, source.splits)
    checks = checks_of(made, source.variances, "toy") | {"sampling": entry.sampling}
    return {"equivariance": None, "checks": checks, "provenance": provenance(0.25, "Gaussian sets, drawn here")}


def _answers(facts: _Facts) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """Logits and labels of the test sets, float32, and what rules reach: the noisier the logits, the worse."""
    source = facts.study.source
    inputs, labels = draw(draws_of(source), (SPLIT_STREAMS["test"],), source.split.test)
    sums, count = sums_of_squares(inputs), source.points * source.dimensions
    signal = 10 * (bayes_threshold(source.variances, count) / sums - 1)
    logits = signal + 4 * facts.noise * facts.random.standard_normal(len(sums))
    right = float((bayes_labels(sums, source.variances, count) == labels).mean())
    limits = {"bayes": _data(facts)["checks"]["bayes_accuracy"], "bayes_here": right, "threshold": right - 0.004}
    return logits.astype(np.float32), labels.astype(np.float32), limits


def _rates(logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    chances = np.where(labels > 0.5, expit(logits), expit(-logits))
    return {"accuracy": float(((logits > 0) == (labels > 0.5)).mean()), "loss": float(-np.log(chances).mean())}


def _training_rates(facts: _Facts) -> dict[str, float]:
    learnt = 0.0 if facts.fresh else min(0.2, 0.12 * facts.noise)
    return {"train_accuracy": 0.78 + learnt, "train_loss": 0.5 - 2 * learnt}


def _invariance(facts: _Facts) -> dict[str, dict[str, float]]:
    """Exact under what is imposed; under the others as the names say."""
    name, learnt = facts.cell.variant, 0.3 * facts.noise
    exact, ends = 2e-7 * (1 + facts.random.random()), name.startswith(("variance", "intrinsic-exchangeable"))
    points = exact if ends or name.startswith("intrinsic") else 0.0 if "canonical" in name else learnt
    imposed = exact if "symmetrized" in name else learnt / 3 if "sampled" in name else points * facts.strict
    errors = {"points": points, "imposed": imposed, "exchangeable": exact if ends else 1.2 * learnt + 0.05}
    return {group: {"relative": error, "flipped": min(0.5, error / 3)} for group, error in errors.items()}


def _history(facts: _Facts, epochs: int, diverged: bool) -> pd.DataFrame:
    epoch = np.arange(epochs + 1)
    fall = 0.2 * (1 - np.exp(-epoch / 3))
    rise = 0.0 if facts.fresh else 0.03 * facts.noise * epoch
    loss = 0.69 - fall + 0.05 * facts.noise + rise + 0.005 * facts.random.standard_normal(len(epoch))
    loss = np.where(diverged & (epoch == epochs), np.nan, loss)
    train = (0.69 - fall) * np.exp(-2 * rise)
    return pd.DataFrame(
        {
            "epoch": epoch,
            "learning_rate": 2e-3,
            "train_loss": np.where(epoch == 0, np.nan, train),
            "train_accuracy": np.where(epoch == 0, np.nan, np.clip(1.2 - train, 0.5, 1)),
            "penalty": 0.0,
            "validation_loss": loss,
            "validation_accuracy": 0.5 + fall * 1.3,
        }
    )


def _overfitting(history: pd.DataFrame) -> dict[str, float | None]:
    last, lowest = history.iloc[-1], history["validation_loss"].min()
    found = {"gap": last["validation_loss"] - last["train_loss"], "rise": last["validation_loss"] - lowest}
    return {name: None if np.isnan(value) else float(value) for name, value in (found | {"best": lowest}).items()}
