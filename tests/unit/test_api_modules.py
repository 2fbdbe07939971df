"""The public measures of many kinds of modules: right, or refused in words; and the model left as it was.

Right: as by brute force, central differences in float64, or a dense Hessian of differences of gradients.
"""

import copy
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from api_cases import BATCH, CASES, CHANNELS, CURVED, SIDE, Case, made, noise, quiet
from torch import nn
from torch.func import functional_call
from torch.nn import functional

import equidyn as eq
from equidyn.curvature.directions import sphere_directions
from equidyn.symmetry.generator import translation_generator

# Relative tolerances of error, derivative and curvature.
TOLERANCES = {torch.float64: (1e-10, 1e-6), torch.float32: (1e-5, 1e-3), torch.bfloat16: (2e-2, 5e-2)}


def _state(net: nn.Module) -> dict:
    parts = dict(net.named_modules())
    weights = {} if any("Lazy" in type(part).__name__ for part in parts.values()) else net.state_dict()
    return {
        **{name: value.clone() for name, value in weights.items()},
        "random numbers": torch.get_rng_state(),
        "modes": torch.tensor([part.training for part in parts.values()]),
        "trained": torch.tensor([weight.requires_grad and weight.grad is None for weight in net.parameters()]),
    }


def _answers(net: nn.Module, case: Case) -> Callable[[torch.Tensor], torch.Tensor]:
    """By another way: a copy, in its mode, in double precision if that is simple."""

    def answer(x: torch.Tensor) -> torch.Tensor:
        fresh = copy.deepcopy(getattr(net, "_orig_mod", net)).train(case.mode == "train")
        found = fresh(x.clone())
        return found if case.select is None else found[case.select]

    return answer


def _x(case: Case) -> torch.Tensor:
    return noise(BATCH, CHANNELS, SIDE, SIDE).to(case.dtype)


def _turned(values: torch.Tensor, turns: int, outputs: str) -> torch.Tensor:
    """Quarter turns as photographs show them, and (vx, vy) -> (-vy, vx)."""
    if outputs == "logits":
        return values
    for _ in range(turns % 4):
        values = torch.rot90(values, -1, (-2, -1))
        vx, vy = values[:, ::2], values[:, 1::2]
        values = torch.stack([-vy, vx], 2).flatten(1, 2)
    return values


def _rms(values: torch.Tensor) -> torch.Tensor:
    return values.double().flatten(1).square().mean(1).sqrt()


def _check_error(net: nn.Module, case: Case, x: torch.Tensor, tolerance: float) -> None:
    found = eq.equivariance_error(
        net, x, "C4", inputs="vector", outputs=case.outputs, mode=case.mode, select=case.select
    )
    f = _answers(net, case)
    with torch.no_grad():
        gaps = [_rms(f(_turned(x, k, "vector")) - _turned(f(x), k, case.outputs)) for k in range(4)]
        size = _rms(f(x)).mean()
    total = sum(gaps) / 4
    assert found.absolute.value == pytest.approx(total.mean().item(), rel=tolerance, abs=tolerance)
    assert found.absolute.error == pytest.approx(total.std().item() / BATCH**0.5, rel=tolerance, abs=tolerance)
    assert [one.value for one in found.by_element] == pytest.approx(
        [(gap.mean() / size).item() for gap in gaps], rel=tolerance, abs=tolerance
    )
    assert found.relative.value == pytest.approx((total.mean() / size).item(), rel=tolerance, abs=tolerance)


def _check_decomposition(net: nn.Module, case: Case, x: torch.Tensor, tolerance: float) -> None:
    if "decomposition" in case.refused:
        eq.decomposition(net, x, x, inputs="vector", outputs=case.outputs, mode=case.mode, select=case.select)
    f = _answers(net, case)
    with torch.no_grad():
        back = torch.stack([_turned(f(_turned(x, k, "vector")), -k, case.outputs) for k in range(4)]).double()
    y = noise(*back.shape[1:], seed=5).to(case.dtype)
    taken = partial(eq.decomposition, net, x, y, "C4", inputs="vector", outputs=case.outputs, select=case.select)
    found = taken(mode=case.mode)
    assert found.loss.value == pytest.approx((back - y).square().mean().item(), rel=tolerance)
    assert found.averaged.value == pytest.approx((back.mean(0) - y).square().mean().item(), rel=tolerance)
    assert found.loss.value == pytest.approx(found.averaged.value + found.variance.value, rel=1e-6)
    by_loss = taken(mode=case.mode, loss=lambda a, b: functional.mse_loss(a.double(), b.double()))
    assert by_loss.variance.value == pytest.approx(found.variance.value, rel=10 * tolerance, abs=tolerance)


def _generator_of_rotations(values: torch.Tensor) -> torch.Tensor:
    """(x d/dy - y d/dx) v is taken away, as the turn's pixels come from R(-t) p; components by (-vy, vx)."""
    slope_y, slope_x = torch.gradient(values, dim=(-2, -1), edge_order=2)
    place = torch.arange(values.shape[-1]).to(values) - (values.shape[-1] - 1) / 2
    vx, vy = values[:, ::2], values[:, 1::2]
    return place[:, None] * slope_x - place * slope_y + torch.stack([-vy, vx], 2).flatten(1, 2)


