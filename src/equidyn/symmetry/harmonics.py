"""Steerable kernels of the plane: rings of circular harmonics between two field types, sampled on a kernel's pixels.

Weiler, Cesa 2019 (arXiv 1911.08251): the kernels from one field type to another are sums of a radial profile times a
circular harmonic times a matrix that makes the product equivariant. Here such products, with any matrix, are sampled
and projected onto the exactly equivariant kernels (Reynolds projection, in the orthonormal basis of orbits.py). The
projection keeps the frequency of a harmonic, so what is left are just the equivariant band-limited kernels. Harmonics
are closed under reflections, so the span does not depend on whether rows grow upwards or downwards.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.orbits import intertwiners

INNER, OUTER = 0.6, 0.4  # standard deviation of the profile of inner rings and of the outermost [pixels]; as in e2cnn
NULL = 1e-6  # length below which a sampled kernel (of height 1), or what it adds to those already there, is round-off
ZERO = 1e-12  # size below which an entry is


def band_limits(side: int) -> list[int]:
    """Highest frequency of the harmonics on the rings of radius 0, 1, ..., (side - 1) / 2 pixels; as in e2cnn 0.2.3.

    0 on the centre, 2 on the outermost ring, between them 2 r on rings of odd radius r and 2 r - 1 on those of even.
    """
    last = side // 2
    return [0 if r == 0 else 2 if r == last else 2 * r - (r + 1) % 2 for r in range(last + 1)]


def ring_harmonics(outputs: FieldType, inputs: FieldType, side: int, limits: Sequence[int] | None = None) -> np.ndarray:
    """Orthonormal basis of the band-limited kernels from one field of `inputs` to one of `outputs`.

    Its shape is (count, out_dim, in_dim, side, side); the group is one of the plane.
    limits: highest frequency on each ring, centre first; `band_limits(side)` if None; ValueError if there is not one
    for each ring. The order is by ring, then by frequency. Entries of one orbit are equal bit by bit, up to sign, so
    that the basis is as equivariant in any other precision. 3 x 3, C4: 24 kernels regular -> regular, 12 vector ->
    regular or back, 8 vector -> vector; without a band limit there are 36, 18 and 9.
    """
    limits = band_limits(side) if limits is None else limits
    if len(limits) != side // 2 + 1:
        raise ValueError(f"{side} x {side} pixels have {side // 2 + 1} rings, but there are {len(limits)} limits")
    exact = intertwiners(outputs.action, inputs.action @ grid_action(inputs.group, side)).basis()
    matrices = np.eye(outputs.dimension * inputs.dimension)
    kept = np.empty((0, len(exact)))
    for function in _functions(side, limits):
        kernels = (matrices[:, :, None] * function).reshape(len(matrices), -1)
        kept = _extended(kept, kernels @ exact.T)
    kept[np.abs(kept) < ZERO] = 0
    return (kept @ exact).reshape(-1, outputs.dimension, inputs.dimension, side, side)


def _functions(side: int, limits: Sequence[int]) -> Iterator[np.ndarray]:
    """Profile of each ring times cos and sin of each frequency, on the pixels flattened row by row."""
    y, x = np.indices((side, side)).reshape(2, -1) - side // 2
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    for ring, limit in enumerate(limits):
        profile = _profile(radius, ring, OUTER if ring == side // 2 else INNER)
        yield profile
        for frequency in range(1, limit + 1):
            turning = profile * (radius > 0)  # there is no angle at the centre
            yield turning * np.cos(frequency * angle)
            yield turning * np.sin(frequency * angle)


def _profile(radius: np.ndarray, ring: int, width: float) -> np.ndarray:
    """Gaussian around the radius of the ring; the centre alone on ring 0."""
    return (radius == 0).astype(float) if ring == 0 else np.exp(-0.5 * ((radius - ring) / width) ** 2)


def _extended(kept: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The orthonormal rows `kept` and what `rows` add to their span: Gram-Schmidt in order, twice for accuracy.

    So the result is the same on every machine, which singular vectors of equal singular values would not be.
    """
    for row in rows:
        rest = row - kept.T @ (kept @ row)
        rest -= kept.T @ (kept @ rest)
        length = np.linalg.norm(rest)
        if length > NULL:
            kept = np.vstack([kept, rest / length])
    return kept
