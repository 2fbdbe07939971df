"""Known answers of kernels under every group, in two and three dimensions: exact spaces, published formulas, starts."""

import itertools

import numpy as np
import pytest
import torch
from toy import randomised

from equidyn.grids.conv import Conv
from equidyn.grids.families import (
    plain_conv,
    relaxed_conv,
    relaxed_separable,
    strict_conv,
    strict_separable,
)
from equidyn.grids.free import FreePart
from equidyn.grids.kernels import FreeKernel, Kernel, OrbitKernel, by_pairs, source_action
from equidyn.grids.relaxed import RelaxedKernel
from equidyn.symmetry.fields import FieldType, moved_grid
from equidyn.symmetry.groups import C2, C4, CUBE, D4
from equidyn.symmetry.orbits import reynolds

GROUPS = {"C2": C2, "C4": C4, "D4": D4, "cube": CUBE}
PAIRS = [
    ("vector", "regular"),
    ("regular", "vector"),
    ("scalar", "regular"),
    ("vector", "scalar"),
    ("scalar", "scalar"),
]
CASES = [
    pytest.param(group, pair, id=f"{name}-{pair[0]}-{pair[1]}")
    for name, group in GROUPS.items()
    for pair in [*PAIRS, ("scalar", "scalar"), ("regular", "regular"), ("vector", "vector")]
    if (name, pair) != ("cube", ("regular", "regular"))  # 24 * 24 * 27 entries: below, of one field
]
every_case = pytest.mark.parametrize(("group", "pair"), CASES)
KNOWN = {  # weights per pair of fields: (output components) x (input components) x 3^d, in orbits
    ("C4", "regular", "regular"): 36,
    ("C4", "vector", "regular"): 18,
    ("C4", "vector", "vector"): 10,
    ("D4", "regular", "regular"): 72,
    ("D4", "scalar", "scalar"): 3,
    ("D4", "vector", "scalar"): 2,  # what points outwards: on sides and corners; what circulates is reflected away
    ("C4", "vector", "scalar"): 4,
    ("cube", "regular", "regular"): 24 * 27,
    ("cube", "vector", "regular"): 81,
    ("cube", "regular", "vector"): 81,
    ("cube", "scalar", "regular"): 27,
    ("cube", "vector", "scalar"): 3,  # what points outwards: on faces, edges and corners
    ("cube", "scalar", "scalar"): 4,
}


def _ends(group, pair, sizes=(2, 3)) -> tuple[FieldType, FieldType]:
    return FieldType(group, pair[0], sizes[0]), FieldType(group, pair[1], sizes[1])


def _random(module: torch.nn.Module) -> torch.nn.Module:
    return randomised(module.double())


def _averaged(kernel: torch.Tensor, inputs: FieldType, outputs: FieldType) -> torch.Tensor:
    """Mean over the group of output(g) K(g^-1 p) input(g)^-1, by matrices and moved grids."""
    total = torch.zeros_like(kernel)
    for element in range(inputs.order):
        left, right = (
            torch.block_diag(*[torch.from_numpy(kind.action.matrices()[element])] * kind.multiplicity)
            for kind in (outputs, inputs)
        )
        total += torch.einsum("ab,bc...,dc->ad...", left, moved_grid(kernel, inputs.group, element), right)
    return total / inputs.order


@every_case
def test_strict_kernels_are_their_own_average_over_the_group(group, pair):
    inputs, outputs = _ends(group, pair)
    kernel = _random(OrbitKernel(inputs, outputs, 3))().detach()
    assert (kernel - _averaged(kernel, inputs, outputs)).abs().max() <= 1e-14
    assert (strict_conv(inputs, outputs).bias is None) == (outputs.kind == "vector")


