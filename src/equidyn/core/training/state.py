"""Everything that training must remember to go on after a kill as if nothing had happened."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from equidyn.core.files import atomic
from equidyn.core.training.adam import Adam
from equidyn.core.training.muon import Muon

Weights = dict[str, torch.Tensor]


def snapshot(network: torch.nn.Module) -> Weights:
    """A copy of the weights and buffers that later steps cannot change, on the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}


@dataclass
class State:
    """Position and memory of a training run. `epoch` is the last one finished; epoch 0 is the untrained network."""

    epoch: int = 0
    best_score: float = float("inf")
    best_epoch: int = 0
    status: str = "running"
    message: str = ""
    best: Weights = field(default_factory=dict)
    early: Weights = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def stale(self) -> int:
        """Epochs since the best one."""
        return self.epoch - self.best_epoch


def save(
    path: Path,
    fingerprint: str,
    state: State,
    network: torch.nn.Module,
    optimiser: Adam | Muon,
    memory: Mapping[str, torch.Tensor],
) -> None:
    """Write the resume file atomically. All that is drawn is drawn from (seed, epoch): no random state is needed.

    memory: the recipe's.
    """
    tree = {
        "fingerprint": fingerprint,
        "state": asdict(state),
        "network": snapshot(network),
        "optimiser": optimiser.state_dict(),
        "memory": dict(memory),
    }
    buffer = io.BytesIO()
    torch.save(tree, buffer)
    with atomic(path) as temporary:
        temporary.write_bytes(hashlib.sha256(buffer.getvalue()).digest() + buffer.getvalue())


def restore(
    path: Path,
    fingerprint: str,
    network: torch.nn.Module,
    optimiser: Adam | Muon | None,
    memory: Mapping[str, torch.Tensor],
) -> State | None:
    """Continue from `path` if it is whole and belongs to this very run; else None, and training starts anew.

    optimiser: None for a network without parameters, whose training has no middle.
    """
    if optimiser is None or not path.exists():
        return None
    content = path.read_bytes()
    checksum, payload = content[:32], content[32:]
    if hashlib.sha256(payload).digest() != checksum:
        return None
    tree = torch.load(io.BytesIO(payload), weights_only=True)
    if tree["fingerprint"] != fingerprint:
        return None
    network.load_state_dict(tree["network"])
    optimiser.load_state_dict(tree["optimiser"])
    for name, tensor in memory.items():
        tensor.copy_(tree["memory"][name])
    return State(**tree["state"])
