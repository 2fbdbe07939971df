"""From an entry of params.yaml to a network: the file of that name in this folder is imported, and only it."""

from importlib import import_module
from typing import Any

import torch

from equidyn.core.errors import EquidynError
from equidyn.core.models.network import Network
from equidyn.core.params.signatures import checked, module
from equidyn.core.params.variant import Imposition, Variant


def build_network(variant: Variant, inputs: Any, outputs: Any, seed: int) -> Network:
    """The variant's network with weights drawn from `seed`, in float32 on the CPU.

    inputs, outputs: the types between which it maps (ends.py). What imposes symmetry from outside is put around it.
    Raises EquidynError, in the model's words, for options that are well-formed but do not fit together or these types.
    """
    family, options = import_module(module("models", variant.model)), checked("models", variant.model, variant.options)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            network = family.build(inputs, outputs, **options)
        except ValueError as fault:
            raise EquidynError(str(fault)) from fault
        return _imposed(network, inputs, variant.impose) if variant.impose else network


def _imposed(network: Network, inputs: Any, wanted: Imposition) -> Network:
    room = "models/impose"
    return import_module(module(room, wanted.by)).impose(network, inputs, **checked(room, wanted.by, wanted.options))


def count_parameters(network: torch.nn.Module) -> int:
    """Number of trainable numbers."""
    return sum(parameter.numel() for parameter in network.parameters())
