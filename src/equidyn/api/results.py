"""What the functions answer with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import torch

from equidyn.symmetry.error import ratio


@dataclass(frozen=True)
class Measured:
    """A number with its unit and standard error, NaN where that is not known (a single sample)."""

    value: float
    error: float
    unit: str

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return f"{self.value:.3g} ± {self.error:.1g}" + (f" {self.unit}" if self.unit != "1" else "")

    @classmethod
    def mean(cls, values: torch.Tensor, unit: str) -> Self:
        """The mean of (sample,), and its standard error over samples."""
        return cls(values.mean().item(), _standard_error(values), unit)

    @classmethod
    def ratio(cls, parts: torch.Tensor, wholes: torch.Tensor, unit: str) -> Self:
        """The ratio of two means over samples, each (sample,); its error to first order (delta method)."""
        value = ratio(parts.mean(), wholes.mean())
        return cls(value, _standard_error((parts - value * wholes) / wholes.mean()) if value else 0.0, unit)


@dataclass(frozen=True)
class EquivarianceError:
    """absolute [unit of the answers], relative, and the relative error of each element: as of `equivariance_error`.

    group: its name; elements: how many were looked at; complete: whether they are all of it; samples: in the batch.
    """

    relative: Measured
    absolute: Measured
    by_element: tuple[Measured, ...]
    group: str
    elements: int
    complete: bool
    samples: int


@dataclass(frozen=True)
class LieDerivative:
    """absolute [unit of the answers per radian or pixel], and relative [1/rad or 1/px]: as of `lie_derivative`.

    method: "forward mode" and "two backward passes" are exact to round-off; of "central differences" method_error is
    their error, estimated, relative to the derivative of the model.
    """

    relative: Measured
    absolute: Measured
    motion: str
    method: str
    method_error: float
    samples: int


@dataclass(frozen=True)
class Decomposition:
    """loss = averaged + variance, and share = variance / loss: as of `decomposition`; units are those of the loss."""

    loss: Measured
    averaged: Measured
    variance: Measured
    share: Measured
    group: str
    elements: int
    complete: bool
    samples: int


@dataclass(frozen=True)
class Sharpness:
    """How much the loss changes at each of `radii`, and the means over them: as of `sharpness`.

    Standard errors are over directions. loss: at the weights as they are.
    """

    sphere_mean: Measured
    adaptive_mean: Measured
    radii: tuple[float, ...]
    sphere: tuple[Measured, ...]
    adaptive: tuple[Measured, ...]
    loss: float


@dataclass(frozen=True)
class HessianSpectrum:
    """What is known of a Hessian's spectrum: as of `hessian`; eigenvalues in loss per squared weight.

    largest, smallest: `error` is a bound of theirs. top: the five largest. trace: with its standard error over starts.
    negative_share: of the spectrum. density: at the eigenvalues density_at, integral 1. tops: the largest eigenvalue of
    each batch; maxima: of each batch, the five of largest magnitude. products: Hessian-vector products spent. weights:
    rows of the Hessian.
    """

    largest: Measured
    smallest: Measured
    trace: Measured
    top: tuple[float, ...]
    negative_share: float
    density_at: tuple[float, ...]
    density: tuple[float, ...]
    tops: tuple[float, ...]
    maxima: tuple[tuple[float, ...], ...]
    products: int
    weights: int


@dataclass(frozen=True)
class Distance:
    """||W - P(W)|| / ||W|| of all layers together, and of each by its name: as of `distance`."""

    total: float
    by_layer: Mapping[str, float]


def _standard_error(values: torch.Tensor) -> float:
    return (values.std() / len(values) ** 0.5).item() if len(values) > 1 else float("nan")
