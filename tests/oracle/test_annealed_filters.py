"""Known answers of the annealed layer: gcnn's at share 0, every kernel at share 1, a straight line between."""

import numpy as np
import pytest
import torch
from toy import randomised

from equidyn.core.models.check import relative_errors
from equidyn.domains.smoke.models import anneal, gcnn
from equidyn.domains.smoke.models.anneal import AnnealedConv
from equidyn.domains.smoke.models.gcnn import C4Conv
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import reynolds

PAIRS = [("vector", "regular"), ("regular", "regular"), ("regular", "vector"), ("vector", "vector")]
INPUTS, OUTPUTS = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)


@pytest.fixture(params=PAIRS, ids="-".join)
def layer(request):
    source, target = request.param
    return randomised(AnnealedConv(FieldType(C4, source, 2), FieldType(C4, target, 3), 3).double())


def _actions(layer):
    return layer.outputs.action, layer.inputs.action @ grid_action(C4, 3)


def _matrices(layer, entries):
    return entries.detach().unflatten(-1, (layer.outputs.dimension, -1)).numpy()


def _as_entries(layer, kernel):
    """(channels out, channels in, k, k) -> (multiplicities, output dimension * input dimension * k * k)."""
    split = (layer.outputs.multiplicity, layer.outputs.dimension, layer.inputs.multiplicity, -1)
    return kernel.detach().reshape(split).permute(0, 2, 1, 3).flatten(2)


def test_the_projection_is_the_reynolds_operator_and_idempotent(layer):
    once = layer.projected()
    assert np.abs(_matrices(layer, once) - reynolds(_matrices(layer, layer.free), *_actions(layer))).max() < 1e-15
    layer.free.data.copy_(once)
    assert (layer.projected() - once).abs().max() < 1e-15


def test_at_share_0_it_is_the_strict_layer_to_the_bit(layer):
    strict = C4Conv(layer.inputs, layer.outputs, 3).double()
    strict.load_state_dict({name: tensor for name, tensor in layer.state_dict().items() if name in ("weight", "bias")})
    for found, known in zip(layer.filter(), strict.filter(), strict=True):
        assert (found is None and known is None) or torch.equal(found, known)
    for found, known in zip(layer.deployed().filter(), strict.filter(), strict=True):
        assert (found is None and known is None) or torch.equal(found, known)


def test_at_share_1_the_part_outside_the_strict_space_is_free(layer):
    """Whatever is wished for outside the space is there, and what `free` has inside it makes no difference."""
    strict, _ = layer.filter()
    layer.relax(1.0)
    kernel, _ = layer.filter()
    outside = _as_entries(layer, kernel - strict)
    assert (outside - (layer.free - layer.projected())).abs().max() < 1e-15
    assert outside.abs().max() > 0.1
    projected = reynolds(_matrices(layer, outside), *_actions(layer))
    assert np.abs(projected).max() < 1e-15


def test_at_share_1_every_kernel_can_be_reached():
    """Rank of (weight, free) -> kernel: all 4 * 4 * 9 entries of a pair of regular fields."""
    layer = AnnealedConv(FieldType(C4, "regular", 1), FieldType(C4, "regular", 1), 3).double()
    layer.relax(1.0)
    numbers = [layer.weight, layer.free]

    def kernel(weight, free):
        layer.weight.data, layer.free.data = weight, free
        return layer.filter()[0].detach().flatten()

    columns = []
    for index, number in enumerate(numbers):
        for entry in range(number.numel()):
            start = [torch.zeros_like(other) for other in numbers]
            start[index].view(-1)[entry] = 1.0
            columns.append(kernel(*start))
    assert np.linalg.matrix_rank(torch.stack(columns, dim=1).numpy()) == 4 * 4 * 9


@pytest.mark.parametrize("share", [0.25, 0.7])
def test_between_it_is_the_straight_line(layer, share):
    ends = []
    for end in (0.0, 1.0):
        layer.relax(end)
        ends.append(layer.filter()[0])
    layer.relax(share)
    expected = ends[0] + share * (ends[1] - ends[0])
    assert torch.allclose(layer.filter()[0], expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_fresh_net_is_gcnn_of_the_same_seed_to_the_bit(norm):
    nets = []
    for family in (anneal, gcnn):
        torch.manual_seed(3)
        nets.append(family.build(INPUTS, OUTPUTS, hidden=3, layers=3, norm=norm))
    field = torch.randn(2, INPUTS.channels, 8, 8)
    for share in (0.0, 1.0):  # the free term starts at 0
        nets[0].relax(share)
        assert torch.equal(nets[0](field), nets[1](field))


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_relaxed_net_breaks_the_symmetry_and_a_settled_one_does_not(norm):
    network = randomised(anneal.build(INPUTS, OUTPUTS, hidden=2, layers=3, norm=norm).double())
    field = torch.randn(2, INPUTS.channels, 16, 16, dtype=torch.float64)
    network(field)  # moves the batch statistics
    network.eval().relax(1.0)
    deployed = network.deployed()
    assert relative_errors(network, field, INPUTS, OUTPUTS)[""] > 1e-2
    assert relative_errors(deployed, field, INPUTS, OUTPUTS)[""] <= 1e-12
    network.relax(0.0)
    assert relative_errors(network, field, INPUTS, OUTPUTS)[""] <= 1e-12
    assert torch.equal(deployed(field), network(field))
    assert not deployed.training
