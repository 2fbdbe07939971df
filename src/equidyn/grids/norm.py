"""Norms that commute with the symmetry: one mean and variance per field, shared by its components.

A group element only exchanges the numbers that are averaged, so they are equivariant in train and eval mode.
A variance is the mean square about the mean, never E x^2 - (E x)^2, which is round-off where the mean is large.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from equidyn.symmetry.fields import FieldType

BLOCK = 1 << 17  # numbers in a block: half a megabyte in float32
Gradients = tuple[torch.Tensor | None, ...]


class FieldBatchNorm(nn.Module):
    """Batch norm over batch, components and points of each field; for scalar fields, the usual batch norm.

    For scalar and regular fields; raises ValueError for vectors, whose components cannot be shifted.
    """

    def __init__(self, field: FieldType) -> None:
        super().__init__()
        if (field.action.sign < 0).any():
            raise ValueError(f"neither norm nor ReLU is defined for {field.kind} fields")
        self.field = field
        self.norm: nn.Module | None = nn.BatchNorm3d(field.multiplicity)  # only its weights and averages are used

    def forward(self, field: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, y, x) to the same shape, in the memory layout of a channels-last convolution."""
        rows = field.movedim(1, -1)  # torch's own batch norm of 5 axes would change the layout there and back
        if self.training:
            rows, *statistics = self._centred(rows)
        else:
            statistics = self.norm.running_mean, self.norm.running_var
        scale, shift = (part.repeat_interleave(self.field.dimension) for part in self.affine(*statistics))
        return torch.addcmul(shift, rows, scale).to(field.dtype).movedim(-1, 1)

    def affine(self, mean: torch.Tensor, variance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scale and shift of each field."""
        scale = self.norm.weight * torch.rsqrt(variance + self.norm.eps)
        return scale, self.norm.bias - mean * scale

    def remember(self, mean: torch.Tensor, variance: torch.Tensor, count: int) -> None:
        """The statistics of a batch of `count` numbers of each field, for eval mode."""
        with torch.no_grad():
            self.norm.running_mean.lerp_(mean.to(self.norm.running_mean), self.norm.momentum)
            unbiased = variance.to(self.norm.running_var) * count / max(count - 1, 1)
            self.norm.running_var.lerp_(unbiased, self.norm.momentum)
            self.norm.num_batches_tracked.add_(1)

    def _centred(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Rows less the mean of their field in this batch; the mean that is left, 0; and the variance of each field.

        In the precision of the weights; mean and variance are remembered for eval mode.
        """
        rows, axes = rows.to(self.norm.weight.dtype), list(range(rows.dim() - 1))
        mean = rows.mean(axes).unflatten(0, (-1, self.field.dimension)).mean(1)
        rows = rows - mean.repeat_interleave(self.field.dimension)
        variance = rows.square().mean(axes).unflatten(0, (-1, self.field.dimension)).mean(1)
        self.remember(mean, variance, rows.numel() // self.field.multiplicity)
        return rows, torch.zeros_like(mean), variance


class NormReLU(FieldBatchNorm):
    """ReLU(norm(field) + skip) in one go; norm "batch": batch norm; "none": a bias per field, 0 at the start.

    A volume of regular fields is hundreds of megabytes, and each operation of torch on it would wait for memory: here
    all of them are done block by block, in the processor's cache.
    """

    def __init__(self, field: FieldType, norm: str) -> None:
        super().__init__(field)
        self.bias = None
        if norm == "none":
            self.norm, self.bias = None, nn.Parameter(torch.zeros(field.multiplicity))

    def forward(self, field: torch.Tensor, skip: torch.Tensor | None = None) -> torch.Tensor:
        """Map (batch, channels, z, y, x), or without z, to the same shape and precision, channels last in memory."""
        rows = _rows(field)
        skips = None if skip is None else _rows(skip)
        answer = self._trained(rows, skips) if self.norm is not None and self.training else self._fixed(rows, skips)
        return answer.view(*field.shape[:1], *field.shape[2:], -1).movedim(-1, 1)

    def _trained(self, rows: torch.Tensor, skips: torch.Tensor | None) -> torch.Tensor:
        """By the statistics of this batch, which are remembered for eval mode."""
        answer, *statistics = _BatchNormReLU.apply(rows, self.norm.weight, self.norm.bias, skips, self.norm.eps)
        self.remember(*statistics, rows.numel() // self.field.multiplicity)
        return answer

    def _fixed(self, rows: torch.Tensor, skips: torch.Tensor | None) -> torch.Tensor:
        """By numbers that do not depend on the field; may be differentiated any number of times."""
        if self.norm is None:
            parts = torch.ones_like(self.bias), self.bias
        else:
            parts = self.affine(self.norm.running_mean, self.norm.running_var)
        scale, shift = (part.repeat_interleave(self.field.dimension) for part in parts)
        if not torch.is_grad_enabled():
            return _shifted(rows, scale, shift, skips)
        answer = torch.addcmul(shift, rows, scale).to(rows.dtype)
        return functional.relu(answer if skips is None else answer + skips)


class _BatchNormReLU(torch.autograd.Function):
    """rows (points, channels), weight and bias (fields,), skips as rows or None -> answer as rows, mean, variance."""

    @staticmethod
    def forward(
        ctx: Any,
        rows: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        skips: torch.Tensor | None,
        eps: float,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        mean, variance = _moments(rows, weight)
        inverse = torch.rsqrt(variance + eps)
        scale, shift = weight * inverse, bias - mean * weight * inverse
        answer = _shifted(rows, _by_channel(scale, rows), _by_channel(shift, rows), skips)
        ctx.save_for_backward(rows, answer, weight, mean, inverse)
        ctx.mark_non_differentiable(mean, variance)
        return answer, mean, variance

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor, *_: torch.Tensor) -> Gradients:
        rows, answer, weight, mean, inverse = ctx.saved_tensors
        # Nobody needs them any more: their memory is given to the gradients, since that of the system is slow to get.
        by_rows, passed = rows.detach(), answer.detach()  # passed: the gradient by what ReLU was given
        sums = _through_relu(gradient.contiguous(), answer, rows, passed, _by_channel(mean, rows))
        by_bias, by_products = (_by_field(total, weight) for total in sums)
        by_weight = inverse * by_products
        scale, count = weight * inverse, _count(rows, weight)
        slope = -scale * inverse * by_weight / count
        shift = -scale * by_bias / count - slope * mean
        _combined(passed, rows, [_by_channel(part, rows) for part in (scale, slope, shift)], by_rows)
        return by_rows, by_weight, by_bias, passed if ctx.needs_input_grad[3] else None, None


def _rows(field: torch.Tensor) -> torch.Tensor:
    """(points of all samples, channels), one channel beside the other."""
    return field.movedim(1, -1).flatten(0, -2).contiguous()


def _count(rows: torch.Tensor, fields: torch.Tensor) -> int:
    """Numbers that each field has."""
    return rows.numel() // len(fields)


def _by_field(total: torch.Tensor, fields: torch.Tensor) -> torch.Tensor:
    """Sums of channels added up to those of fields."""
    return total.unflatten(0, (len(fields), -1)).sum(1)


def _by_channel(values: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """The same number for each channel of a field."""
    return values.repeat_interleave(rows.shape[1] // len(values))


def _blocks(*tensors: torch.Tensor | None) -> Iterator[tuple[torch.Tensor | None, ...]]:
    """Rows with the same numbers of all tensors; all rows at once on a GPU, which has other ways of not waiting."""
    first = tensors[0]
    size = len(first) if first.device.type != "cpu" else max(1, BLOCK // first.shape[1])
    for start in range(0, len(first), size):
        yield tuple(None if tensor is None else tensor[start : start + size] for tensor in tensors)


def _sums(rows: torch.Tensor) -> torch.Tensor:
    """Two rows of zeros to sum channels in, in float32 at least."""
    return rows.new_zeros(2, rows.shape[1], dtype=torch.promote_types(rows.dtype, torch.float32))


def _moments(rows: torch.Tensor, weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and variance of each field, in the precision of its weight, (fields,).

    By block and channel about its own mean, and then of those means, in float64 (Chan, Golub, LeVeque 1983).
    """
    counts, means, squares = [], [], []
    for (part,) in _blocks(rows):
        values = part.to(torch.promote_types(rows.dtype, torch.float32))
        counts.append(len(values))
        means.append(values.mean(0))
        squares.append((values - means[-1]).square_().sum(0))
    shares = torch.tensor(counts, dtype=torch.float64, device=rows.device)[:, None, None] / _count(rows, weight)
    centres = torch.stack(means).double().unflatten(1, (len(weight), -1))
    mean = (shares * centres).sum((0, 2))
    within = torch.stack(squares).double().unflatten(1, (len(weight), -1)).sum((0, 2)) / _count(rows, weight)
    variance = within + (shares * (centres - mean[:, None]).square()).sum((0, 2))
    return mean.to(weight), variance.to(weight)


def _shifted(rows: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor, skips: torch.Tensor | None) -> torch.Tensor:
    """ReLU(scale rows + shift + skips)."""
    answer = torch.empty_like(rows)
    for target, part, skip in _blocks(answer, rows, skips):
        values = torch.addcmul(shift, part, scale)
        target.copy_((values if skip is None else values.add_(skip)).relu_())
    return answer


def _through_relu(
    gradient: torch.Tensor, answer: torch.Tensor, rows: torch.Tensor, passed: torch.Tensor, mean: torch.Tensor
) -> torch.Tensor:
    """Write the gradient where the answer is positive to `passed`; its sums per channel, alone and times the rows less
    their mean, (channels,)."""
    sums = _sums(rows)
    for slope, reached, part, target in _blocks(gradient, answer, rows, passed):
        torch.ops.aten.threshold_backward.grad_input(slope, reached, 0, grad_input=target)
        values = target.to(sums.dtype)
        sums[0] += values.sum(0)
        sums[1] += (part - mean).mul_(values).sum(0)
    return sums


def _combined(passed: torch.Tensor, rows: torch.Tensor, factors: list[torch.Tensor], answer: torch.Tensor) -> None:
    """Write scale passed + slope rows + shift to `answer`, which may be `passed` itself."""
    scale, slope, shift = factors
    for target, first, second in _blocks(answer, passed, rows):
        target.copy_(torch.addcmul(shift, second, slope).addcmul_(first, scale))
