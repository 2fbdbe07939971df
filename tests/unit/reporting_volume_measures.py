"""Synthetic measures of networks that upscale a flow, with numbers that are made up but plausible, and examples."""

import zlib
from typing import Any

import numpy as np
from reporting_measures import hessian, sharpness

from equidyn.symmetry.groups import CUBE

SIDE, FACTOR = 32, 4  # voxels along an edge of the fine grid, and how many to a coarse one
ELEMENTS = 24  # rotations of the cube
LAYERS = 6
ROUND_OFF = 4e-7
STRICT = ("trilinear", "gcnn-scalar", "gcnn-vector", "relax-anneal")
SCALAR = ("gcnn-scalar", "rgcnn-scalar")  # components taken for scalars
RELAXED = ("rgcnn-scalar", "rgcnn-vector")
REFERENCES = {"trilinear": (0.42, 0.56), "spectral": (0.33, 0.45), "mean": (0.79, 1.0)}  # MAE, RMSE at eps = 0
ERRORS = {
    "trilinear": 0.42,
    "cnn": 0.302,
    "cnn-aug": 0.29,
    "gcnn-scalar": 0.312,
    "gcnn-vector": 0.258,
    "rgcnn-scalar": 0.287,
    "rgcnn-vector": 0.26,
    "relax-anneal": 0.264,
}
_RESOLVED = SIDE // FACTOR // 2  # largest wavenumber of the coarse grid
Tree = dict[str, Any]


def error_of(variant: str) -> float:
    """MAE of a variant on isotropic data; of another name, a number that depends on the name only."""
    return ERRORS.get(variant, 0.25 + 0.1 * zlib.crc32(variant.encode()) / 2**32)


def upscale_measures(variant: str, eps: float, random: np.random.Generator, worse: float) -> Tree:
    """Every measure by its name; worse: factor of errors at an early checkpoint."""
    error = error_of(variant) * (1 + 0.2 * eps)
    if variant != "trilinear":
        error *= worse * (1 + 0.01 * random.standard_normal()) * (1 - 0.05 * eps * (variant in RELAXED))
    broken = _broken(variant, eps, random)
    return {
        "super_resolution": _error(error, eps, random),
        "spectrum": spectrum(error, random, plain=variant == "trilinear"),
        "cube_equivariance": _equivariance(broken, random),
        "cube_decomposition": _decomposition(error, broken["vector"]),
        "cube_distance": _by_layer(0.0 if variant in STRICT else min(0.9, 3 * min(broken.values())), variant),
        "cube_relaxation": _relaxation(variant, eps, random),
        "cost": {} if variant == "trilinear" else {"multiply_adds": 5200, "parameters": 5000},
        "sharpness": {} if variant == "trilinear" else sharpness(variant, random, worse),
        "hessian": {} if variant == "trilinear" else hessian(variant, random, worse),
    }


def energies(wavenumber: np.ndarray) -> np.ndarray:
    """An energy spectrum like that of a flow: a peak at large scales, k^(-5/3), and a viscous end."""
    return 0.6 * wavenumber**4 / (wavenumber**2 + 4) ** (17 / 6) * np.exp(-0.16 * wavenumber)


