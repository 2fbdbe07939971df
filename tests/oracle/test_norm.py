"""Batch norm of fields: torch's own, over batch, components and pixels of each field."""

import pytest
import torch
from equidyn.domains.smoke.models.norm import FieldBatchNorm
from torch import nn

from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4


@pytest.mark.parametrize("field", [FieldType(C4, "regular", 3), FieldType(C4, "scalar", 5)])
def test_it_is_torchs_batch_norm_of_each_field(field):
    """In train mode, in eval mode, and in what it remembers; float64."""
    ours = FieldBatchNorm(field).double()
    with torch.no_grad():
        ours.norm.weight.uniform_(0.5, 2)
        ours.norm.bias.uniform_(-1, 1)
    torchs = nn.BatchNorm3d(field.multiplicity).double()
    torchs.load_state_dict(ours.norm.state_dict())
    for training in (True, True, False):
        values = 3 * torch.randn(4, field.channels, 9, 9, dtype=torch.float64) + 1
        expected = torchs.train(training)(values.unflatten(1, (field.multiplicity, field.dimension))).flatten(1, 2)
        torch.testing.assert_close(ours.train(training)(values), expected, rtol=0, atol=1e-13)
    assert ours.norm.num_batches_tracked == torchs.num_batches_tracked
    torch.testing.assert_close(ours.norm.running_var, torchs.running_var, rtol=1e-13, atol=0)


def test_under_autocast_it_keeps_the_precision_of_its_input():
    norm = FieldBatchNorm(FieldType(C4, "regular", 2))
    with torch.autocast("cpu", torch.bfloat16):
        answer = norm(torch.randn(2, 8, 6, 6).bfloat16())
    assert answer.dtype == torch.bfloat16
    assert norm.norm.running_mean.dtype == torch.float32
