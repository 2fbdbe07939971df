"""Synthetic measures of a cell: every measure of the pipeline, with numbers that are made up but plausible."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from equidyn.core.params import Cell, Study

ERROR = {"cnn": 0.148, "cnn-aug": 0.135, "gcnn": 0.101, "rgroup": 0.11}
BROKEN = {"cnn": 0.05, "cnn-aug": 0.03, "rgroup": 2e-3}
PARAMETERS = {"cnn": 7554, "cnn-aug": 7554, "gcnn": 7521, "rgroup": 8705}
STRICT = ("gcnn", "e2cnn", "anneal")
ROUND_OFF = 3e-7
RADII = (0.1, 0.4, 0.7, 1.0)
STEPS = 6


@dataclass(frozen=True)
class Made:
    """What a cell's numbers are made from: its error, how far it breaks the symmetry, and the level of its data."""

    cell: Cell
    model: str
    alpha: float
    level: float
    steps: int
    layers: int
    tests: tuple[str, ...]

    @property
    def family(self) -> str:
        """Name of the model, as published or not."""
        return self.model.rpartition("/")[2]

    @property
    def published(self) -> bool:
        """Whether it is built as published."""
        return self.model.startswith("audit/")

    @property
    def strict(self) -> bool:
        """Whether it is exactly equivariant."""
        return self.family in STRICT

    @property
    def batch_norm(self) -> bool:
        """Whether its loss differs between train and eval mode."""
        return self.model == "audit/e2cnn"

    @property
    def error(self) -> float:
        """Test RMSE at level 0."""
        return ERROR.get(self.cell.variant, 0.1 + 0.06 * _share(self.cell.variant))

    @property
    def broken(self) -> float:
        """Learned equivariance error at level 0."""
        if self.strict:
            return ROUND_OFF
        usual = BROKEN.get(self.cell.variant, 10 ** (-1.2 - 1.5 * _share(self.cell.variant)))
        return usual / (1 + 30 * self.alpha) if not self.published else usual

    @property
    def parameters(self) -> int:
        """Parameters in use."""
        return PARAMETERS.get(self.cell.variant, 7000 + int(1500 * _share(self.cell.variant)))


def made(cell: Cell, study: Study) -> Made:
    """The cell's facts from params."""
    settings, variant = study.datasets[cell.dataset], study.variants[cell.variant]
    level = getattr(settings, "value", 0.4 * (getattr(settings, "vector_action", "") == "published"))
    level = level / 10 if getattr(settings, "level", "") == "E" else level
    tests = tuple(name for name in study.source.splits if name not in ("train", "validation"))
    more = getattr(settings, "train", None)
    level = level + (0.0 if more is None else 1.5 / more)
    steps, layers = max(STEPS, study.task.test_steps), variant.options.get("layers", 5)
    return Made(cell, variant.model, float(variant.options.get("alpha", 1e-5)), float(level), steps, layers, tests)


def measures(facts: Made, random: np.random.Generator, worse: float) -> dict[str, Any]:
    """Every measure by its name; `worse`: factor of errors at an early checkpoint."""
    broken = facts.broken * (1 + 4 * facts.level * (not facts.strict)) * (1 + 0.1 * random.standard_normal())
    error = _error(facts, random, worse)
    loss = error["rmse"] ** 2
    share = min(0.9, (6 * broken) ** 1.2)
    derivative = 0.3 + 3 * broken + 0.02 * random.random()
    seen = broken if not facts.strict else 2e-5
    return {
        "error": error,
        "equivariance": {"absolute": 0.9 * broken, "relative": broken, "pairwise": 1.2 * broken, "published": broken},
        "decomposition": {"loss": loss, "averaged": loss * (1 - share), "variance": loss * share, "share": share},
        "lie": {"absolute": 0.8 * derivative, "relative": derivative},
        "audit/lie": {"published": 40 / (derivative + 0.5 * _share(facts.cell.variant))},
        "audit/equivariance": {"published": 0.5 + seen},
        "sharpness": sharpness(facts.cell.variant, random, worse),
        "audit/sharpness": _published_sharpness(facts, random),
        "hessian": hessian(facts.cell.variant, random, worse),
        "audit/hessian": _published_hessian(facts, random),
        "distance": _by_layer(facts, min(1.0, 10 * broken) * (not facts.strict)),
        "relaxation": _by_layer(facts, 0.1 * worse * (facts.family in ("rgroup", "rsteer"))),
    }


