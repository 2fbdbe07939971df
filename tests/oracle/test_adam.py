"""Our Adam is torch's, bit by bit, also after a pause."""

import pytest
import torch
from toy import toy_params

from equidyn.core.training.adam import Adam


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_same_numbers_as_torch(workplace, weight_decay):
    training = toy_params(weight_decay=weight_decay).studies["toy"].training
    start = [torch.randn(3, 4), torch.randn(7)]
    ours, theirs = ([torch.nn.Parameter(tensor.clone()) for tensor in start] for _ in range(2))
    reference = torch.optim.Adam(theirs, lr=0.1, betas=training.betas, weight_decay=weight_decay, fused=True)
    optimiser = Adam(ours, training)
    for step in range(6):
        rate = 0.1 / (step + 1)
        reference.param_groups[0]["lr"] = rate
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn(one.shape, generator=torch.Generator().manual_seed(step))
            other.grad = one.grad.clone()
        if step == 3:  # a resumed run has a new optimiser
            saved, optimiser = optimiser.state_dict(), Adam(ours, training)
            optimiser.load_state_dict(saved)
        optimiser.step(rate)
        reference.step()
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))
    optimiser.zero_grad()
    assert all(parameter.grad is None for parameter in ours)