def _check_lie(motion: str, net: nn.Module, case: Case, x: torch.Tensor, tolerance: float) -> None:
    found = eq.lie_derivative(net, x, motion, inputs="vector", outputs=case.outputs, mode=case.mode, select=case.select)
    if case.dtype != torch.float64:  # against itself in float64, which has been held against differences
        net, x = copy.deepcopy(net).double(), x.double()
    f, step = _answers(net, case), 1e-5
    axes = [None] if motion == "rotation" else [-1, -2]
    changes = []
    with torch.no_grad():
        answer = f(x)
        for axis in axes:
            move = _generator_of_rotations if axis is None else partial(translation_generator, axis=axis)
            change = (f(x + step * move(x)) - f(x - step * move(x))) / (2 * step)
            length = 1 if axis is None or answer.dim() < 4 else answer.shape[axis] / SIDE
            changes.append(_rms(change - (0 if case.outputs == "logits" else move(answer) * length)))
    expected = (sum(changes) / len(axes)).mean().item()
    assert found.absolute.value == pytest.approx(expected, rel=tolerance, abs=tolerance)
    assert found.relative.value == pytest.approx(expected / _rms(answer).mean().item(), rel=tolerance, abs=tolerance)
    assert found.method == case.method
    assert found.method_error < 1e-3


def _loss(answers: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (answers - y).square().mean() + (answers - y).mean().sin()


def _targets(net: nn.Module, case: Case, x: torch.Tensor) -> torch.Tensor:
    if set(case.refused) >= set(CURVED):
        return x
    with torch.no_grad():
        shape = _answers(net, case)(x).shape
    return noise(*shape, seed=6).to(case.dtype)


def _of_weights(net: nn.Module, case: Case, x: torch.Tensor, y: torch.Tensor) -> tuple[Callable, torch.Tensor]:
    """The loss of a flat vector of trained weights, and where the net is."""
    fresh = copy.deepcopy(getattr(net, "_orig_mod", net)).train(case.mode == "train")
    trained = {name: weight for name, weight in fresh.named_parameters() if weight.requires_grad}
    buffers = {name: value.clone() for name, value in fresh.named_buffers()}

    def loss(point: torch.Tensor) -> torch.Tensor:
        pieces = point.split([weight.numel() for weight in trained.values()])
        weights = {name: piece.view_as(trained[name]) for name, piece in zip(trained, pieces, strict=True)}
        copies = {name: value.clone() for name, value in buffers.items()}
        answer = functional_call(fresh, {**copies, **weights}, (x.clone(),))
        return _loss(answer if case.select is None else answer[case.select], y)

    return loss, torch.cat([weight.detach().flatten() for weight in trained.values()])


def _check_sharpness(net: nn.Module, case: Case, x: torch.Tensor, tolerance: float) -> None:
    y = _targets(net, case, x)
    found = eq.sharpness(net, _loss, (x, y), radii=[0.0, 0.5], directions=3, mode=case.mode, select=case.select)
    loss, point = _of_weights(net, case, x, y)
    with torch.no_grad():
        moved = [abs(loss(point + 0.5 * one).item() - loss(point).item()) for one in sphere_directions(point, 3)]
    assert [one.value for one in found.sphere] == pytest.approx([0, np.mean(moved)], rel=tolerance)
    assert found.sphere[1].error == pytest.approx(np.std(moved, ddof=1) / 3**0.5, rel=tolerance)


def _check_hessian(net: nn.Module, case: Case, x: torch.Tensor, tolerance: float) -> None:
    y = _targets(net, case, x)
    found = eq.hessian(net, _loss, (x, y), iterations=300, probes=1, mode=case.mode, select=case.select)
    loss, point = _of_weights(net, case, x, y)
    step = 1e-5

    def gradient(at: torch.Tensor) -> torch.Tensor:
        at = at.requires_grad_()
        return torch.autograd.grad(loss(at), at)[0]

    if case.dtype == torch.float64:
        rows = [(gradient(point + step * e) - gradient(point - step * e)) / (2 * step) for e in torch.eye(len(point))]
    else:
        rows = torch.autograd.functional.hessian(loss, point)
    matrix = np.array([row.detach().double().numpy() for row in rows])
    values = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    scale = np.abs(values).max()
    assert found.largest.value == pytest.approx(values[-1], abs=tolerance * scale)
    assert found.smallest.value == pytest.approx(values[0], abs=tolerance * scale)
    assert found.tops[0] == pytest.approx(values[-1], abs=2e-3 * scale)
    assert found.weights == len(point)


CHECKS = {
    "error": (_check_error, 0),
    "decomposition": (_check_decomposition, 0),
    "rotation": (partial(_check_lie, "rotation"), 1),
    "translation": (partial(_check_lie, "translation"), 1),
    "sharpness": (_check_sharpness, 1),
    "hessian": (_check_hessian, 1),
}


@pytest.mark.parametrize("measure", CHECKS)
@pytest.mark.parametrize("kind", CASES)
def test_right_or_refused_and_left_as_it_was(kind, measure):
    case, (check, which) = CASES[kind], CHECKS[measure]
    net, x = made(case), _x(case)
    before, given = _state(net), x.clone()
    with quiet():
        if measure in case.refused:
            with pytest.raises(ValueError, match=case.refused[measure]):
                check(net, case, x, 0.0)
        else:
            check(net, case, x, TOLERANCES[case.dtype][which])
    after = _state(net)
    assert torch.equal(x, given)
    assert all(torch.equal(before[name], after[name]) for name in before)
