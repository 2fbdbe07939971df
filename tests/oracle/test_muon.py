"""Our Muon: what its iterations do to singular values, torch's own updates, and the same numbers after a pause."""

import pytest
import torch
from toy import toy_params

from equidyn.core.training.muon import COEFFICIENTS, ITERATIONS, Muon, orthogonalised


@pytest.mark.parametrize("shape", [(5, 9), (9, 5), (4, 4), (1, 7)])
def test_singular_values_go_through_the_polynomial_and_their_vectors_stay(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    values = values / matrix.norm()
    for _ in range(ITERATIONS):
        values = sum(factor * values**power for factor, power in zip(COEFFICIENTS, (1, 3, 5), strict=True))
    assert torch.allclose(orthogonalised(matrix), left @ values.diag() @ right, rtol=0, atol=1e-12)
    assert values.min() > 0.6 and values.max() < 1.3
    assert not orthogonalised(torch.zeros(shape)).any()


def _pairs(training) -> tuple[list[torch.nn.Parameter], list[torch.nn.Parameter], Muon]:
    draws = torch.Generator().manual_seed(1)
    start = [torch.randn(shape, generator=draws) for shape in ((6, 4), (3, 8), (5,))]
    ours, theirs = ([torch.nn.Parameter(tensor.clone()) for tensor in start] for _ in range(2))
    return ours, theirs, Muon(ours, training)


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_same_steps_as_torch(workplace, monkeypatch, weight_decay):
    """Whose iterations are in bfloat16, here left in float32."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self)
    training = toy_params(weight_decay=weight_decay).studies["toy"].training
    ours, theirs, optimiser = _pairs(training)
    start = [weight.detach().clone() for weight in ours]
    matrices = torch.optim.Muon(theirs[:2], lr=0.1, weight_decay=weight_decay)
    rest = torch.optim.Adam(theirs[2:], lr=0.1, betas=training.betas, weight_decay=weight_decay, fused=True)
    for step in range(6):
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn(one.shape, generator=torch.Generator().manual_seed(step))
            other.grad = one.grad.clone()
        if step == 3:  # a resumed run has a new optimiser
            saved, optimiser = optimiser.state_dict(), Muon(ours, training)
            optimiser.load_state_dict(saved)
        optimiser.step(0.1)
        matrices.step()
        rest.step()
    for one, other, begun in zip(ours[:2], theirs[:2], start, strict=False):
        assert (one - other).norm() < 1e-5 * (other - begun).norm()
    assert torch.equal(ours[2], theirs[2])
    optimiser.zero_grad()
    assert all(parameter.grad is None for parameter in ours)


def test_kernels_are_matrices_of_outputs_by_the_rest(workplace):
    training = toy_params().studies["toy"].training
    flat, kernel = (torch.nn.Parameter(torch.zeros(shape)) for shape in ((6, 36), (6, 4, 3, 3)))
    for weight in (flat, kernel):
        weight.grad = torch.randn(6, 36, generator=torch.Generator().manual_seed(0)).view_as(weight)
        Muon([weight], training).step(0.1)
    assert torch.equal(kernel.flatten(1), flat) and flat.any()
