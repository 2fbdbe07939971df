"""From an entry of params.yaml to a network: the file of that name is imported, and only it."""

from types import ModuleType
from typing import Any

import torch

from equidyn.core.domain import Domain, imported
from equidyn.core.errors import EquidynError
from equidyn.core.models.foreign import as_network
from equidyn.core.models.network import Network
from equidyn.core.params.signatures import checked, known, module
from equidyn.core.params.study import Study
from equidyn.core.params.variant import Imposition, Relaxation, Variant
from equidyn.core.randomness import seeded


def build_network(study: Study, variant: str, inputs: Any, outputs: Any, seed: int) -> Network:
    """The network of a study's variant with weights drawn from `seed`, in float32 on the CPU.

    inputs, outputs: the types between which it maps (training/task.py). It is relaxed, and what imposes symmetry from
    outside is put around it. Raises EquidynError, in the words of the model or of what relaxes it, for options that are
    well-formed but do not fit together or these types.
    """
    wanted = study.variants[variant]
    options = checked(study.home, "models", wanted.model, wanted.options)
    offers = imported(module(study.home, "models", wanted.model))
    torch.set_default_dtype(torch.float32)  # whatever a module, of this model or of another, has set when imported
    with seeded(seed):
        try:
            built = offers.build(inputs, outputs, **options)
            network = as_network(built, inputs, len(study.source.input_grid), wanted.model)
            network = _relaxed(study.home, network, wanted) if wanted.relax else network
        except ValueError as fault:
            raise EquidynError(str(fault)) from fault
        if wanted.impose:
            imposing, chosen = _chosen(study.home, "impose", wanted.impose)
            network = imposing.impose(network, inputs, **chosen)
        return network


def _relaxed(domain: Domain, network: Network, wanted: Variant) -> Network:
    relaxing, options = _chosen(domain, "relaxations", wanted.relax)
    (kind,) = known(domain, "relaxations", wanted.relax.by).takes
    if kind not in (one.__name__ for one in type(network).__mro__):
        raise ValueError(f"relax by {wanted.relax.by}: it takes a {kind}, which the model {wanted.model} is not")
    return relaxing.relax(network, **options)


def _chosen(domain: Domain, room: str, wanted: Relaxation | Imposition) -> tuple[ModuleType, dict[str, Any]]:
    """The module of an entry, and its options."""
    return imported(module(domain, room, wanted.by)), checked(domain, room, wanted.by, wanted.options)


def count_parameters(network: torch.nn.Module) -> int:
    """Number of trainable numbers."""
    return sum(parameter.numel() for parameter in network.parameters())
