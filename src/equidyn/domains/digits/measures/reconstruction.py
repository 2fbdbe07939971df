"""reconstruction: how wrong reconstructions are, upright and turned, beside what no linear auto-encoder can exceed."""

import math
from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.digits.measures.principal import Moments, Projection, moments, principal, symmetric
from equidyn.domains.digits.tasks.reconstruct.context import ReconstructContext
from equidyn.symmetry.images import ImageType

LINEAR = ("pca.upright", "pca_symmetric.upright", "mean_image", "pca_best", "pca_symmetric_best")
QUANTITIES = (
    Quantity("upright", "MSE, upright", "1", "lower", headline=True, baselines=LINEAR),
    Quantity("by_turn", "MSE at each turn", "1", "lower", axis="quarter turns", detail=True),
    Quantity("rotated", "MSE, turned", "1", "lower", headline=True, baselines=("pca.rotated", "pca_symmetric.rotated")),
    Quantity("excess", "turned / upright - 1"),
    Quantity("drift", "drift"),
    Quantity("latent", "latents", detail=True),
    Quantity("mean_image", "the mean image"),
    Quantity("pca.upright", "PCA"),
    Quantity("pca.rotated", "PCA"),
    Quantity("pca_best", "PCA of the test images"),
    Quantity("pca_symmetric.upright", "PCA that commutes"),
    Quantity("pca_symmetric.rotated", "PCA that commutes"),
    Quantity("pca_symmetric_best", "PCA that commutes, of the test images"),
)


def measure(context: ReconstructContext) -> dict[str, Any]:
    """Mean square per pixel over all test images, which are trained upright: at each quarter turn, and upright alone.

    rotated: mean of the three turns, each of every image; excess: rotated / upright - 1; drift: the largest relative
    change at any turn, round-off for a net that is equivariant. mean_image: of the answer that is always the mean of
    the training images. latent: how many numbers an image goes through; through as many, the limits are pca: principal
    components of the training images; pca_best: of the very test images, below which no linear auto-encoder can be on
    them upright; pca_symmetric, pca_symmetric_best: the same of linear auto-encoders that commute with C4 and whose
    latents are a square image (domains/digits/measures/principal.py); None if no square has as many pixels.
    """
    by_turn = context.errors.mean(1).tolist()
    upright, turned = by_turn[0], by_turn[1:]
    rotated = sum(turned) / len(turned)
    found = {
        "upright": upright,
        "by_turn": by_turn,
        "rotated": rotated,
        "excess": _change(rotated, upright),
        "drift": max(abs(_change(error, upright)) for error in turned),
        "latent": context.network.latent,
    }
    return found | _limits(context)


def _change(error: float, upright: float) -> float:
    """error / upright - 1; 0 where both are 0, infinite (null in a file) where only `upright` is."""
    if error == upright:
        return 0.0
    return error / upright - 1 if upright else math.inf


def _limits(context: ReconstructContext) -> dict[str, Any]:
    training, test = moments(context.task.splits["train"].inputs), moments(context.test)
    kind, latent = context.task.inputs, context.network.latent
    free = principal(training, latent)
    found = {
        "mean_image": principal(training, 0).error(test),
        "pca": _by_pose(free, test, kind),
        "pca_best": principal(test, latent).error(test),
    }
    side = math.isqrt(latent)
    if side**2 != latent:
        return found | {"pca_symmetric": {"upright": None, "rotated": None}, "pca_symmetric_best": None}
    square = ImageType(side).action
    best = symmetric(test, kind.action, square).error(test)
    return found | {
        "pca_symmetric": _by_pose(symmetric(training, kind.action, square), test, kind),
        "pca_symmetric_best": best,
    }


def _by_pose(projection: Projection, test: Moments, kind: ImageType) -> dict[str, float]:
    """Error on the test images as they are, and mean over their three turns."""
    turned = [projection.error(test.moved(kind.action, turns)) for turns in (1, 2, 3)]
    return {"upright": projection.error(test), "rotated": sum(turned) / len(turned)}
