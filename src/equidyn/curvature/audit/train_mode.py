"""The published measures run networks in train mode, where batch norm uses the statistics of the batch at hand."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def train_mode(network: torch.nn.Module) -> Iterator[None]:
    """The network in train mode; afterwards in the mode it was in, its buffers (running statistics) as they were."""
    before, mode = {name: buffer.clone() for name, buffer in network.named_buffers()}, network.training
    network.train()
    try:
        yield
    finally:
        network.train(mode)
        for name, buffer in network.named_buffers():
            buffer.copy_(before[name])
