"""The Lie derivative: how far a model is from commuting with infinitesimal rotations and translations."""

from collections.abc import Iterator

import torch

from equidyn.api.actions import NUMBERS, Kind, fields
from equidyn.api.results import LieDerivative, Measured
from equidyn.api.subject import Model, Select, differentiable, prepared
from equidyn.symmetry import lie
from equidyn.symmetry.directional import norms
from equidyn.symmetry.fallback import Differentiated
from equidyn.symmetry.generator import rotation_generator, translation_generator
from equidyn.symmetry.groups import C4, generated

UNITS = {"rotation": "rad", "translation": "px"}
LEAST = 3  # cells along an axis that slopes of second order need


def lie_derivative(
    model: Model,
    x: torch.Tensor,
    motion: str = "rotation",
    *,
    inputs: Kind = None,
    outputs: Kind = None,
    border: int = 0,
    mode: str = "eval",
    select: Select = None,
) -> LieDerivative:
    """E_x ||Lf(x)|| with Lf(x) = d/dt g(-t) f(g(t) x) at t = 0, g a motion of the grid (Gruver et al. 2022).

    x: (batch, channels, n, n); translations: any (batch, channels, y, x) or (batch, channels, z, y, x). Axes have at
    least 3 cells.
    motion: "rotation", counter-clockwise about the centre [per rad]; "translation" [per pixel of x], mean over axes.
    inputs, outputs: as of `equivariance_error`, fields ("scalar", "vector", or a list), outputs also "invariant" or
    "logits". Grids of answers may be finer or coarser than those of x by a whole number, which then is the length of
    their pixels. border: pixels of the answers that are left out along each edge: a convolution commutes with
    translations exactly where it sees no edge.

    With ||.|| the root mean square after the batch: absolute [unit of the answers per rad or pixel]; relative [1/rad or
    1/px]: absolute / E_x ||f(x)||. Standard errors are over samples. Derivatives are by forward mode; where a layer has
    no rule for it, by two backward passes; else by central differences (`method`, `method_error`). What a model holds
    fixed in its gradients (detach) is held fixed. Slopes of fields are central differences (symmetry/generator.py), so
    compare models on the same data.

    >>> import torch, equidyn as eq
    >>> net, x = torch.nn.Conv2d(3, 4, 3, padding=1).double(), torch.randn(2, 3, 12, 12, dtype=torch.float64)
    >>> shifts = eq.lie_derivative(net, x, "translation", inputs="scalar", outputs="scalar", border=2)
    >>> shifts.relative.value < 1e-12, shifts.method
    (True, 'forward mode')
    """
    if motion not in UNITS:
        raise ValueError(f"motion: expected one of {tuple(UNITS)}, got {motion!r}")
    derivative = Differentiated()
    with prepared(model, x, mode, select) as subject:
        if not (x.is_floating_point() and subject.answer.is_floating_point()):
            raise ValueError(f"x: derivatives need floating-point numbers, got {x.dtype} and {subject.answer.dtype}")
        pairs = list(_generators(motion, x, subject.answer, inputs, outputs))
        with differentiable():
            found = [lie.lie_derivative(subject, x.detach(), *pair, derivative)[1] for pair in pairs]
    inner = _inner(subject.answer, outputs, border)
    changes = sum(norms(change[inner]) for change in found) / len(found)
    unit = UNITS[motion]
    return LieDerivative(
        relative=Measured.ratio(changes, norms(subject.answer[inner]), f"1/{unit}"),
        absolute=Measured.mean(changes, f"unit of the answers/{unit}"),
        motion=motion,
        method=derivative.method,
        method_error=derivative.error,
        samples=len(x),
    )


def _generators(
    motion: str, x: torch.Tensor, answer: torch.Tensor, inputs: Kind, outputs: Kind
) -> Iterator[tuple[lie.Map, lie.Map]]:
    """The motion of inputs with that of answers, one pair for each axis."""
    still = isinstance(outputs, str) and outputs in NUMBERS
    if motion == "rotation":
        yield _rotation("inputs", inputs, x), torch.zeros_like if still else _rotation("outputs", outputs, answer)
        return
    axes = range(-1, 1 - x.dim(), -1) if x.dim() in (4, 5) else ()
    if not axes or (not still and answer.dim() != x.dim()):
        raise ValueError(f"x: translations act on (batch, channels[, z], y, x), got {tuple(x.shape)} to "
                         f"{tuple(answer.shape)}")  # fmt: skip
    for what, kind, values in [("inputs", inputs, x)] + ([] if still else [("outputs", outputs, answer)]):
        _long_enough(what, values)
        fields(what, kind, values, generated("translations", [torch.eye(len(axes), dtype=torch.int64).tolist()]))
    for axis in axes:
        yield _shift(axis, 1.0), torch.zeros_like if still else _shift(axis, _pixels(x.shape[axis], answer.shape[axis]))


def _rotation(what: str, kind: Kind, values: torch.Tensor) -> lie.Map:
    kinds = fields(what, kind, values, C4)
    if any(part.kind == "regular" for part in kinds.parts):
        raise ValueError(f"{what}: regular fields turn by quarter turns only, so they have no Lie derivative")
    _long_enough(what, values)
    return lambda field: kinds.each(field, rotation_generator)


def _shift(axis: int, per_pixel: float) -> lie.Map:
    return lambda field: translation_generator(field, axis) / per_pixel


def _pixels(inputs: int, outputs: int) -> float:
    """Pixels of the inputs along an edge of a pixel of the answers."""
    if max(inputs, outputs) % min(inputs, outputs):
        raise ValueError(
            f"outputs: {inputs} pixels give {outputs}, so the length of one is not known; pad the convolutions, or "
            "crop or interpolate the answers in a module around the model"
        )
    return inputs / outputs


def _long_enough(what: str, values: torch.Tensor) -> None:
    if min(values.shape[2:]) < LEAST:
        raise ValueError(f"{what}: slopes need {LEAST} cells along each axis, got {tuple(values.shape)}")


def _inner(answer: torch.Tensor, outputs: Kind, border: int) -> tuple[slice, ...]:
    """The pixels that count."""
    if (isinstance(outputs, str) and outputs in NUMBERS) or not border:
        return (slice(None),)
    if not 0 < 2 * border < min(answer.shape[2:]):
        raise ValueError(f"border: {border} on each side leaves nothing of {tuple(answer.shape)}")
    return (slice(None), slice(None), *[slice(border, -border)] * (answer.dim() - 2))
