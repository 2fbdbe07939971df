"""The relaxed nets on volumes: both start as volume_gcnn; one may leave the symmetry for good, one in training only."""

import pytest
import torch
from equidyn.domains.turbulence.models.volume_blocks import VolumeNet
from toy import randomised
from toy_volumes import awake

from equidyn.core.models.check import relative_errors
from equidyn.core.models.registry import count_parameters
from equidyn.domains.turbulence.models import volume_anneal, volume_gcnn, volume_rgcnn
from equidyn.domains.turbulence.models.volume_anneal import FreePart
from equidyn.domains.turbulence.tasks.upscale.task import upscale_types
from equidyn.symmetry.actions import grid_action, regular_action, vector_action
from equidyn.symmetry.groups import CUBE
from equidyn.symmetry.orbits import reynolds

ENDS = upscale_types(3, 2, periodic=True)
HIDDEN = [3, 2]
RELAXATIONS = [{}, {"banks": 2}, {"relax_spatial": True}, {"banks": 3, "relax_spatial": True}]


def _build(family, seed: int = 3, **options) -> VolumeNet:
    torch.manual_seed(seed)
    return family.build(*ENDS, hidden=HIDDEN, **options)


def _coarse(dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(2, 9, 3, 3, 3, dtype=dtype, generator=torch.Generator().manual_seed(0))


def _moved(network: VolumeNet) -> VolumeNet:
    """Awake, in eval mode, after a batch has moved the statistics."""
    awake(network).train()(_coarse())
    return network.eval()


def _error(network: VolumeNet) -> float:
    return relative_errors(network, _coarse(), network.imposed_inputs, network.imposed_outputs)[""]


@pytest.mark.parametrize("components", ["vector", "scalar"])
@pytest.mark.parametrize("options", RELAXATIONS, ids=str)
def test_the_relaxed_net_starts_exactly_equivariant_and_may_leave_it(options, components):
    network = _build(volume_rgcnn, components=components, residual=False, **options).double()
    for training in (True, False):
        assert _error(network.train(training)) <= 1e-12
    assert not network.strict
    assert _error(_moved(network)) > 1e-2


@pytest.mark.parametrize("options", RELAXATIONS, ids=str)
def test_alike_weights_are_strict_whatever_the_filters(options):
    network = _moved(_build(volume_rgcnn, **options))
    for layer in network.layers[:-1]:
        for weights in layer.relaxed_weights():
            weights.data[:] = weights.data[:, :1]
    assert _error(network) <= 1e-12
    gaps = [(whole - part).norm() / whole.norm() for layer in network.layers for whole, part in layer.strict_parts()]
    assert max(gaps) <= 1e-14


@pytest.mark.parametrize("options", [{}, {"relax_spatial": True}], ids=str)
@pytest.mark.parametrize("components", ["vector", "scalar"])
def test_with_one_bank_it_starts_as_the_strict_net_of_the_same_seed_to_the_bit(components, options):
    strict, relaxed = _build(volume_gcnn, components=components), _build(volume_rgcnn, components=components, **options)
    assert torch.equal(relaxed(_coarse(torch.float32)), strict(_coarse(torch.float32)))


def test_each_factor_is_relaxed_by_itself_and_alone():
    """One weight moved by a rotation's name changes that rotation's rows of that factor, in proportion."""
    lift, inner = _build(volume_rgcnn, relax_spatial=True).double().layers[:2]
    for layer, weights, expanded in (
        (lift, lift.relaxed_weights()[0], lift.kernel),
        (inner, inner.relaxed_weights()[0], inner.mixing),
        (inner, inner.relaxed_weights()[1], inner.taps),
    ):
        before = expanded().detach().clone().unflatten(0, (layer.outputs.multiplicity, CUBE.order))
        weights.data[0, 5] *= 3.0
        after = expanded().detach().unflatten(0, (layer.outputs.multiplicity, CUBE.order))
        before[:, 5] *= 3.0
        torch.testing.assert_close(after, before, rtol=1e-14, atol=0)


def test_which_weights_are_relaxed():
    plain, spatial = _build(volume_rgcnn, banks=2), _build(volume_rgcnn, banks=2, relax_spatial=True)
    assert [len(layer.relaxed_weights()) for layer in plain.layers[:-1]] == [1] * 4  # the lift and the inner ones
    assert not hasattr(plain.layers[-1], "relaxed_weights")
    assert [len(layer.relaxed_weights()) for layer in spatial.layers[:-1]] == [1, 2, 2, 2]
    assert all(weights.shape == (2, CUBE.order) for layer in spatial.layers[:-1] for weights in layer.relaxed_weights())


def test_relaxed_weights_cost_24_parameters_each_and_banks_a_filter_each():
    strict = count_parameters(_build(volume_gcnn))
    assert count_parameters(_build(volume_rgcnn)) == strict + 4 * CUBE.order
    assert count_parameters(_build(volume_rgcnn, relax_spatial=True)) == strict + 7 * CUBE.order
    filters = 3 * 3 * 81 + CUBE.order * (3 * 2 + 2 * 2 + 2 * 2)  # lift; mixing
    assert count_parameters(_build(volume_rgcnn, banks=2)) == strict + 2 * 4 * CUBE.order + filters


def test_banks_do_not_make_the_start_any_larger():
    """Their sum has the variance of one, over many filters."""
    sizes = {}
    for banks in (1, 4):
        torch.manual_seed(0)
        network = volume_rgcnn.build(*ENDS, hidden=[24, 24], banks=banks)
        sizes[banks] = network.layers[1].mixing().norm().item()
    assert sizes[4] == pytest.approx(sizes[1], rel=0.05)


ACTIONS = {
    "lifting": regular_action(CUBE) @ (vector_action(CUBE) @ grid_action(CUBE, 3)),
    "last": vector_action(CUBE) @ (regular_action(CUBE) @ grid_action(CUBE, 3)),
    "mixing": regular_action(CUBE) @ regular_action(CUBE),
    "kernels": regular_action(CUBE) @ grid_action(CUBE, 3),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_the_free_part_is_what_reynolds_takes_away(name):
    action = ACTIONS[name]
    part = randomised(FreePart((2,), action).double())
    matrix = part.free.detach().numpy()[..., None]  # a map from one invariant number
    trivial = type(action)(action.source[:, :1] * 0, action.sign[:, :1] ** 2)
    known = torch.from_numpy(reynolds(matrix, action, trivial))[..., 0]
    torch.testing.assert_close(part.projected(), known, rtol=0, atol=1e-14)
    assert part().abs().max() == 0
    part.share.fill_(0.5)
    torch.testing.assert_close(part(), 0.5 * (part.free - known), rtol=0, atol=1e-14)
    assert (part.free - known).abs().max() > 0.1


@pytest.mark.parametrize("components", ["vector", "scalar"])
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_fresh_annealed_net_is_the_strict_one_of_the_same_seed_to_the_bit(norm, components):
    options = {"norm": norm, "components": components}
    strict, annealed = _build(volume_gcnn, **options), _build(volume_anneal, **options)
    for share in (0.0, 1.0):  # the free parts start at 0
        annealed.relax(share)
        assert torch.equal(annealed(_coarse(torch.float32)), strict(_coarse(torch.float32)))


def test_annealed_it_breaks_the_symmetry_in_every_factor_and_settled_in_none():
    network = _moved(_build(volume_anneal))
    assert network.strict and network.anneals
    network.relax(1.0)
    gaps = [(whole - part).norm() / whole.norm() for layer in network.layers for whole, part in layer.strict_parts()]
    assert len(gaps) == 1 + 2 * 3 + 1 and min(gaps) > 0.1
    assert _error(network) > 1e-2
    deployed = network.deployed()
    assert _error(deployed) <= 1e-12
    network.relax(0.0)
    assert torch.equal(deployed(_coarse()), network(_coarse()))
    assert not deployed.training


def test_settled_it_is_a_volume_gcnn_with_the_weights_it_has():
    network, strict = _build(volume_anneal), _build(volume_gcnn, seed=8)
    deployed = randomised(network).deployed()
    assert [type(layer) for layer in deployed.layers] == [type(layer) for layer in strict.layers]
    assert count_parameters(deployed) == count_parameters(strict) < count_parameters(network) / 4
    strict.load_state_dict(deployed.state_dict())
    assert torch.equal(strict(_coarse(torch.float32)), deployed(_coarse(torch.float32)))


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_the_free_parts_learn_while_they_are_let_through(share):
    network = _build(volume_anneal)
    network.relax(share)
    network(_coarse(torch.float32)).square().mean().backward()
    frees = [parameter for name, parameter in network.named_parameters() if name.endswith("free")]
    assert len(frees) == 1 + 2 * 3 + 1
    assert all(bool(free.grad.abs().sum() > 0) == (share > 0) for free in frees)
