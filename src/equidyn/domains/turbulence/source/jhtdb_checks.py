"""What is measured of a set of pieces of turbulence, and what of it makes a set be refused."""

from typing import Any

import numpy as np

from equidyn.core.errors import EquidynError
from equidyn.domains.turbulence.source import jhtdb_orders, jhtdb_pairing
from equidyn.domains.turbulence.source.volumes import Volumes

CLEARLY = 0.5  # another order of axes, or another frame, fits better if it leaves less than this share
UNRELATED = 0.5  # of the coarse frames is left unexplained by the fine ones
# Orders that are the one taken, with the axes in the other order, or its mirror image.
REVERSED = [str(jhtdb_orders.Order((2, 1, 0), signs)) for signs in ((1, 1, 1), (-1, -1, -1))]
# What only the solver itself, or a series of frames in one place, could tell.
_UNKNOWN = (
    *("equivariance", "anisotropy", "kmax_eta", "re_lambda", "cfl", "dissipation", "power", "balance", "turnovers"),
    *("float64_difference", "wavenumber", "spectrum", "times", "variances"),
)


def measure(made: Volumes, factor: int) -> dict[str, Any]:
    """One-point statistics over all samples, gradient statistics by central differences, and how the grids relate.

    "variance": mean squares of vx, vy, vz [velocity^2]; "divergence": of the order taken, relative, see jhtdb_orders;
    "best_order", "best_divergence": of the order that fits best; "coarse": see jhtdb_pairing. What a frame can't tell
    is None. The mean velocity of a piece is not 0, and is not taken off.
    """
    moments = _moments(made.fine)
    variance = np.diag(moments)
    off_diagonal = np.abs(moments - np.diag(variance)).max()
    order, least = jhtdb_orders.best((gradient := Gradient(made.fine)).products)
    spans = dict(zip(made.splits, made.ranges, strict=True))
    return dict.fromkeys(_UNKNOWN) | {
        "variance": variance.tolist(),
        "variance_ratio": _ratio(variance.max(), variance.min()),
        "cross": _ratio(off_diagonal, variance.mean()),
        "skewness": gradient.skewness,
        "gradient_ratio": gradient.ratio,
        "energy": float(variance.sum() / 2),
        "divergence": jhtdb_orders.divergence(gradient.products, jhtdb_orders.AS_TAKEN),
        "best_order": str(order),
        "best_divergence": least,
        "coarse": jhtdb_pairing.fit(made.coarse, made.fine, factor),
        "rms": {
            name: float(np.sqrt(np.diag(_moments(made.fine[slice(*span)])).mean())) for name, span in spans.items()
        },
    }


def refuse(checks: dict[str, Any], axes: str, name: str) -> None:
    """Raise EquidynError if nothing moves, or if another order of axes, or pairing of frames, fits clearly better."""
    if None in (checks["variance_ratio"], checks["gradient_ratio"]):
        raise EquidynError(
            f"{name}: another layout: a component of the fine fields, or their gradient, is 0 everywhere"
        )
    if checks["best_divergence"] < CLEARLY * checks["divergence"]:
        other = "zyx" if axes == "xyz" else "xyz"
        hint = f"set source.axes: {other}" if checks["best_order"] in REVERSED else "no source.axes reads such files"
        raise EquidynError(
            f"{name}: another layout: with source.axes {axes} the divergence is {checks['divergence']:.2f} of the "
            f"velocity gradient, but {checks['best_divergence']:.2f} if it were {checks['best_order']}; {hint}"
        )
    found = checks["coarse"]
    if found["residual"] > UNRELATED:
        raise EquidynError(
            f"{name}: another layout: the fine frames leave {found['residual']:.2f} of the coarse middle ones "
            "unexplained, whatever the filter; do source.columns name arrays that belong together?"
        )
    closest = int(np.argmin(found["frames"]))
    if found["frames"][closest] < CLEARLY * found["residual"]:
        raise EquidynError(
            f"{name}: the fine frames are those of coarse frame {closest + 1} of {len(found['frames'])}, not of the "
            "middle one; see source.columns.coarse, oldest first"
        )


def _ratio(above: float, below: float) -> float | None:
    return float(above / below) if below > 0 else None


def _moments(fine: np.ndarray) -> np.ndarray:
    """(3, 3) mean products of the components of fields (sample, 3, Z, Y, X), added up in float64."""
    flat = (field.reshape(3, -1).astype(np.float64) for field in fine)
    return np.mean([rows @ rows.T / rows.shape[1] for rows in flat], axis=0)


class Gradient:
    """Statistics of the velocity gradient in all samples; each is looked at by itself, to spare memory.

    products: (9, 9), as jhtdb_orders.divergence takes them. skewness: of the longitudinal derivatives. ratio: mean
    square of the transverse over that of the longitudinal derivatives, 2 in an isotropic incompressible flow.
    """

    def __init__(self, fine: np.ndarray) -> None:
        products, cubes = np.zeros((9, 9)), 0.0
        for field in fine:
            entries = jhtdb_orders.gradients(field).reshape(9, -1)
            products += entries @ entries.T / entries.shape[1] / len(fine)
            cubes += float((entries[::4] ** 3).mean()) / len(fine)
        squares = np.diag(products).reshape(3, 3)
        longitudinal = float(np.trace(squares) / 3)
        self.products = products
        self.skewness = _ratio(cubes, longitudinal**1.5)
        self.ratio = _ratio((squares.sum() - 3 * longitudinal) / 6, longitudinal)
