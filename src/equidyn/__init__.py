"""equidyn: how imposed symmetry, against the symmetry of the data, shapes what networks learn and how they train.

For your own network and batch, without the pipeline (docs/library.md): `equivariance_error`, `lie_derivative`,
`decomposition`, `sharpness`, `hessian`, `distance`. torch is imported when one of them is first asked for.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_API = ("decomposition", "distance", "equivariance_error", "hessian", "lie_derivative", "sharpness")
_HOMES = dict.fromkeys(
    _API, "equidyn.api"
)  # of each public name, the module that is imported for it; also __init__.pyi


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