def spectrum(error: float, random: np.random.Generator, plain: bool = False) -> Tree:
    """The measure of that name: the worse a net, the more energy its answers lack at large wavenumbers.

    plain: of the interpolation, which is the same for each seed.
    """
    wavenumber = np.arange(1, SIDE // 2 + 1)
    truth = energies(wavenumber)
    beyond = np.maximum(0, wavenumber / _RESOLVED - 0.6)
    kept, coarse = (np.exp(-(factor * error) * beyond) for factor in (3.0, 9.0))
    told = np.exp(-2.2 * error * beyond**1.5) * (1 - 0.005 * random.random() * (not plain))
    prediction = truth * (coarse if plain else kept * (1 + 0.02 * random.standard_normal(len(truth))))
    missed = prediction / truth + 1 - 2 * told * np.sqrt(prediction / truth)
    shells = (wavenumber > _RESOLVED) & (wavenumber <= SIDE / 3)
    return {
        "wavenumber": wavenumber.tolist(),
        "truth": truth.tolist(),
        "prediction": prediction.tolist(),
        "trilinear": (truth * coarse).tolist(),
        "error": np.clip(missed, 1e-4, None).tolist(),
        "total_error": float(np.abs(np.log10(prediction / truth))[shells].mean()),
        "correlation": np.clip(told, 0, 1).tolist(),
    }


def example(error: float, random: np.random.Generator) -> dict[str, np.ndarray]:
    """A slice of a random flow, its coarse frame, and a prediction that is so far off."""
    truth = _flow(np.random.default_rng(3))  # the same for all networks
    blocks = (3, SIDE // FACTOR, FACTOR, SIDE // FACTOR, FACTOR)
    coarse = truth.reshape(blocks).mean(axis=(2, 4))
    smooth = _waves(truth, np.where(_size() <= 0.8 * _RESOLVED, 1.0, 0.0))
    share = min(1.0, error / ERRORS["trilinear"])
    noise = 0.03 * random.standard_normal(truth.shape)
    arrays = {"input": coarse, "truth": truth, "trilinear": smooth}
    arrays["prediction"] = truth + share * (smooth - truth) + noise
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}


def _flow(random: np.random.Generator) -> np.ndarray:
    """Random waves with the spectrum of a flow, (3, y, x), each component with a mean square of 1."""
    size = np.maximum(_size(), 1)
    waves = _waves(random.standard_normal((3, SIDE, SIDE)), np.sqrt(energies(size) / size) * np.exp(-0.15 * size))
    return waves / waves.std(axis=(1, 2), keepdims=True)


def _waves(fields: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Fields (..., y, x) whose waves are multiplied by factors (ky, kx)."""
    return np.fft.ifft2(factors * np.fft.fft2(fields)).real


def _size() -> np.ndarray:
    """Wavenumbers of a slice, (ky, kx)."""
    modes = np.fft.fftfreq(SIDE, 1 / SIDE)
    return np.hypot(*np.meshgrid(modes, modes))


def _error(error: float, eps: float, random: np.random.Generator) -> Tree:
    shares = np.array([1 + 0.4 * eps, 1 - 0.2 * eps, 1 - 0.2 * eps]) * (1 + 0.005 * random.standard_normal(3))
    references = {
        name: {"mae": mae * (1 + 0.2 * eps), "rmse": rmse * (1 + 0.2 * eps)} for name, (mae, rmse) in REFERENCES.items()
    }
    references["mean"].pop("rmse")
    return {
        "mae": error,
        "rmse": 1.33 * error,
        "by_component": (error * shares / shares.mean()).tolist(),
        **references,
        "divergence": 0.55 * error,
        "truth_divergence": 3e-7,
    }


def _broken(variant: str, eps: float, random: np.random.Generator) -> dict[str, float]:
    """Equivariance errors under both actions: a net that takes components for scalars cannot turn vectors."""
    far = 1.25 * (1 + 0.02 * random.standard_normal())
    learned = {"cnn": 0.16, "cnn-aug": 0.05, "rgcnn-vector": 0.012 + 0.1 * eps, "rgcnn-scalar": 0.02 + 0.1 * eps}
    own = ROUND_OFF if variant in STRICT else learned.get(variant, 0.1) * (1 + 0.05 * random.standard_normal())
    if variant == "trilinear":
        return {"vector": own, "scalar": own}
    return {"vector": 0.55 + own, "scalar": own} if variant in SCALAR else {"vector": own, "scalar": far}


def _equivariance(broken: dict[str, float], random: np.random.Generator) -> Tree:
    by_element = broken["vector"] * (1 + 0.15 * random.standard_normal(ELEMENTS))
    by_element[0] = 0.0
    tree = {name: {"absolute": 0.9 * value, "relative": value} for name, value in broken.items()}
    tree["vector"]["by_element"] = by_element.tolist()
    return tree


def _decomposition(error: float, broken: float) -> Tree:
    loss = (1.33 * error) ** 2
    share = min(0.9, (2 * broken) ** 2)
    return {"loss": loss, "averaged": loss * (1 - share), "variance": loss * share, "share": share}


def _by_layer(size: float, variant: str) -> Tree:
    layers = 0 if variant == "trilinear" else LAYERS
    return {"total": size, "by_layer": [size * (1 + 0.1 * layer) for layer in range(layers)]}


def _relaxation(variant: str, eps: float, random: np.random.Generator) -> Tree:
    """Weights about 1, which know the x axis, the more, the less the data are alike in all directions."""
    if variant not in RELAXED:
        return _by_layer(0.0, variant)
    towards = np.abs(CUBE.matrices[:, 0]).argmax(axis=1)  # the axis that each rotation sends to x
    weights = 1 + 0.04 * random.standard_normal(ELEMENTS) + eps * random.permutation([0.5, -0.1, -0.4])[towards]
    weights /= weights.mean()
    spread = float(weights.std() / np.sqrt(np.square(weights).mean()))
    preferred = int(weights.argmax())
    told = {"weights": weights.tolist(), "preferred": preferred, "preferred_share": float(weights.max() / ELEMENTS)}
    return _by_layer(spread, variant) | told
