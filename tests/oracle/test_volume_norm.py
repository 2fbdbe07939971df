"""Norm, residual and ReLU on volumes: those of torch one after the other, with their gradients."""

import pytest
import torch
from equidyn.domains.turbulence.models.volume_norm import NormReLU
from torch import nn

from equidyn.domains.turbulence.models import volume_norm
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE

FIELDS = [BoxType(CUBE, "regular", 2), BoxType(CUBE, "scalar", 5)]


def _twins(field: BoxType) -> tuple[NormReLU, nn.BatchNorm3d]:
    """Ours with random weights, and torch's batch norm with the same."""
    ours, torchs = NormReLU(field, "batch").double(), nn.BatchNorm3d(field.multiplicity).double()
    with torch.no_grad():
        ours.norm.weight.uniform_(0.5, 2)
        ours.norm.bias.uniform_(-1, 1)
    torchs.load_state_dict(ours.norm.state_dict())
    return ours, torchs


def _torchs(norm: nn.Module, field: BoxType, values: torch.Tensor, skip: torch.Tensor | None) -> torch.Tensor:
    normed = norm(values.unflatten(1, (field.multiplicity, field.dimension)).flatten(2, 3)).view_as(values)
    return torch.relu(normed if skip is None else normed + skip)


def _gradients(answer: torch.Tensor, wanted: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    weights = torch.linspace(-1, 1, answer.numel(), dtype=answer.dtype).view_as(answer)
    return torch.autograd.grad((answer * weights).sum(), wanted)


@pytest.mark.parametrize("block", [1, 100, 1 << 17])
@pytest.mark.parametrize("with_skip", [True, False])
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
def test_it_is_torchs(field, with_skip, block, monkeypatch):
    """Values, gradients and what is remembered, in train mode and then in eval mode; whatever the size of a block."""
    monkeypatch.setattr(volume_norm, "BLOCK", block)
    ours, torchs = _twins(field)
    for training in (True, True, False):
        values = (3 * torch.randn(2, field.channels, 3, 4, 5, dtype=torch.float64) + 1).requires_grad_()
        skip = torch.randn_like(values).requires_grad_() if with_skip else None
        given = [values] + ([skip] if with_skip else [])
        answer, expected = (
            ours.train(training)(values, skip),
            _torchs(torchs.train(training), field, values, skip),
        )
        torch.testing.assert_close(answer, expected, rtol=0, atol=1e-12)
        found = _gradients(answer, [*given, ours.norm.weight, ours.norm.bias])
        known = _gradients(expected, [*given, torchs.weight, torchs.bias])
        for mine, other in zip(found, known, strict=True):
            torch.testing.assert_close(mine, other, rtol=0, atol=1e-11)
    for name, remembered in torchs.state_dict().items():
        torch.testing.assert_close(ours.norm.state_dict()[name], remembered, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
def test_without_a_norm_it_is_a_bias_per_field(field):
    layer = NormReLU(field, "none").double()
    assert (layer.bias == 0).all()
    with torch.no_grad():
        layer.bias.uniform_(-1, 1)
    values, skip = torch.randn(2, 2, field.channels, 3, 3, 3, dtype=torch.float64)
    bias = layer.bias.repeat_interleave(field.dimension)[:, None, None, None]
    assert torch.equal(layer(values, skip), torch.relu(values + bias + skip))


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_what_is_not_differentiated_is_computed_alike(norm):
    layer = NormReLU(FIELDS[0], norm).eval()
    values, skip = torch.randn(2, 2, FIELDS[0].channels, 4, 4, 4)
    with torch.no_grad():
        blockwise = layer(values, skip)
    torch.testing.assert_close(blockwise, layer(values, skip), rtol=0, atol=1e-6)


def test_under_autocast_it_keeps_the_precision_of_its_input():
    field = FIELDS[0]
    layer, values = NormReLU(field, "batch"), torch.randn(1, field.channels, 4, 4, 4)
    expected = torch.relu(layer(values))
    with torch.autocast("cpu", torch.bfloat16):
        answer = layer(values.bfloat16())
    assert answer.dtype == torch.bfloat16 and layer.norm.running_mean.dtype == torch.float32
    assert (answer - expected).norm() <= 2 * 2**-8 * expected.norm()  # values and answer, each rounded once


def test_vectors_are_refused():
    with pytest.raises(ValueError, match="vector"):
        NormReLU(BoxType(CUBE, "vector", 2), "none")
