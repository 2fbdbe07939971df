"""What is told of a Hessian's spectrum: both ends, the density, the eigenvalues of largest magnitude of batches."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from equidyn.curvature.lanczos import Ritz, density, lanczos, mass_below
from equidyn.curvature.landscape import Hessian

COUNT = 5  # maxima of a batch, as published
TOLERANCE = 1e-3  # relative error at which an eigenvalue is known well enough, as published
# Below -NEGATIVE x the largest magnitude an eigenvalue counts as negative: some 40 products do not resolve the bulk
# of the spectrum, which lies about 0, any finer.
NEGATIVE = 1e-3
WIDTH = 1 / 200  # of the bells of the density, relative to the largest magnitude


def probed(hessian: Hessian, iterations: int, probes: int) -> list[Ritz]:
    """One Lanczos run from each random start."""
    return [lanczos(hessian, _start(hessian, probe), iterations) for probe in range(probes)]


def ends_of(hessian: Hessian, iterations: int, tolerance: float = TOLERANCE) -> Ritz:
    """Lanczos until the five of largest magnitude and the largest are known to `tolerance`."""

    def enough(ritz: Ritz) -> bool:
        return len(ritz.values) > COUNT and ritz.converged([*_farthest(ritz), -1], tolerance)

    return lanczos(hessian, _start(hessian, 0), iterations, enough)


def maxima_of(hessian: Hessian, iterations: int, tolerance: float = TOLERANCE) -> list[float]:
    """The five eigenvalues of largest magnitude with their signs, largest magnitude first."""
    return maxima(ends_of(hessian, iterations, tolerance))


def maxima(ritz: Ritz) -> list[float]:
    """The same, of a run."""
    return ritz.values[_farthest(ritz)].tolist()


def ends(ritz: Ritz) -> dict[str, Any]:
    """Smallest and largest eigenvalue, bounds of their errors, and the five largest."""
    errors = ritz.errors()
    return {
        "largest": float(ritz.values[-1]),
        "smallest": float(ritz.values[0]),
        "largest_error": float(errors[-1]),
        "smallest_error": float(errors[0]),
        "top": ritz.values[::-1][:COUNT].tolist(),
    }


def shape(runs: Sequence[Ritz]) -> dict[str, Any]:
    """The share of the spectrum below 0, and its smoothed density; from runs of random starts."""
    scale = max(float(np.abs(run.values).max()) for run in runs)
    width = WIDTH * (scale or 1.0)
    low, high = min(run.values[0] for run in runs) - 4 * width, max(run.values[-1] for run in runs) + 4 * width
    # Bells sampled at their own width sum to 1 within 1e-8.
    at = np.linspace(low, high, int(np.ceil((high - low) / width)) + 1 if np.isfinite(scale) else 1)
    return {
        "negative_share": mass_below(runs, -NEGATIVE * scale),
        "density_at": at.tolist(),
        "density": density(runs, at, width).tolist(),
    }


def of_batches(runs: Sequence[Ritz]) -> dict[str, Any]:
    """tops: the largest eigenvalue of each batch; maxima: its five of largest magnitude; of both the summary."""
    found = [value for ritz in runs for value in maxima(ritz)]
    return {
        **summary("tops", [float(ritz.values[-1]) for ritz in runs]),
        **summary("maxima", found),
        "maxima_negative_share": float(np.mean(np.array(found) < 0)) if np.isfinite(found).all() else np.nan,
    }


def summary(name: str, values: list[float]) -> dict[str, Any]:
    """The values, their median and their interquartile range."""
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return {name: values, f"{name}_median": float(median), f"{name}_iqr": float(high - low)}


def _start(hessian: Hessian, seed: int) -> torch.Tensor:
    point = hessian.landscape.point
    return torch.randn(len(point), generator=torch.Generator().manual_seed(seed)).to(point)


def _farthest(ritz: Ritz) -> np.ndarray:
    """The places of the five of largest magnitude, largest first."""
    return np.argsort(-np.abs(ritz.values), kind="stable")[:COUNT]
