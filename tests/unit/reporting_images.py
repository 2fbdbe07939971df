"""Synthetic studies of digits, and their cells: the files of an auto-encoder and of a recogniser, made up."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from reporting_cells import provenance
from reporting_image_measures import answers, recognise_measures, reconstruct_measures
from reporting_measures import hessian, sharpness
from safetensors.numpy import save_file
from sealing import sealed
from toy import TREE

from equidyn.core import paths
from equidyn.core.params import Cell, Params, Study

EPOCHS = 12
TESTED = 500  # test images of the fake studies
SIDES = {"reconstruct": 14, "classify_images": 28}
RECONSTRUCTION = ("reconstruction", "angles", "attention", "audit/reconstruction")
RECOGNITION = ("recognition", "motions", "layer_equivariance", "audit/sorting", "layer_lie")
_EQUIVARIANT, _ATTENTION = {"model": "equivariant_autoencoder"}, {"model": "attention_autoencoder"}
VARIANTS: dict[str, dict[str, Any]] = {
    "ae": {"model": "autoencoder", "options": {"hidden": 36}},
    "ae-aug": {"model": "autoencoder", "options": {"hidden": 36}, "augment": "c4"},
    "ae-small": {"model": "autoencoder", "options": {"hidden": 9}},
    "equivariant-ae": _EQUIVARIANT | {"options": {"hidden": 36, "init": "published"}},
    "equivariant-ae-scaled": _EQUIVARIANT | {"options": {"hidden": 36, "init": "scaled"}},
    "equivariant-ae-wide": _EQUIVARIANT | {"options": {"hidden": 144}},
    "equivariant-ae-attention": _ATTENTION | {"options": {"hidden": 36}},
    "equivariant-ae-attention-wide": _ATTENTION | {"options": {"hidden": 144}},
    "cnn": {"model": "digits_cnn", "options": {}},
    "cnn-aug": {"model": "digits_cnn", "options": {}, "augment": "c4"},
    "gcnn": {"model": "digits_gcnn", "options": {}},
}
CODERS, RECOGNISERS = tuple(VARIANTS)[:8], tuple(VARIANTS)[8:]
# Parameters of 196-36-9-36-196 nets, dense or in their orbit bases, and of the recognisers.
_PARAMETERS = {"ae-small": 3750, "ae": 15025, "cnn": 21840, "gcnn": 21462}
_EQUIVARIANT_PARAMETERS = {True: 14985, False: 3760}  # wide or not


@dataclass(frozen=True)
class Facts:
    """What a cell's numbers are made from."""

    cell: Cell
    study: Study
    random: np.random.Generator

    @property
    def kind(self) -> str:
        """Of the task: reconstruct or recognise."""
        return self.study.task.kind

    @property
    def strict(self) -> bool:
        """Whether it commutes with quarter turns whatever its weights."""
        return self.cell.variant.startswith(("equivariant", "gcnn"))

    @property
    def parameters(self) -> int:
        """Parameters in use."""
        name = self.cell.variant
        if name.startswith("equivariant"):
            return _EQUIVARIANT_PARAMETERS["wide" in name] + 50 * ("attention" in name)
        return next(count for start, count in _PARAMETERS.items() if name.startswith(start))


def reconstruct(variants: list[str], seeds: int, **changes: Any) -> dict[str, Any]:
    """A study of auto-encoders, as JSON."""
    return _study("reconstruct", variants, seeds, RECONSTRUCTION) | changes


def recognise(variants: list[str], seeds: int, **changes: Any) -> dict[str, Any]:
    """A study of nets that tell digits apart, as JSON."""
    return _study("classify_images", variants, seeds, RECOGNITION) | changes


def write_images(params: Params, diverged: tuple[Cell, ...] = (), origin: str = "huggingface") -> None:
    """Write every cell of the studies of digits; those in `diverged` end so after three epochs."""
    for cell in params.cells():
        study = params.studies[cell.study]
        if study.task.kind in SIDES:
            random = np.random.default_rng(zlib.crc32(str(cell).encode()))
            _write(Facts(cell, study, random), cell in diverged, origin)


