"""How far kernels are from strict ones, and how far relaxed weights have spread."""

import numpy as np
import pytest
import torch
from toy import randomised, toy_dataset, toy_params

from equidyn.domains.smoke.models import cnn, e2cnn, gcnn, rgroup, rsteer
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.grids import distance, relaxation
from equidyn.grids.layers import shares
from equidyn.grids.stack import ConvStack
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import intertwiners

FRAMES, VECTOR = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)


def _subject(network: ConvStack) -> RolloutContext:
    return RolloutContext(network.eval(), Rollout(toy_params().studies["toy"].task, toy_dataset(), torch.device("cpu")))


def _build(family, **options) -> ConvStack:
    return randomised(family.build(FRAMES, VECTOR, hidden=3, layers=3, **options))


@pytest.mark.parametrize("family", [gcnn, e2cnn])
def test_strict_kernels_are_at_no_distance(workplace, family):
    found = distance.measure(_subject(_build(family)))
    assert len(found["by_layer"]) == 3
    assert max(found["total"], *found["by_layer"]) < 1e-6


def test_a_kernel_orthogonal_to_the_strict_ones_is_at_distance_one(workplace):
    network = _build(cnn)
    for layer in network.layers:
        # the difference of two opposite pixels has the mean 0 over the turns, whatever scalar fields it joins; for
        # vectors, on which a half turn is -1, the sum of them has
        sign = 1.0 if "vector" in (layer.inputs.kind, layer.outputs.kind) else -1.0
        torch.nn.init.zeros_(layer.kernel.weight)
        with torch.no_grad():
            layer.kernel.weight[..., 0, 1], layer.kernel.weight[..., 2, 1] = 1.0, sign
    found = distance.measure(_subject(network))
    assert [found["total"], *found["by_layer"]] == pytest.approx([1, 1, 1, 1], abs=1e-12)


def test_distance_is_to_the_span_of_the_strict_basis(workplace):
    """Against the projection by an orthonormal basis, field by field, for all kinds of layers of a relaxed net."""
    network = _build(rgroup)
    found = distance.measure(_subject(network))
    broken = whole = 0.0
    for layer, share in zip(network.layers, found["by_layer"], strict=True):
        kernel = layer.filter()[0].detach().double().numpy()
        outer, inner, side = layer.outputs.dimension, layer.inputs.dimension, kernel.shape[-1]
        basis = intertwiners(layer.outputs.action, layer.inputs.action @ grid_action(C4, side)).basis()
        blocks = [
            kernel[o : o + outer, i : i + inner].ravel()
            for o in range(0, kernel.shape[0], outer)
            for i in range(0, kernel.shape[1], inner)
        ]
        gaps = [block - block @ basis.T @ basis for block in blocks]
        squares, size = np.square(gaps).sum(), np.square(blocks).sum()
        assert share == pytest.approx((squares / size) ** 0.5, rel=1e-10)
        broken, whole = broken + squares, whole + size
    assert 0.1 < found["total"] == pytest.approx((broken / whole) ** 0.5, rel=1e-10)


@pytest.mark.parametrize("family", [rgroup, rsteer])
def test_tied_weights_have_not_spread_and_make_strict_kernels(workplace, family):
    fresh, moved = _subject(family.build(FRAMES, VECTOR, hidden=3, layers=3)), _subject(_build(family))
    for measure in (relaxation.measure, distance.measure):
        assert max(measure(fresh)["by_layer"]) < 1e-6
        assert min(measure(moved)["by_layer"]) > 0.1


@pytest.mark.parametrize("family", [cnn, gcnn, e2cnn])
def test_nets_without_relaxed_weights_have_none_that_spread(workplace, family):
    assert relaxation.measure(_subject(_build(family))) == {"total": 0.0, "by_layer": [0.0, 0.0, 0.0]}


def test_spread_is_the_standard_deviation_over_the_group_by_the_rms(workplace):
    network = _build(rgroup, banks=2)
    with torch.no_grad():
        network.layers[0].kernel.relaxed.copy_(torch.tensor([[1.0, 3.0, 1.0, 3.0], [2.0, 2.0, 2.0, 2.0]]))
        network.layers[1].kernel.relaxed.copy_(torch.tensor([[5.0, -5.0, 5.0, -5.0], [1.0, -1.0, -1.0, 1.0]]))
        network.layers[2].kernel.relaxed.zero_()
    found = relaxation.measure(_subject(network))
    assert found["by_layer"] == pytest.approx([(4 / 36) ** 0.5, 1.0, 0.0])
    assert found["total"] == pytest.approx((108 / 140) ** 0.5)


def test_weights_that_are_not_numbers_are_not_taken_for_strict():
    found = shares([(float("nan"), float("nan")), (0.0, 0.0), (1.0, 4.0)])
    assert np.isnan(found["total"]) and np.isnan(found["by_layer"][0])
    assert found["by_layer"][1:] == [0.0, 0.5]
