"""The linear layer that commutes with permutations of each axis of an array: every entry plus means over axes.

Deep Sets (Zaheer et al. 2017) for one axis, exchangeable matrices and arrays (Hartford et al. 2018) for more. For k
axes the maps that commute with S_n1 x ... x S_nk have 2^k weights per pair of channels, one per subset of axes.
"""

from collections.abc import Sequence
from math import prod

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.symmetry.sharing import sharing


class ExchangeableLinear(nn.Module):
    """y = sum over subsets S of the axes of W_S pool_S(x), plus a bias; pool_S is the mean over the axes in S.

    Bit a of S stands for axis a, so that W_0 acts on each entry alone. averaging: means if true, sums if false. One
    layer fits arrays of any sizes; with means its answers stay as large as its entries, with sums they grow.
    """

    def __init__(self, channels_in: int, channels_out: int, axes: int, *, averaging: bool = True) -> None:
        super().__init__()
        self.axes, self.averaging = axes, averaging
        # The fan-in is that of one entry: a mean varies no more than one entry does, mostly much less. Sums start from
        # the same weights, so that averaging is all that differs between the two.
        self.weight = nn.Parameter(uniform_fan_in((2**axes, channels_out, channels_in), channels_in))
        self.bias = nn.Parameter(uniform_fan_in((channels_out,), channels_in))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels_in, n1, ..., nk) to (batch, channels_out, n1, ..., nk) in time linear in the entries."""
        pools = self._pools(values)
        terms = [_mixed(weight, pool) for weight, pool in zip(self.weight[1:], pools[1:], strict=True)]
        terms = [self.bias.view(-1, *[1] * self.axes), *terms]
        for subset in reversed(range(1, 2**self.axes)):  # small arrays are added to small ones before they are spread
            terms[_parent(subset)] = terms[_parent(subset)] + terms[subset]
        return _mixed_onto(terms[0], self.weight[0], values)

    def matrix(self, sizes: Sequence[int]) -> torch.Tensor:
        """The same map without its bias, as a dense matrix: (channels_out, N, channels_in, N), N = n1 n2 ...

        Written from the orbits of pairs of entries: the weight of an orbit is the sum over the pools that reach it.
        """
        labels = torch.from_numpy(sharing(sizes).astype("int64"))
        orbits = torch.stack([self._orbit_weight(label, sizes) for label in range(2**self.axes)])
        return orbits[labels].permute(2, 0, 3, 1)

    def multiply_adds(self, sizes: Sequence[int]) -> int:
        """Multiplications with additions per array: the entries of all pools, times both numbers of channels."""
        return self.weight[0].numel() * prod(1 + size for size in sizes)

    def _pools(self, values: torch.Tensor) -> list[torch.Tensor]:
        """pool_S for all S, with length 1 on the pooled axes; each from one that is already pooled over fewer."""
        pools = [values]
        for subset in range(1, 2**self.axes):
            axis = subset.bit_length() - 1
            pools.append(_pool(pools[_parent(subset)], [2 + axis], self.averaging, keepdim=True))
        return pools

    def _orbit_weight(self, label: int, sizes: Sequence[int]) -> torch.Tensor:
        """Pool S reaches entries that differ on axes in S only: those whose label has no other bits."""
        reaching = [subset for subset in range(2**self.axes) if label & ~subset == 0]
        return sum(self.weight[subset] / self._share(subset, sizes) for subset in reaching)

    def _share(self, subset: int, sizes: Sequence[int]) -> int:
        """Number of entries in a mean over the axes of `subset`."""
        return prod(size for axis, size in enumerate(sizes) if subset >> axis & 1) if self.averaging else 1


def invariant(values: torch.Tensor, *, averaging: bool = True) -> torch.Tensor:
    """Mean (or sum) over all axes that are permuted: (batch, channels, n1, ..., nk) to (batch, channels)."""
    return _pool(values, list(range(2, values.dim())), averaging, keepdim=False)


def _pool(values: torch.Tensor, axes: list[int], averaging: bool, *, keepdim: bool) -> torch.Tensor:
    return values.mean(axes, keepdim=keepdim) if averaging else values.sum(axes, keepdim=keepdim)


def _parent(subset: int) -> int:
    """The subset without its last axis."""
    return subset ^ (1 << subset.bit_length() - 1)


def _mixed(weight: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Channels mixed, entry by entry: (out, in) and (batch, in, ...) to (batch, out, ...)."""
    return (weight @ values.flatten(2)).unflatten(2, values.shape[2:])


def _mixed_onto(spread: torch.Tensor, weight: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """spread + _mixed(weight, values) in one pass, since large arrays cost as much to allocate as to compute."""
    batch, *sizes = len(values), *values.shape[2:]
    spread = spread.expand(batch, len(weight), *sizes).flatten(2)
    return torch.baddbmm(spread, weight.expand(batch, -1, -1), values.flatten(2)).unflatten(2, sizes)