@every_case
def test_they_span_all_such_kernels(group, pair):
    """The rank of the average is its trace: the mean over the group of the traces of what it averages."""
    inputs, outputs = _ends(group, pair, (1, 1))
    places = np.array(list(itertools.product((-1, 0, 1), repeat=group.dimension)))
    still = [(places @ matrix == places).all(1).sum() for matrix in group.matrices]
    traces = [np.trace(kind.action.matrices(), axis1=1, axis2=2) for kind in (outputs, inputs)]
    kernel = OrbitKernel(inputs, outputs, 3)
    count = kernel.weight.numel()
    assert count == round(np.mean(traces[0] * traces[1] * still))
    expanded = [_with(kernel, one).flatten() for one in torch.eye(count)]
    assert torch.linalg.matrix_rank(torch.stack(expanded)) == count


def _with(kernel: Kernel, weight: torch.Tensor) -> torch.Tensor:
    kernel.weight.data.copy_(weight.view_as(kernel.weight))
    return kernel().detach()


@pytest.mark.parametrize("name", KNOWN, ids="-".join)
def test_known_numbers_of_weights(name):
    group, *pair = name
    assert OrbitKernel(*_ends(GROUPS[group], pair, (1, 1)), 3).weight.numel() == KNOWN[name]


@pytest.mark.parametrize("banks", [1, 3])
@every_case
def test_relaxed_kernels_are_strict_while_tied_and_only_then(group, pair, banks):
    inputs, outputs = _ends(group, pair)
    kernel = RelaxedKernel(inputs, outputs, 3, banks).double()
    tied = kernel().detach()
    assert (tied - _averaged(tied, inputs, outputs)).abs().max() <= 1e-14
    assert kernel.penalty() == 0
    kernel.relaxed.data[0, 1] += 1.0
    untied = kernel().detach()
    assert (untied - _averaged(untied, inputs, outputs)).abs().max() > 1e-2
    assert kernel.penalty().item() == pytest.approx(group.order - 1)  # one differs by 1 from all others


def test_relaxed_kernels_are_the_published_formula():
    """[W22]: the row of element g is sum_l a_l(g) times bank l, turned by g in space and shifted by g in the group."""
    regular = FieldType(C4, "regular", 1)
    relaxed = randomised(RelaxedKernel(regular, regular, 3, banks=2))
    kernel, banks = relaxed(), relaxed.weight.detach().view(2, 4, 3, 3)
    for g in range(4):
        turned = [torch.rot90(bank, -g, dims=(-2, -1)).roll(g, dims=0) for bank in banks]
        expected = sum(relaxed.relaxed[bank, g] * turned[bank] for bank in range(2))
        assert torch.allclose(kernel[g], expected, atol=1e-6)


@pytest.mark.parametrize("group", [D4, CUBE], ids=["D4", "cube"])
def test_each_factor_is_relaxed_by_itself_and_alone(group):
    """A weight that is multiplied multiplies the rows of its group element in its factor, and nothing else."""
    vector, fields = FieldType(group, "vector", 2), FieldType(group, "regular", 3)
    lift = relaxed_conv(vector, fields, banks=1).double()
    inner = relaxed_separable(fields, fields, banks=1, relax_spatial=True).double()
    for kernel in (lift.kernel, inner.pointwise, inner.depthwise):
        before = kernel().detach().clone().unflatten(0, (fields.multiplicity, group.order))
        kernel.relaxed.data[0, 5] *= 3.0
        before[:, 5] *= 3.0
        after = kernel().detach().unflatten(0, (fields.multiplicity, group.order))
        torch.testing.assert_close(after, before, rtol=1e-14, atol=0)


