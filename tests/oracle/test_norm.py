"""Norms of fields, with residual and ReLU or without: those of torch one after the other, with their gradients."""

import pytest
import torch
from torch import nn

from equidyn.grids import norm as norms
from equidyn.grids.norm import FieldBatchNorm, NormReLU
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4, CUBE

FIELDS = [FieldType(C4, "regular", 3), FieldType(CUBE, "regular", 2), FieldType(CUBE, "scalar", 5)]
SHAPES = {2: (9, 8), 3: (3, 4, 5)}
every_field = pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.group.name}-{field.kind}")


def _twins(ours: FieldBatchNorm) -> tuple[FieldBatchNorm, nn.BatchNorm3d]:
    """Ours with random weights, and torch's batch norm with the same."""
    torchs = nn.BatchNorm3d(ours.field.multiplicity).double()
    with torch.no_grad():
        ours.norm.weight.uniform_(0.5, 2)
        ours.norm.bias.uniform_(-1, 1)
    torchs.load_state_dict(ours.norm.state_dict())
    return ours.double(), torchs


def _values(field: FieldType) -> torch.Tensor:
    return 3 * torch.randn(2, field.channels, *SHAPES[field.group.dimension], dtype=torch.float64) + 1


def _torchs(norm: nn.Module, field: FieldType, values: torch.Tensor) -> torch.Tensor:
    by_field = values.reshape(len(values), field.multiplicity, field.dimension, 1, -1)
    return norm(by_field).view_as(values)


def _gradients(answer: torch.Tensor, wanted: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    weights = torch.linspace(-1, 1, answer.numel(), dtype=answer.dtype).view_as(answer)
    return torch.autograd.grad((answer * weights).sum(), wanted)


def _assert_alike(ours, torchs, answer, expected, given) -> None:
    torch.testing.assert_close(answer, expected, rtol=0, atol=1e-12)
    found = _gradients(answer, [*given, ours.norm.weight, ours.norm.bias])
    known = _gradients(expected, [*given, torchs.weight, torchs.bias])
    for mine, other in zip(found, known, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-11)
    for name, remembered in torchs.state_dict().items():
        torch.testing.assert_close(ours.norm.state_dict()[name], remembered, rtol=1e-13, atol=1e-13)


@every_field
def test_the_norm_is_torchs(field):
    """Values, gradients and what is remembered, in train mode and then in eval mode."""
    ours, torchs = _twins(FieldBatchNorm(field))
    for training in (True, True, False):
        values = _values(field).requires_grad_()
        expected = _torchs(torchs.train(training), field, values)
        _assert_alike(ours, torchs, ours.train(training)(values), expected, [values])


@pytest.mark.parametrize("block", [1, 100, 1 << 17])
@pytest.mark.parametrize("with_skip", [True, False])
@every_field
def test_in_one_go_it_is_torchs(field, with_skip, block, monkeypatch):
    """With ReLU, whatever the size of a block."""
    monkeypatch.setattr(norms, "BLOCK", block)
    ours, torchs = _twins(NormReLU(field, "batch"))
    for training in (True, True, False):
        values = _values(field).requires_grad_()
        skip = torch.randn_like(values).requires_grad_() if with_skip else None
        normed = _torchs(torchs.train(training), field, values)
        expected = torch.relu(normed if skip is None else normed + skip)
        given = [values] + ([skip] if with_skip else [])
        _assert_alike(ours, torchs, ours.train(training)(values, skip), expected, given)


@pytest.mark.parametrize("layer", [FieldBatchNorm, lambda field: NormReLU(field, "batch")], ids=["norm", "one go"])
@pytest.mark.parametrize("mean", [1e4, -1e4, 0.0])
@every_field
def test_a_large_mean_leaves_the_deviation(field, layer, mean):
    """Unit noise about 10^4, in float32: what is remembered, the answers and the gradients are those of float64."""
    norm, torchs = layer(field), nn.BatchNorm3d(field.multiplicity).double()
    noise = torch.randn(64, field.channels, *SHAPES[field.group.dimension], generator=torch.Generator().manual_seed(0))
    values = (noise + mean).requires_grad_()
    answer, wide = norm(values), values.detach().double().requires_grad_()
    expected = _torchs(torchs, field, wide)
    if layer is not FieldBatchNorm:
        expected = expected.relu()
    torch.testing.assert_close(answer.double(), expected, rtol=0, atol=2e-3)  # values are known to 1e-3
    assert norm.norm.running_mean.double().sub(torchs.running_mean).abs().max() <= 1e-7 * (1 + abs(mean))
    torch.testing.assert_close(norm.norm.running_var.double(), torchs.running_var, rtol=1e-5, atol=0)
    found = _gradients(answer, [norm.norm.weight, norm.norm.bias, values])
    known = _gradients(expected, [torchs.weight, torchs.bias, wide])
    for mine, other in zip(found, known, strict=True):
        assert (mine.double() - other).norm() <= 0.05 * other.norm()  # beside the kink of ReLU they jump


@every_field
def test_without_a_norm_it_is_a_bias_per_field(field):
    layer = NormReLU(field, "none").double()
    assert (layer.bias == 0).all()
    with torch.no_grad():
        layer.bias.uniform_(-1, 1)
    values, skip = _values(field), _values(field)
    bias = layer.bias.repeat_interleave(field.dimension).view(-1, *[1] * field.group.dimension)
    assert torch.equal(layer(values, skip), torch.relu(values + bias + skip))


@pytest.mark.parametrize("norm", ["batch", "none"])
@every_field
def test_what_is_not_differentiated_is_computed_alike(field, norm):
    layer = NormReLU(field, norm).eval()
    values, skip = _values(field).float(), _values(field).float()
    with torch.no_grad():
        blockwise = layer(values, skip)
    torch.testing.assert_close(blockwise, layer(values, skip), rtol=0, atol=1e-6)


@pytest.mark.parametrize("layer", [FieldBatchNorm, lambda field: NormReLU(field, "batch")], ids=["norm", "one go"])
@every_field
def test_under_autocast_they_keep_the_precision_of_their_input(layer, field):
    norm, values = layer(field), _values(field).float()
    expected = norm(values)
    with torch.autocast("cpu", torch.bfloat16):
        answer = norm(values.bfloat16())
    assert answer.dtype == torch.bfloat16 and norm.norm.running_mean.dtype == torch.float32
    assert (answer - expected).norm() <= 2 * 2**-8 * expected.norm()  # values and answer, each rounded once


@pytest.mark.parametrize("layer", [FieldBatchNorm, lambda field: NormReLU(field, "none")], ids=["norm", "one go"])
def test_vectors_are_refused(layer):
    with pytest.raises(ValueError, match="vector"):
        layer(FieldType(C4, "vector", 2))
