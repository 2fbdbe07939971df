"""equidyn: how imposed symmetry, against the symmetry of the data, shapes what networks learn and how they train.

For your own network and batch, without the pipeline (docs/library.md): `equivariance_error`, `lie_derivative`,
`decomposition`, `sharpness`, `hessian`, `distance`. For what the pipeline has made: `load_dataset`, `load_run`,
`Network`. torch is imported when one of them is first asked for.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Also in __init__.pyi. What needs the extras is imported when these are called.
_NAMES = (
    *("decomposition", "distance", "equivariance_error", "hessian", "lie_derivative", "sharpness"),
    *("Network", "load_dataset", "load_run"),
)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("equidyn.api"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMES])