def _share(name: str) -> float:
    """A number in [0, 1) that depends on the name only."""
    return zlib.crc32(name.encode()) / 2**32


def _error(facts: Made, random: np.random.Generator, worse: float) -> dict[str, Any]:
    parts = {}
    for place, split in enumerate(facts.tests):
        harder = 1 + 0.15 * place
        rmse = worse * harder * facts.error * (1 + 0.4 * facts.level) * (1 + 0.02 * random.standard_normal())
        still, ramp = 0.257 - 0.03 * min(1.0, facts.level), np.linspace(0.5, 1.35, facts.steps)
        parts[split] = {
            "rmse": rmse,
            "rmse_by_step": (rmse * ramp).tolist(),
            "persistence_rmse": still,
            "persistence_rmse_by_step": (still * ramp).tolist(),
        }
    return parts[facts.tests[0]] | {"unit": 0.43} | (parts if len(parts) > 1 else {})


def sharpness(variant: str, random: np.random.Generator, worse: float) -> dict[str, Any]:
    """The measure sharpness of a network, whatever its task."""
    curvature = (2 + 5 * _share(variant)) * worse * (1 + 0.1 * random.random())
    radii = np.array(RADII)
    sphere, adaptive = 1e-3 * radii + 1e-2 * curvature * radii**2, 0.1 * radii + curvature * radii**2
    return {
        "loss": 0.02,
        "control": 0.0,
        "radii": list(RADII),
        "sphere": sphere.tolist(),
        "adaptive": adaptive.tolist(),
    }


def _published_sharpness(facts: Made, random: np.random.Generator) -> dict[str, Any]:
    shift = (0.5 + 0.05 * random.random()) * facts.batch_norm
    return {"control": shift, "radii": list(RADII), "published": [shift + 1e-6 * radius for radius in RADII]}


def hessian(variant: str, random: np.random.Generator, worse: float) -> dict[str, Any]:
    """The measure hessian of a network, whatever its task."""
    largest = 30 * worse * (1 + _share(variant)) * (1 + 0.1 * random.random())
    smallest = -0.1 * largest * random.random()
    width = largest / 200
    at = np.arange(smallest - 4 * width, largest + 4 * width, width)
    masses = {0.0: 0.97, 0.5 * largest: 0.02, largest: 0.005, smallest: 0.005}
    bells = [mass * np.exp(-((at - place) ** 2) / (2 * width**2)) for place, mass in masses.items()]
    density = sum(bells) / (width * np.sqrt(2 * np.pi))
    maxima = np.sort(largest * (1 + 0.3 * random.standard_normal(20)) * np.tile((1.0, 0.8, 0.6, 0.5, 0.4), 4))
    lower, upper = np.quantile(maxima, [0.25, 0.75])
    return {
        "largest": largest,
        "smallest": smallest,
        "largest_error": 1e-3,
        "smallest_error": 1e-3,
        "negative_share": 0.01 * (1 + random.random()),
        "top": [largest * factor for factor in (1.0, 0.8, 0.6, 0.5, 0.4)],
        "density_at": at.tolist(),
        "density": density.tolist(),
        "maxima": maxima.tolist(),
        "maxima_median": float(np.median(maxima)),
        "maxima_iqr": float(upper - lower),
        "maxima_negative_share": 0.0,
        "decayed_largest": largest + 4e-4,
        "decayed_smallest": smallest + 4e-4,
        "products": 640,
    }


def _published_hessian(facts: Made, random: np.random.Generator) -> dict[str, Any]:
    maxima = (40 * (1 + _share(facts.cell.variant)) * (1 + 0.2 * random.standard_normal(20))).tolist()
    return {"maxima": maxima, "maxima_median": float(np.median(maxima)), "negative_share": 0.0, "products": 4000}


def _by_layer(facts: Made, size: float) -> dict[str, Any]:
    return {"total": size, "by_layer": [size * (1 + 0.2 * layer) for layer in range(facts.layers)]}
