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
    """f(point) and J_f(point) [direction], at the cost of two evaluations of f."""
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
    return norms(values).mean()


def norms(values: torch.Tensor) -> torch.Tensor:
    """Root mean square of each sample, (sample,), of (sample, ...); in float64."""
    squares, axes = values.double().square(), tuple(range(1, values.dim()))
    return (squares.mean(axes) if axes else squares).sqrt()


def _dual(point: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    with warnings.catch_warnings():
        # The first dual number of a process makes torch compile rules with torch.jit; then 2.13 and later warn of that.
        warnings.filterwarnings("ignore", "`torch.jit.script` is ")
        return forward_ad.make_dual(point, direction)


class _ConstantWeights(TorchFunctionMode):
    """Layers differentiated as what they are here, affine in the field, where their weights are constant.

    torch's own rules also take tangents of the weights, which are 0: for conv2d that is half as much work again.
    """

    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return _RULES.get(func, func)(*args, **(kwargs or {}))


def _conv2d(  # names and defaults are those of torch, which passes most of them by position
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    *args: Any,
    **settings: Any,
) -> torch.Tensor:
    value, tangent = forward_ad.unpack_dual(input)
    if tangent is None or _moves(weight, bias):
        return functional.conv2d(input, weight, bias, *args, **settings)
    answer = functional.conv2d(value, weight, bias, *args, **settings)
    return forward_ad.make_dual(answer, functional.conv2d(tangent, weight, None, *args, **settings))


def _batch_norm(
    input: torch.Tensor,
    running_mean: torch.Tensor | None,
    running_var: torch.Tensor | None,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> torch.Tensor:
    value, tangent = forward_ad.unpack_dual(input)
    if training or tangent is None or _moves(weight, bias):  # the statistics of a batch depend on the field
        return functional.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    answer = functional.batch_norm(value, running_mean, running_var, weight, bias, eps=eps)
    centre = torch.zeros_like(running_mean)
    return forward_ad.make_dual(answer, functional.batch_norm(tangent, centre, running_var, weight, eps=eps))


def _moves(*weights: torch.Tensor | None) -> bool:
    """Whether a weight depends on the field, as one that a net makes from its input does."""
    return any(one is not None and forward_ad.unpack_dual(one).tangent is not None for one in weights)


_RULES = {functional.conv2d: _conv2d, functional.batch_norm: _batch_norm}
