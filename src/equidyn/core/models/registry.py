"""From an entry of params.yaml to a network: the file of that name is imported, and only it."""

from typing import Any

import torch

from equidyn.core.domain import Domain, imported
from equidyn.core.errors import EquidynError
from equidyn.core.models.network import Network
from equidyn.core.params.signatures import checked, module
from equidyn.core.params.study import Study
from equidyn.core.params.variant import Imposition
from equidyn.core.randomness import seeded


def build_network(study: Study, variant: str, inputs: Any, outputs: Any, seed: int) -> Network:
    """The network of a study's variant with weights drawn from `seed`, in float32 on the CPU.

    inputs, outputs: the types between which it maps (training/task.py). What imposes symmetry from outside is put
    around it. Raises EquidynError, in the model's words, for options that are well-formed but do not fit together or
    these types.
    """
    wanted = study.variants[variant]
    options = checked(study.home, "models", wanted.model, wanted.options)
    offers = imported(module(study.home, "models", wanted.model))
    torch.set_default_dtype(torch.float32)  # whatever a module, of this model or of another, has set when imported
    with seeded(seed):
        try:
            network = offers.build(inputs, outputs, **options)
        except ValueError as fault:
            raise EquidynError(str(fault)) from fault
        return _imposed(study.home, network, inputs, wanted.impose) if wanted.impose else network


def _imposed(domain: Domain, network: Network, inputs: Any, wanted: Imposition) -> Network:
    options = checked(domain, "impose", wanted.by, wanted.options)
    return imported(module(domain, "impose", wanted.by)).impose(network, inputs, **options)


def count_parameters(network: torch.nn.Module) -> int:
    """Number of trainable numbers."""
    return sum(parameter.numel() for parameter in network.parameters())
