"""From an entry of params.yaml to a network: the file of that name in this folder is imported, and only it."""

from importlib import import_module

import torch

from equidyn.models.stack import ConvStack
from equidyn.params.signatures import checked, module
from equidyn.params.study import Variant
from equidyn.symmetry.fields import FieldType


def build_network(variant: Variant, inputs: FieldType, outputs: FieldType, seed: int) -> ConvStack:
    """The variant's network with weights drawn from `seed`, in float32 on the CPU."""
    family = import_module(module("models", variant.model))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return family.build(inputs, outputs, **checked("models", variant.model, variant.options))


def count_parameters(network: torch.nn.Module) -> int:
    """Number of trainable numbers."""
    return sum(parameter.numel() for parameter in network.parameters())
