"""lie: how far the learned map is from commuting with small rotations.

The local equivariance error of Gruver et al. 2022 (arXiv 2210.02984): d/dt rho_out(-t) f(rho_in(t) x) at t = 0, which
is J_f(x) [G_in x] - G_out f(x) with the generators G of symmetry/generator.py: vector components turn with the pixels.
One forward-mode pass gives f(x) and J_f(x) [G_in x] together.
"""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import forward_ad
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from equidyn.measures.subjects.rollout import RolloutSubject
from equidyn.params.types import PositiveInt
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.generator import rotation_generator


def measure(subject: RolloutSubject, *, windows: PositiveInt = 16) -> dict[str, float]:
    """Lie derivative of the first predicted frame, over `windows` test windows spread evenly over the split.

    With ||.|| the root mean square over components and all pixels, those beside the walls included:
    absolute: E_x ||Lf(x)|| [unit of f per rad]; relative: absolute / E_x ||f(x)||, infinite if only f(x) is 0.
    Means of numbers per window, so independent of the size of a batch. In a residual task f(x) is the last frame plus
    the net's answer: the frame commutes with rotations, and drops out of Lf up to round-off. On fields that the grid
    hardly resolves, maps that commute with rotations in the limit have an Lf too; so compare nets on the same data.
    """
    task = subject.task
    inputs = subject.sample(windows, 1).inputs
    answer, derivative = lie_derivative(
        lambda field: task.unroll(subject.network, field, 1)[0], inputs, task.inputs, task.outputs
    )
    absolute, size = _mean_norm(derivative), _mean_norm(answer)
    return {"absolute": absolute.item(), "relative": 0.0 if absolute == 0 else (absolute / size).item()}


def lie_derivative(
    function: Callable[[torch.Tensor], torch.Tensor], field: torch.Tensor, inputs: FieldType, outputs: FieldType
) -> tuple[torch.Tensor, torch.Tensor]:
    """f(x) and Lf(x) = J_f(x) [G x] - G f(x), both (batch, outputs.channels, n, n).

    field: (batch, inputs.channels, n, n). The weights of layers inside `function` are taken as constant.
    """
    answer, change = directional(function, field, rotation_generator(field, inputs))
    return answer, change - rotation_generator(answer, outputs)


def directional(
    function: Callable[[torch.Tensor], torch.Tensor], point: torch.Tensor, direction: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """f(point) and J_f(point) [direction] by forward-mode differentiation, at the cost of two evaluations of f."""
    with torch.no_grad(), forward_ad.dual_level(), _ConstantWeights():
        answer, change = forward_ad.unpack_dual(function(_dual(point, direction)))
    return answer, torch.zeros_like(answer) if change is None else change


def _dual(point: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    with warnings.catch_warnings():
        # The first dual number of a process makes torch 2.13 compile rules with torch.jit, which it says is deprecated.
        warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", DeprecationWarning)
        return forward_ad.make_dual(point, direction)


class _ConstantWeights(TorchFunctionMode):
    """Layers differentiated as what they are here, affine in the field, for their weights are constant.

    torch's own rules also take tangents of the weights, which are 0: for conv2d that is half as much work again.
    """

    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return _RULES.get(func, func)(*args, **(kwargs or {}))


def _conv2d(
    field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None = None, **settings: Any
) -> torch.Tensor:
    value, tangent = forward_ad.unpack_dual(field)
    answer = functional.conv2d(value, kernel, bias, **settings)
    return answer if tangent is None else forward_ad.make_dual(answer, functional.conv2d(tangent, kernel, **settings))


def _batch_norm(
    field: torch.Tensor, mean: Any, variance: Any, weight: Any, bias: Any, training: bool, momentum: float, eps: float
) -> torch.Tensor:
    value, tangent = forward_ad.unpack_dual(field)
    if training or tangent is None:  # the statistics of a batch depend on the field
        return functional.batch_norm(field, mean, variance, weight, bias, training, momentum, eps)
    answer = functional.batch_norm(value, mean, variance, weight, bias, eps=eps)
    return forward_ad.make_dual(
        answer, functional.batch_norm(tangent, torch.zeros_like(mean), variance, weight, eps=eps)
    )


_RULES = {functional.conv2d: _conv2d, functional.batch_norm: _batch_norm}


def _mean_norm(values: torch.Tensor) -> torch.Tensor:
    """Root mean square of each sample, averaged over samples."""
    return values.double().square().mean((1, 2, 3)).sqrt().mean()
