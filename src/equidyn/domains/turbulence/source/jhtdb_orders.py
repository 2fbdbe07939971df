"""Which order of axes and components a velocity field has: only in the right one is the flow incompressible.

Of the 48 ways in which three components can belong to three axes, each along or against its axis, divergence tells all
apart but a flow from its mirror image at a point (every axis reversed); that is told by the sign of the skewness of
the longitudinal derivative, which is negative in turbulence.
"""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

_AXES = "xyz"


@dataclass(frozen=True)
class Order:
    """Component i of an array lies along `signs[i]` times the axis `axes[i]` (0, 1, 2: x, y, z)."""

    axes: tuple[int, ...]
    signs: tuple[int, ...]

    def __str__(self) -> str:
        """As in "vx along -y, vy along +x, vz along +z"."""
        pairs = zip(_AXES, self.signs, self.axes, strict=True)
        return ", ".join(
            f"v{component} along {'+' if sign > 0 else '-'}{_AXES[axis]}" for component, sign, axis in pairs
        )


AS_TAKEN = Order((0, 1, 2), (1, 1, 1))
ORDERS = [Order(axes, signs) for axes in permutations(range(3)) for signs in product((1, -1), repeat=3)]


def gradients(field: np.ndarray) -> np.ndarray:
    """Central differences in the interior, (3, 3, z - 2, y - 2, x - 2) float64: entry (i, a) is d v_i / d axis a.

    field: (3, z, y, x); axes 0, 1, 2 are x, y, z, and the unit of length is a voxel.
    """
    slopes = []
    for axis in (-1, -2, -3):
        inner = [slice(None)] + [slice(1, -1)] * 3
        ahead, behind = list(inner), list(inner)
        ahead[axis], behind[axis] = slice(2, None), slice(None, -2)
        slopes.append((field[tuple(ahead)].astype(np.float64) - field[tuple(behind)]) / 2)
    return np.stack(slopes, axis=1)


def divergence(products: np.ndarray, order: Order) -> float:
    """Root mean square of the divergence in one order, over that of the velocity gradient; 0.58 if unrelated.

    products: (9, 9) mean products of the gradient's entries, entry (i, a) at 3 i + a.
    """
    taken = np.zeros(9)
    for component, (axis, sign) in enumerate(zip(order.axes, order.signs, strict=True)):
        taken[3 * component + axis] = sign
    total = np.trace(products)
    return float(np.sqrt(max(taken @ products @ taken, 0.0) / total)) if total else 0.0


def best(products: np.ndarray) -> tuple[Order, float]:
    """The order of least divergence, and its divergence; of equal ones the first, so the one taken before others."""
    ranked = {order: divergence(products, order) for order in (AS_TAKEN, *ORDERS)}
    return min(ranked.items(), key=lambda item: item[1])
