"""Known answers of the filters: exact spaces, the published formula, tied starts."""

import numpy as np
import pytest
import torch

from equidyn.domains.smoke.models.gcnn import C4Conv
from equidyn.domains.smoke.models.rgroup import RelaxedC4Conv
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import intertwiners, reynolds

PAIRS = [("vector", "regular"), ("regular", "regular"), ("regular", "vector"), ("scalar", "vector")]


def _as_matrices(kernel, inputs, outputs):
    """(channels out, channels in, k, k) -> (multiplicities, output dimension, input dimension * k * k)."""
    split = (outputs.multiplicity, outputs.dimension, inputs.multiplicity, inputs.dimension, 9)
    return kernel.detach().double().reshape(split).permute(0, 2, 1, 3, 4).flatten(-2).numpy()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_c4_filter_lies_in_the_equivariant_space_and_fills_it(source, target):
    inputs, outputs = FieldType(C4, source, 2), FieldType(C4, target, 3)
    layer = C4Conv(inputs, outputs, 3)
    matrices = _as_matrices(layer.filter()[0], inputs, outputs)
    assert np.array_equal(matrices, reynolds(matrices, outputs.action, inputs.action @ grid_action(C4, 3)))
    count = intertwiners(outputs.action, inputs.action @ grid_action(C4, 3)).count
    assert layer.weight.shape == (3, 2, count)
    single = C4Conv(FieldType(C4, source, 1), FieldType(C4, target, 1), 3)
    images = []
    for weight in torch.eye(count):
        single.weight.data.copy_(weight.view(1, 1, -1))
        images.append(single.filter()[0].detach().flatten().numpy())
    assert np.linalg.matrix_rank(np.stack(images)) == count


@pytest.mark.parametrize("banks", [1, 3])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_relaxed_filter_is_equivariant_while_tied_and_only_then(source, target, banks):
    inputs, outputs = FieldType(C4, source, 2), FieldType(C4, target, 3)
    layer = RelaxedC4Conv(inputs, outputs, 3, banks)
    into = inputs.action @ grid_action(C4, 3)
    tied = _as_matrices(layer.filter()[0], inputs, outputs)
    assert np.abs(tied - reynolds(tied, outputs.action, into)).max() < 1e-7
    assert layer.penalty() == 0
    layer.relaxed.data[0, 1] += 1.0
    untied = _as_matrices(layer.filter()[0], inputs, outputs)
    assert np.abs(untied - reynolds(untied, outputs.action, into)).max() > 1e-2
    assert layer.penalty().item() == pytest.approx(3.0)  # one of four weights differs by 1 from the other three


def test_relaxed_filter_is_the_published_formula():
    """[W22]: the row of element g is sum_l a_l(g) times bank l, turned by g in space and shifted by g in the group."""
    regular = FieldType(C4, "regular", 1)
    layer = RelaxedC4Conv(regular, regular, 3, banks=2)
    layer.relaxed.data = torch.randn(2, 4)
    kernel = layer.filter()[0]
    banks = layer.weight.detach().view(2, 4, 3, 3)
    for g in range(4):
        turned = [torch.rot90(bank, -g, dims=(-2, -1)).roll(g, dims=0) for bank in banks]
        expected = sum(layer.relaxed[bank, g] * turned[bank] for bank in range(2))
        assert torch.allclose(kernel[g], expected, atol=1e-6)


def test_kernels_start_with_the_size_of_a_plain_convolution():
    """Uniform in +-1/sqrt(fan in) has variance 1 / (3 fan in), whatever the family."""
    torch.manual_seed(0)
    regular = FieldType(C4, "regular", 16)
    for layer in (C4Conv(regular, regular, 3), RelaxedC4Conv(regular, regular, 3, banks=2)):
        assert layer.filter()[0].var().item() == pytest.approx(1 / (3 * 64 * 9), rel=0.05)
