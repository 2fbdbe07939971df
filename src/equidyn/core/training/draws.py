"""Which samples are taken: drawn for an epoch from the run's seed and the epoch, or spread evenly over a split."""

import math

import torch


def generator_of(seed: int, epoch: int) -> torch.Generator:
    """The epoch's own random numbers."""
    return torch.Generator().manual_seed(seed * 1_000_003 + epoch)


def passes(count: int, wanted: int, generator: torch.Generator) -> torch.Tensor:
    """Indices of `wanted` out of `count` samples, in as many shuffled passes over all of them as it takes."""
    order = torch.cat([torch.randperm(count, generator=generator) for _ in range(math.ceil(wanted / count))])
    return order[:wanted]


def spread(count: int, wanted: int) -> torch.Tensor:
    """Indices of `wanted` out of `count` things (all, if there are fewer), evenly spread."""
    taken = min(count, wanted)
    return torch.arange(taken) * count // max(taken, 1)
