"""audit/hessian: Hessian maxima as the code of the blog (GRaM 2024) and of Park, Kim 2022 (arXiv 2202.06709) has them.

From reading dgcnz/relaxed-equivariance-dynamics and dgcnz/neuralyze, which use PyHessian: power iteration with
deflation, five eigenvalues of each batch, stopped when one changes by less than 1e-3 from a product to the next. It
finds the largest magnitudes, so it cannot show that there are no negative eigenvalues; weight decay in the loss adds
its factor to each; and a small change from one product to the next does not bound the error. The regulariser, which the
loss holds there, is left out here: its second derivatives are of order alpha^2, 1e-10 as published.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.measures.quantities import Quantity
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.types import PositiveInt
from equidyn.core.training.task import Batch
from equidyn.curvature.hessian import UNIT
from equidyn.curvature.landscape import Hessian, Landscape, split_batch
from equidyn.curvature.spectrum import COUNT, TOLERANCE, summary

TINY = 1e-6  # added to norms and to the divisor of the relative change

QUANTITIES = (
    Quantity("maxima", "maxima of batches", UNIT, axis="batch and rank", detail=True),
    Quantity("maxima_median", "median of the maxima", UNIT),
    Quantity("maxima_iqr", "their interquartile range", UNIT),
    Quantity("negative_share", "their share below 0", "%"),
    Quantity("products", "Hessian-vector products"),
)


def measure(
    context: EvaluationContext,
    *,
    batches: PositiveInt = 8,
    batch_size: PositiveInt = 2,
    steps: PositiveInt = 1,
    limit: PositiveInt = 1000,
) -> dict[str, Any]:
    """Maxima of all batches, their median, interquartile range and share of negatives, as published [loss/weight^2].

    The batches are those of curvature/hessian.py. Published: 16 windows each, 10 to 20 % of the training data, 6
    rollout steps. limit: products for one eigenvalue. products: Hessian-vector products spent. Nothing for a network
    without parameters.
    """
    if not count_parameters(context.network):
        return {}
    generator = torch.Generator().manual_seed(0)
    maxima: list[float] = []
    products = 0
    for batch in split_batch(context.training_sample(batches * batch_size, steps), batches):
        found, spent = _batch_maxima(context, batch, generator, limit)
        maxima, products = maxima + found, products + spent
    return {
        **summary("maxima", maxima),
        "negative_share": float(np.mean(np.array(maxima) < 0)) if np.isfinite(maxima).all() else float("nan"),
        "products": products,
    }


def _batch_maxima(
    context: EvaluationContext, batch: Batch, generator: torch.Generator, limit: int
) -> tuple[list[float], int]:
    """The maxima of one batch, and the products spent."""
    hessian = Hessian(Landscape(context.network, context.task, batch))

    def decayed(vector: torch.Tensor) -> torch.Tensor:
        return hessian(vector) + context.weight_decay * vector

    return power_iteration(decayed, hessian.landscape.point, generator, limit=limit), hessian.products


def power_iteration(
    operator: Callable[[torch.Tensor], torch.Tensor],
    like: torch.Tensor,
    generator: torch.Generator,
    *,
    count: int = COUNT,
    tolerance: float = TOLERANCE,
    limit: int = 1000,
) -> list[float]:
    """`count` eigenvalues of largest magnitude of a symmetric operator, one after the other.

    Each starts at random (in the shape and precision of `like`, (n,)), stays orthogonal to those before, and stops when
    the Rayleigh quotient changes by less than `tolerance`, relative, or after `limit` products, or if it is not finite.
    """
    values: list[float] = []
    vectors: list[torch.Tensor] = []
    for _ in range(count):
        vector, value = torch.randn(like.shape, generator=generator).to(like), float("inf")
        for _ in range(limit):
            for found in vectors:
                vector = vector - (vector @ found) * found
            vector = vector / (vector.norm() + TINY)
            product = operator(vector)
            before, value = value, float(product @ vector)
            vector = product / (product.norm() + TINY)
            if abs(before - value) < tolerance * (abs(before) + TINY) or not np.isfinite(value):
                break
        values.append(value)
        vectors.append(vector)
    return values
