"""Directional derivatives by forward-mode differentiation: J_f(x) [v] beside f(x), in one pass."""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import forward_ad
from torch.nn import functional
from torch.overrides import TorchFunctionMode

Named = dict[str, torch.Tensor]


def directional(
    function: Callable[[torch.Tensor], torch.Tensor], point: torch.Tensor, direction: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """f(point) and J_f(point) [direction], at the cost of two evaluations of f.

    The weights of layers inside `function` are taken as constant.
    """
    return directional_of_all(lambda values: {"": function(values)}, point, direction)[""]


def directional_of_all(
    function: Callable[[torch.Tensor], Named], point: torch.Tensor, direction: torch.Tensor
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """The same for every tensor, by name, that `function` returns."""
    with torch.no_grad(), forward_ad.dual_level(), _ConstantWeights():
        outputs = function(_dual(point, direction))
        parts = {name: forward_ad.unpack_dual(output) for name, output in outputs.items()}
    return {
        name: (output, torch.zeros_like(output) if change is None else change)
        for name, (output, change) in parts.items()
    }


def mean_norm(values: torch.Tensor) -> torch.Tensor:
    """Root mean square of each sample, averaged over samples (sample, ...); in float64."""
    return values.double().square().mean(tuple(range(1, values.dim()))).sqrt().mean()


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