@pytest.mark.parametrize("group", [C4, CUBE], ids=["C4", "cube"])
def test_kernels_start_with_the_size_of_a_plain_one(group):
    """Uniform in +-1/sqrt(fan in) has variance 1 / (3 fan in), whatever the family, and whatever number of banks."""
    torch.manual_seed(0)
    regular = FieldType(group, "regular", 64 // group.order)
    fan = regular.channels * 3**group.dimension
    layers = [plain_conv(regular, regular), strict_conv(regular, regular)]
    layers += [relaxed_conv(regular, regular, banks=banks) for banks in (1, 4)]
    for layer in layers:
        assert layer.filter()[0].var().item() == pytest.approx(1 / (3 * fan), rel=0.05)
    separable = strict_separable(regular, regular)
    whole = separable.pointwise().squeeze()[..., None] * separable.depthwise().flatten(1)[:, None]
    assert whole.var().item() == pytest.approx(1 / (3 * fan), rel=0.25)  # few weights


def _projected(entries: torch.Tensor, inputs: FieldType, outputs: FieldType) -> torch.Tensor:
    """By the Reynolds operator, field by field."""
    pairs = entries.detach().unflatten(-1, (outputs.dimension, -1)).numpy()
    return torch.from_numpy(reynolds(pairs, outputs.action, source_action(inputs, 3))).flatten(-2)


@every_case
def test_the_free_part_is_what_the_reynolds_operator_takes_away(group, pair):
    inputs, outputs = _ends(group, pair)
    part = _random(FreePart(OrbitKernel(inputs, outputs, 3)))
    known = _projected(part.weight, inputs, outputs)
    torch.testing.assert_close(part.reynolds(part.weight), known, rtol=0, atol=1e-14)
    assert part().abs().max() == 0
    part.share.fill_(0.5)
    kernel = by_pairs(part().detach(), inputs, outputs).flatten(2)
    torch.testing.assert_close(kernel, 0.5 * (part.weight.detach() - known), rtol=0, atol=1e-14)
    assert kernel.abs().max() > 0.05
    part.weight.data.copy_(known)
    torch.testing.assert_close(part.reynolds(part.weight), known, rtol=0, atol=1e-14)


@pytest.mark.parametrize("group", [C4, D4], ids=["C4", "D4"])
def test_annealed_kernels_go_on_a_straight_line_from_the_strict_one_to_any(group):
    """At share 1 the rank of (weight, free) -> kernel is all entries of a pair of regular fields."""
    regular = FieldType(group, "regular", 1)
    strict = strict_conv(regular, regular)
    layer = _random(strict.with_factors(lambda kernel: (kernel, FreePart(kernel))))
    kernels = [_at_share(layer, share) for share in (0.0, 0.25, 1.0)]
    torch.testing.assert_close(kernels[1], 0.75 * kernels[0] + 0.25 * kernels[2], rtol=0, atol=1e-15)
    assert torch.equal(kernels[0], layer.deployed().filter()[0])
    numbers, columns = [layer.kernel.weight, layer.free.weight], []
    for number, entry in ((n, e) for n in numbers for e in range(n.numel())):
        for other in numbers:
            other.data.zero_()
        number.data.view(-1)[entry] = 1.0
        columns.append(_at_share(layer, 1.0).flatten())
    assert torch.linalg.matrix_rank(torch.stack(columns)) == group.order**2 * 9


def _at_share(layer: Conv, share: float) -> torch.Tensor:
    layer.relax(share)
    return layer.filter()[0].detach()


@every_case
def test_the_strict_part_of_a_plain_kernel_is_its_average(group, pair):
    inputs, outputs = _ends(group, pair)
    layer = _random(plain_conv(inputs, outputs))
    ((whole, strict),) = layer.strict_parts()
    weight = layer.kernel.weight.detach()
    assert torch.equal(whole, by_pairs(weight, inputs, outputs))
    assert (strict - by_pairs(_averaged(weight, inputs, outputs), inputs, outputs)).abs().max() <= 1e-14


@pytest.mark.parametrize("group", [D4, CUBE], ids=["D4", "cube"])
def test_the_strict_parts_of_a_separable_layer_are_averages(group):
    fields = FieldType(group, "regular", 2)
    layer = _random(strict_separable(fields, fields))
    assert max((whole - part).abs().max() for whole, part in layer.strict_parts()) <= 1e-14
    layer.pointwise = _random(FreeKernel(fields, fields, 1))
    layer.depthwise = _random(FreeKernel(fields.of("scalar", 1), fields, 3))
    for kernel, (whole, strict) in zip((layer.pointwise, layer.depthwise), layer.strict_parts(), strict=True):
        averaged = by_pairs(_averaged(kernel().detach(), kernel.inputs, kernel.outputs), kernel.inputs, kernel.outputs)
        assert (strict - averaged).abs().max() <= 1e-14
        assert (strict - whole).norm() > 0.1
