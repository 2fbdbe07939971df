"""PhiFlow, imported in one place: only the parts used (the whole opens plotting libraries), and quietly.

PhiFlow warns about its own internals; only those messages are silenced, by text.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# What PhiFlow 3.4 and PhiML 1.16 say about themselves, and no user can mend.
_NOISE = (
    ("symmetric-gradient extrapolation is experimental", DeprecationWarning),  # raised by PhiML's own import
    ("numpy.core.numeric is deprecated", DeprecationWarning),  # imported by PhiML
    ("TensorStack.stack_dim is deprecated", DeprecationWarning),  # called by PhiML
    (r"Field.closest_values\(\) is deprecated", DeprecationWarning),  # called by PhiFlow's own mac_cormack
    ("Sparse invariant checks are implicitly disabled", UserWarning),  # of torch, of the matrices of PhiML's solver
    (r"<class 'phiml\.backend\..*should not be instantiated", DeprecationWarning),
    ("Sparse CSR tensor support is in beta state", UserWarning),
    ("`torch.jit.", DeprecationWarning),  # PhiML compiles with torch.jit, which torch 2.13 calls deprecated
)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the known messages of PhiFlow, and no others."""
    with warnings.catch_warnings():
        for text, category in _NOISE:
            warnings.filterwarnings("ignore", message=text, category=category)
        yield


with quiet():
    from phi.field import CenteredGrid, Field, StaggeredGrid, divergence, resample, spatial_gradient
    from phi.geom import Box, Sphere
    from phi.physics import advect, fluid
    from phiml import math
    from phiml.backend import NUMPY
    from phiml.backend.torch import TORCH
    from phiml.math import Solve, Tensor, batch, channel, dual, extrapolation, spatial

__all__ = [
    "NUMPY",
    "TORCH",
    "Box",
    "CenteredGrid",
    "Field",
    "Solve",
    "Sphere",
    "StaggeredGrid",
    "Tensor",
    "advect",
    "batch",
    "channel",
    "divergence",
    "dual",
    "extrapolation",
    "fluid",
    "math",
    "quiet",
    "resample",
    "spatial",
    "spatial_gradient",
]
