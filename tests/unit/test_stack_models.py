"""Nets of one grid, one by one: filters, sizes, what relaxes; the battery that all pass is in test_models.py."""

import pytest
import torch
from toy import built, randomised

from equidyn.core.models.registry import count_parameters
from equidyn.core.params.variant import Variant
from equidyn.grids.stack import ConvStack
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

INPUTS, OUTPUTS = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)
FAMILIES = ("cnn", "gcnn", "e2cnn", "rgroup", "rsteer", "audit/e2cnn", "audit/rgroup", "audit/rsteer")


def _build(model: str, inputs: FieldType = INPUTS, **options: object) -> ConvStack:
    variant = Variant(model=model, options={"hidden": 3, "layers": 3} | options, augment="none")
    return built("smoke", variant, inputs, OUTPUTS, 0)


@pytest.fixture(params=FAMILIES)
def network(request):
    return _build(request.param)


def test_fields_may_have_any_shape(network):
    for shape in ((7, 7), (8, 8), (6, 9)):
        assert network(torch.randn(2, INPUTS.channels, *shape)).shape == (2, OUTPUTS.channels, *shape)


def test_filters_built_once_serve_every_step(network):
    network.eval()
    field = torch.randn(2, INPUTS.channels, 8, 8)
    assert torch.equal(network(field, network.filters()), network(field))


def test_layers_know_their_fields(network):
    for layer, (kernel, bias) in zip(network.layers, network.filters(), strict=True):
        assert kernel.shape[:2] == (layer.outputs.channels, layer.inputs.channels)
        assert bias is None or bias.shape == (layer.outputs.channels,)
    assert [network.layers[0].inputs, network.layers[-1].outputs] == [INPUTS, OUTPUTS]


@pytest.mark.parametrize("model", ["rgroup", "rsteer", "audit/rgroup"])
def test_relaxed_nets_start_without_penalty(model):
    network = _build(model)
    assert network.penalty() == 0
    assert randomised(network).penalty() > 0


@pytest.mark.parametrize("model", ["rgroup", "rsteer"])
def test_relaxed_nets_are_not_linear(model):
    """The published rgroup is, by a mistake in its code (test_published_models.py); ours must not be."""
    network = randomised(_build(model))
    first, second = torch.randn(2, 1, INPUTS.channels, 8, 8)
    zero = network(torch.zeros_like(first))
    superposed = network(first) + network(second) - zero
    assert (network(first + second) - superposed).norm() / superposed.norm() > 0.05


COUNTS = [("cnn", 20, 11602), ("gcnn", 10, 11200), ("rgroup", 7, 11408), ("e2cnn", 12, 10704), ("rsteer", 5, 10580)]


@pytest.mark.parametrize(("model", "hidden", "count"), COUNTS)
def test_parameter_counts(model, hidden, count):
    assert count_parameters(_build(model, FieldType(C4, "vector", 1), hidden=hidden, layers=5)) == count


@pytest.mark.parametrize(("model", "entries"), [("cnn", 9 * 3 * (4 + 3 + 2)), ("gcnn", 9 * 12 * (4 + 12 + 2))])
def test_multiply_adds_are_the_entries_of_the_kernels(model, entries):
    assert _build(model).multiply_adds() == entries