def _study(kind: str, variants: list[str], seeds: int, measures: tuple[str, ...]) -> dict[str, Any]:
    toy = TREE["studies"]["toy"]
    return {
        "seeds": list(range(1, seeds + 1)),
        "source": {
            "kind": "digits",
            "repository": "ylecun/mnist",
            "revision": "7" * 40,
            "files": {"train": "train.parquet", "test": "test.parquet"},
            "side": SIDES[kind],
            "split": {"by": "sample", "train": 5000, "validation": 1000, "test": TESTED},
            "seed": 0,
        },
        "datasets": {"digits": {"origins": ["huggingface", "optdigits"]}},
        "task": {"kind": kind},
        "training": toy["training"] | {"epochs": EPOCHS, "patience": EPOCHS, "schedule": "constant", "clip": 0.0},
        "variants": {name: {"augment": "none"} | VARIANTS[name] for name in variants},
        "measures": {name: {"at": ["best"], "options": {}} for name in measures},
    }


def _write(facts: Facts, diverged: bool, origin: str) -> None:
    folder = paths.run(facts.cell)
    folder.mkdir(parents=True)
    epochs = 3 if diverged else EPOCHS
    take = reconstruct_measures if facts.kind == "reconstruct" else recognise_measures
    found, example = take(facts.cell.variant, facts.study.source.side, facts.random, facts.strict)
    best = found | {name: one(facts.cell.variant, facts.random, 1.0) for name, one in _CURVED.items()}
    checkpoints = {
        name: {key: best[key] for key, settings in facts.study.measures.items() if name in settings.at}
        for name in ("best", "early")
    }
    run = _run(facts, epochs, diverged)
    summary = {key: run[key] for key in ("study", "dataset", "variant", "seed", "status", "parameters")}
    summary |= {"strict": facts.strict, "checkpoints": checkpoints, "data": _data(facts, origin)}
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (folder / "measures.json").write_text(json.dumps(summary | {"provenance": provenance(1.5)}), encoding="utf-8")
    _history(facts, epochs, diverged).to_csv(folder / "history.csv", index=False)
    arrays = example if facts.kind == "reconstruct" else answers(found["recognition"]["accuracy"], TESTED, facts.random)
    save_file(arrays, folder / "example.safetensors")
    sealed(folder)


_CURVED = {"sharpness": sharpness, "hessian": hessian}


def _run(facts: Facts, epochs: int, diverged: bool) -> dict[str, Any]:
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
        "multiply_adds": 4 * facts.parameters if facts.strict else facts.parameters,
        "device": "cpu",
        "precision": "fp32",
        "epochs": epochs,
        "best_epoch": epochs - 1,
        "early_epoch": 1,
        "score": "validation_loss",
        "best_score": 0.02,
        "provenance": provenance(20 + float(facts.random.random())),
    }


def _data(facts: Facts, origin: str) -> dict[str, Any]:
    """MNIST, or the small set that stands in for it."""
    split, real = facts.study.source.split, origin == "huggingface"
    counts = {"train": split.train, "validation": split.validation, "test": split.test}
    shares = np.array([98, 113, 99, 102, 97, 89, 99, 104, 97, 102]) / 1000
    checks = {
        "equivariance": None,
        "origin": origin,
        "wanted_origins": ["huggingface", "optdigits"],
        "why_not": {} if real else {"huggingface": "the Hub cannot be reached, and nothing is cached"},
        "counts": counts,
        "shrunk": not real,
        "histogram": {name: np.round(count * shares).astype(int).tolist() for name, count in counts.items()},
        "mean": 0.1307 if real else 0.3053,
        "sd": 0.3081 if real else 0.3761,
    }
    mnist = "MNIST (ylecun/mnist at 77777777)"
    source = mnist if real else "optdigits (scikit-learn 1.7), since MNIST could not be had"
    return {"equivariance": None, "checks": checks, "provenance": provenance(0.8, source)}


def _history(facts: Facts, epochs: int, diverged: bool) -> pd.DataFrame:
    """Losses that fall; of the nets that recognise, accuracies that rise with them."""
    epoch = np.arange(epochs + 1)
    low, high = (0.02, 0.2) if facts.kind == "reconstruct" else (0.05, 2.3)
    loss = low + (high - low) * np.exp(-1.2 * epoch) + 0.05 * low * facts.random.random(len(epoch))
    loss = np.where(diverged & (epoch == epochs), np.nan, loss)
    columns = {"epoch": epoch, "learning_rate": 1e-3, "train_loss": np.where(epoch == 0, np.nan, 0.97 * loss)}
    told = {"penalty": 0.0, "validation_loss": loss}
    if facts.kind == "classify_images":
        right = 0.99 - 0.9 * np.exp(-1.2 * epoch)
        columns |= {"train_accuracy": np.where(epoch == 0, np.nan, right)}
        told |= {"validation_accuracy": right - 0.003}
    return pd.DataFrame(columns | told)
