"""What training and measures expect of every network, whatever it maps."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

import torch
from torch import nn

from equidyn.symmetry.group_action import GroupAction


class Network(nn.Module):
    """A network with what its symmetry asks of training; most need none of it. `from_pretrained` takes one of the Hub:

    >>> import equidyn as eq
    >>> network = eq.Network.from_pretrained("owner/cells", subfolder="runs/smoke-levels/eps000/gcnn/1")

    strict: whether it is exactly symmetric under what it imposes, whatever its weights (unless it is relaxed just now).
    anneals: whether relax() changes anything.
    imposed_inputs, imposed_outputs: under whose actions of a group a strict net is exact; None: those of the data.
    kinds: name of an activation, in order -> how the group acts on it, if the layers before commute with it by
    construction, or as it would act on a plain net's features taken as they lie: its feature maps as scalar fields.
    None: no action is known, as of a plain net's numbers. Empty for nets that name no activations.
    """

    strict: bool = False
    anneals: bool = False
    imposed_inputs: GroupAction | None = None
    imposed_outputs: GroupAction | None = None
    kinds: Mapping[str, GroupAction | None] = MappingProxyType({})

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | Path,
        subfolder: str = "",
        *,
        revision: str | None = None,
        cache_dir: str | Path | None = None,
    ) -> "Network":
        """The network of a run that `equidyn hub push` has sent, in eval mode, with the weights of its best epoch.

        The first argument: owner/name of a repository on the Hugging Face Hub, or a folder here; subfolder: of the run
        there, runs/STUDY/DATASET/VARIANT/SEED, with the address behind it where there are several. As everywhere, the
        token is HF_TOKEN, and HF_HUB_OFFLINE takes what the cache has. Nothing of the repository is run. Raises
        EquidynError that says what there is.
        """
        from equidyn.core.hub.pretrained import network

        return network(str(pretrained_model_name_or_path), subfolder, revision, cache=cache_dir)[0]

    def activations(self, values: torch.Tensor) -> dict[str, torch.Tensor]:
        """Every activation, named and ordered as `kinds`, each (batch, ...); the last one is the answer."""
        raise TypeError(f"{type(self).__name__} names no activations")

    def begin(self, seed: int, epoch: int) -> None:
        """Called before each epoch of training: what is drawn anew in each is a function of (seed, epoch) alone."""

    def relaxation(self, done: float) -> float:
        """By how much the network is to be relaxed after `done` (0 to below 1) of its training."""
        return 0.0

    def relax(self, share: float) -> None:
        """Relax the network by `share`, from 0 (as it is used) to 1 (free); for training only."""

    def reported(self) -> dict[str, float]:
        """Named numbers that its method moves, for a column each of history.csv; always the same names."""
        return {}

    def own_parameters(self) -> list[nn.Parameter]:
        """Parameters that the network moves itself: no optimiser, weight decay or clipping sees them."""
        return []

    def stepped(self, rate: float, length: float) -> None:
        """Called after each optimiser step: where the network moves what it moves itself, by gradients still there.

        rate: the learning rate of this step over that of the first; length: the step's share of the whole training. All
        that it remembers is in parameters or buffers, so that a resumed run repeats it.
        """

    def deployed(self) -> Self:
        """The network as it is used after training: the same map, with the parameters that this takes."""
        return self

    def expand(self) -> None:
        """Keep the filters of the present weights, where the package behind a published net does so in eval mode."""

    def penalty(self) -> torch.Tensor | float:
        """What the network's own regulariser adds to the loss."""
        return 0.0

    def multiply_adds(self) -> int:
        """Multiplications with additions of a forward pass: per cell of a field, or per set."""
        raise TypeError(f"{type(self).__name__} must define multiply_adds()")
