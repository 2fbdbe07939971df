"""Memory that is used again is never memory that is still used; steps of training are the same with it and without."""

import pytest
import torch

from equidyn.domains.turbulence.models import lending, volume_rgcnn
from equidyn.domains.turbulence.models.depthwise import depthwise
from equidyn.domains.turbulence.models.interpolation import upsampled
from equidyn.domains.turbulence.models.lending import forget, lent
from equidyn.domains.turbulence.models.mixing import mixed
from equidyn.domains.turbulence.tasks.upscale.task import upscale_types

LIKE = torch.zeros(1)


@pytest.fixture(autouse=True)
def everything(monkeypatch):
    """Small tensors are lent memory, too; none is kept from test to test."""
    monkeypatch.setattr(lending, "LARGE", 0)
    forget()
    yield
    forget()


def _place(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def test_memory_is_lent_again_when_nobody_holds_it():
    first, second = lent((4, 5), LIKE), lent((4, 5), LIKE)
    assert _place(first) != _place(second)
    place = _place(first)
    del first
    assert _place(lent((2, 10), LIKE)) == place
    assert _place(lent((40,), LIKE.bfloat16())) == place  # as many bytes
    assert _place(lent((3, 5), LIKE)) not in (place, _place(second))
    assert lent((4, 5), LIKE.double()).dtype == torch.float64


HOLDERS = {"view": lambda tensor: tensor[1:, :1], "graph": lambda tensor: tensor * torch.ones(1, requires_grad=True)}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_view_holds_it_and_so_does_a_graph(holder):
    tensor = lent((4, 5), LIKE).fill_(2.0)
    place, held = _place(tensor), HOLDERS[holder](tensor)
    del tensor
    assert _place(lent((4, 5), LIKE)) != place
    del held
    assert _place(lent((4, 5), LIKE)) == place


def test_what_is_forgotten_stays_as_long_as_it_is_used():
    tensor = lent((4, 5), LIKE).fill_(3.0)
    forget()
    assert lending._pieces == []
    assert _place(lent((4, 5), LIKE)) != _place(tensor)
    assert (tensor == 3).all()


def test_what_is_small_is_not_kept(monkeypatch):
    monkeypatch.setattr(lending, "LARGE", 81)
    lent((4, 5), LIKE)
    assert lending._pieces == []
    lent((4, 6), LIKE)
    assert len(lending._pieces) == 1


def _separable(field: torch.Tensor, matrix: torch.Tensor, kernel: torch.Tensor, once: bool) -> torch.Tensor:
    return depthwise(upsampled(mixed(field, matrix, once), 2, True, once), kernel, True, once)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_for_one_step_and_for_any_number_of_derivatives_values_and_gradients_agree(dtype):
    given = [torch.randn(shape, dtype=dtype).requires_grad_() for shape in ((2, 3, 4, 4, 4), (5, 3), (5, 3, 3, 3))]
    answers = [_separable(*given, once) for once in (True, False)]
    torch.testing.assert_close(*answers)
    weights = torch.randn_like(answers[0])
    for mine, plain in zip(*(torch.autograd.grad(answer, given, weights) for answer in answers), strict=True):
        torch.testing.assert_close(mine, plain)


def test_interpolation_can_be_differentiated_twice():
    field = torch.randn(1, 2, 2, 3, 2, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda field: upsampled(field, 2, True).pow(3), field)
    assert torch.autograd.gradgradcheck(lambda field: upsampled(field, 2, False).pow(3), field)


def _steps(count: int) -> list[torch.Tensor]:
    """Weights after some steps of plain descent on changing questions."""
    torch.manual_seed(0)
    network = volume_rgcnn.build(*upscale_types(3, 4, True), hidden=[2, 2, 1]).train()
    for _ in range(count):
        network.zero_grad()
        network(torch.randn(2, 9, 2, 2, 2)).square().mean().backward()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.sub_(parameter.grad, alpha=0.1)
    return [parameter.detach() for parameter in network.parameters()]


def test_training_with_lent_memory_is_training(monkeypatch):
    lent_to = _steps(3)
    assert lending._pieces != []
    monkeypatch.setattr(lending, "LARGE", 1 << 40)
    forget()
    assert all(torch.equal(mine, plain) for mine, plain in zip(lent_to, _steps(3), strict=True))
    assert lending._pieces == []


def test_the_memory_of_training_goes_with_its_end():
    network = volume_rgcnn.build(*upscale_types(3, 2, True), hidden=[1, 1]).train()
    network(torch.randn(1, 9, 2, 2, 2)).sum().backward()
    assert lending._pieces != []
    network.eval()
    assert lending._pieces == []
    network(torch.randn(1, 9, 2, 2, 2))
    assert lending._pieces == []
