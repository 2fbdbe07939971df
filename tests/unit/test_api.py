"""The public functions, for many kinds of modules: right, or refused in words; and the model left as it was."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional
from torch.nn.utils import parametrizations

import equidyn as eq
from equidyn.curvature.directions import sphere_directions
from equidyn.symmetry.generator import translation_generator

SIDE, BATCH = 6, 3
CHANNELS = 4  # two vector fields


def _noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


class Of(nn.Module):
    """A function of the input, and of the modules given by name."""

    def __init__(self, function: Callable, **parts: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x: torch.Tensor):
        return self.function(self, x)


class Counting(nn.Module):
    """Counts its calls in a buffer, in eval mode too, and its answer depends on it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(CHANNELS, CHANNELS, 1)
        self.register_buffer("calls", torch.zeros((), dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return self.conv(x) * self.calls


class Spectral(nn.Module):
    """Weights of Fourier modes."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.complex(_noise(CHANNELS, CHANNELS), _noise(CHANNELS, CHANNELS, seed=1)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        modes = torch.einsum("oi,biyx->boyx", self.weight, torch.fft.rfft2(x))
        return torch.fft.irfft2(modes, s=x.shape[-2:])


class Cube(torch.autograd.Function):
    """x^3, without a rule for forward mode."""

    @staticmethod
    def forward(ctx, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        return 3 * x.square() * gradient


@dataclass(frozen=True)
class Case:
    """A kind of module; refused: words by which a measure refuses it; method: of its Lie derivative."""

    build: Callable[[], nn.Module]
    outputs: str = "vector"
    refused: Mapping[str, str] = field(default_factory=dict)
    mode: str = "eval"
    select: Callable | str | int | None = None
    method: str = "forward mode"
    dtype: torch.dtype = torch.float64


def _conv(**settings) -> nn.Conv2d:
    return nn.Conv2d(CHANNELS, settings.pop("out", CHANNELS), settings.pop("kernel", 3), **settings)


def _after_conv(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(_conv(kernel=1), *layers)


def _attention(need_weights: bool) -> nn.Module:
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        return self.attention(tokens, tokens, tokens, need_weights=need_weights)[0].transpose(1, 2).view_as(x)

    return Of(forward, attention=nn.MultiheadAttention(CHANNELS, 2, batch_first=True))


def _encoder() -> nn.Module:
    layer = nn.TransformerEncoderLayer(CHANNELS, 2, 5, batch_first=True)
    return Of(lambda self, x: self.layer(x.flatten(2).mT).mT.reshape(x.shape), layer=layer)


def _normed(norm: nn.Module) -> nn.Module:
    """A norm whose statistics are far from those of the batch."""
    for name, value in norm.named_buffers():
        value.fill_({"running_mean": 0.3, "running_var": 2.0}.get(name, 0))
    return _after_conv(norm, nn.Tanh(), _conv(kernel=1))


def _tied() -> nn.Module:
    first, second = _conv(kernel=1), _conv(kernel=1)
    second.weight = first.weight
    return nn.Sequential(first, nn.Tanh(), second)


def _frozen() -> nn.Module:
    first = _conv(padding=1).requires_grad_(False)
    return nn.Sequential(first, nn.Tanh(), _conv(kernel=1))


def _sampled() -> nn.Module:
    """Read between its pixels."""
    turn = torch.tensor([[[0.9, 0.1, 0.0], [0.0, 0.8, 0.1]]], dtype=torch.float64)
    places = functional.affine_grid(turn, [1, 1, SIDE, SIDE], align_corners=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(functional.grid_sample(x, places.expand(len(x), -1, -1, -1), align_corners=False))

    return Of(forward, conv=_conv(kernel=1))


def _dynamic() -> nn.Module:
    """A kernel made from the input."""
    return Of(
        lambda self, x: functional.conv2d(x, self.weights(x.mean((0, 2, 3))).view(CHANNELS, CHANNELS, 1, 1)),
        weights=nn.Linear(CHANNELS, CHANNELS**2),
    )


def _compiled() -> nn.Module:
    return torch.compile(nn.Sequential(_conv(kernel=1), nn.Tanh(), _conv(kernel=1)))


def _compiled_part() -> nn.Module:
    net = nn.Sequential(_conv(kernel=1), nn.Tanh(), _conv(kernel=1))
    net[1].compile()
    return net


def _scripted() -> nn.Module:
    return torch.jit.script(_after_conv(nn.Tanh()).double())


def _lstm() -> nn.Module:
    return Of(lambda self, x: self.lstm(x.flatten(2).mT)[0].mT.reshape(x.shape), lstm=nn.LSTM(CHANNELS, CHANNELS))


CURVED = ("sharpness", "hessian")
ALL = ("error", "decomposition", "rotation", "translation", *CURVED)
NO_WEIGHTS = dict.fromkeys(CURVED, "no weights that are trained")
RANDOM = dict.fromkeys(ALL, "draws random numbers")
CASES = {
    "conv": Case(lambda: _conv(padding=1)),
    "conv same": Case(lambda: _conv(padding="same", bias=False)),
    "conv strided": Case(lambda: _conv(padding=1, stride=2)),
    "conv circular": Case(lambda: _conv(padding=1, padding_mode="circular")),
    "conv reflect": Case(lambda: _conv(padding=1, padding_mode="reflect")),
    "conv replicate": Case(lambda: _conv(padding=1, padding_mode="replicate")),
    "conv dilated": Case(lambda: _conv(padding=2, dilation=2)),
    "conv grouped": Case(lambda: _conv(padding=1, groups=2)),
    "conv without padding": Case(_conv, refused={"translation": "6 pixels give 4"}),
    "conv transposed": Case(lambda: nn.ConvTranspose2d(CHANNELS, CHANNELS, 2, stride=2)),
    "conv by keyword": Case(
        lambda: Of(lambda self, x: functional.conv2d(input=x, weight=self.conv.weight), conv=_conv(kernel=1))
    ),
    "a kernel made from the input": Case(_dynamic),
    "batch norm": Case(lambda: _normed(nn.BatchNorm2d(CHANNELS))),
    "batch norm, train": Case(lambda: _normed(nn.BatchNorm2d(CHANNELS)), mode="train"),
    "batch norm without statistics": Case(lambda: _normed(nn.BatchNorm2d(CHANNELS, track_running_stats=False))),
    "group norm": Case(lambda: _normed(nn.GroupNorm(2, CHANNELS))),
    "instance norm": Case(lambda: _normed(nn.InstanceNorm2d(CHANNELS, affine=True, track_running_stats=True))),
    "layer norm": Case(lambda: _normed(nn.LayerNorm(SIDE))),
    "spectral norm": Case(lambda: parametrizations.spectral_norm(_conv(kernel=1))),
    "orthogonal": Case(lambda: parametrizations.orthogonal(_conv(kernel=1))),
    "weight norm": Case(lambda: parametrizations.weight_norm(_conv(kernel=1)), refused={"hessian": "not symmetric"}),
    "max pooling": Case(lambda: _after_conv(nn.MaxPool2d(2))),
    "mean pooling": Case(lambda: nn.AvgPool2d(2), refused=NO_WEIGHTS),
    "logits": Case(lambda: nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 3)), outputs="logits"),
    "nearest": Case(lambda: _after_conv(nn.Upsample(scale_factor=2))),
    "bilinear": Case(lambda: _after_conv(nn.Upsample(scale_factor=2, mode="bilinear"))),
    "bicubic": Case(lambda: _after_conv(nn.Upsample(scale_factor=2, mode="bicubic"))),
    "pixel shuffle": Case(lambda: nn.Sequential(_conv(kernel=1, out=8), nn.PixelShuffle(2))),
    "grid sampling": Case(_sampled, method="two backward passes"),
    "attention": Case(partial(_attention, False)),
    "attention with its weights": Case(partial(_attention, True)),
    "transformer": Case(_encoder),
    "lstm": Case(_lstm),
    "fourier": Case(Spectral, refused=dict.fromkeys(CURVED, "one real floating type")),
    "dropout": Case(lambda: _after_conv(nn.Dropout(0.5))),
    "dropout, train": Case(lambda: _after_conv(nn.Dropout(0.5)), mode="train", refused=RANDOM),
    "dropout always": Case(lambda: Of(lambda self, x: functional.dropout(x), conv=_conv()), refused=RANDOM),
    "dropout of nothing, train": Case(lambda: _after_conv(nn.Dropout(0.0)), mode="train"),
    "relu in place": Case(lambda: nn.Sequential(nn.ReLU(inplace=True), _conv(kernel=1), nn.ReLU(inplace=True))),
    "tied weights": Case(_tied),
    "frozen weights": Case(_frozen),
    "unused weights": Case(lambda: Of(lambda self, x: self.conv(x), conv=_conv(kernel=1), other=nn.Linear(2, 2))),
    "no weight used": Case(
        lambda: Of(lambda self, x: x.tanh(), other=nn.Linear(2, 2)), refused=dict.fromkeys(CURVED, "any weight")
    ),
    "a buffer that counts": Case(Counting),
    "tuple": Case(lambda: Of(lambda self, x: (x, self.conv(x)), conv=_conv(kernel=1)), select=1),
    "dict": Case(lambda: Of(lambda self, x: {"y": self.conv(x)}, conv=_conv(kernel=1)), select="y"),
    "list": Case(
        lambda: Of(lambda self, x: [self.conv(x)], conv=_conv(kernel=1)), refused=dict.fromkeys(ALL, "select=")
    ),
    "no such key": Case(
        lambda: Of(lambda self, x: {"y": x}, conv=_conv()), select="z", refused=dict.fromkeys(ALL, "has no 'z'")
    ),
    "compiled": Case(_compiled),
    "compiled in part": Case(_compiled_part),
    "scripted": Case(_scripted, refused=dict.fromkeys(CURVED, "scripted one, give its original")),
    "scripted, train": Case(_scripted, mode="train", refused=dict.fromkeys(ALL, "scripted")),
    "lazy": Case(lambda: nn.LazyConv2d(CHANNELS, 1), refused=dict.fromkeys(ALL, "lazy|real floating type")),
    "a function of its own": Case(
        lambda: Of(lambda self, x: Cube.apply(self.conv(x)), conv=_conv(kernel=1)), method="two backward passes"
    ),
    "by numpy": Case(
        lambda: Of(lambda self, x: torch.from_numpy(np.sin(x.detach().numpy())), conv=_conv(kernel=1)),
        method="central differences",
        refused=dict.fromkeys(CURVED, "any weight"),
    ),
    "complex answer": Case(
        lambda: Of(lambda self, x: torch.fft.fft2(self.conv(x)), conv=_conv(kernel=1)),
        refused=dict.fromkeys(ALL, "complex"),
    ),
    "float32": Case(lambda: _after_conv(nn.Tanh()), dtype=torch.float32),
    "bf16": Case(
        lambda: _after_conv(nn.Tanh()), dtype=torch.bfloat16, refused={"hessian": "does not resolve second derivatives"}
    ),
}
# Relative tolerances of error, derivative and curvature.
TOLERANCES = {torch.float64: (1e-10, 1e-6), torch.float32: (1e-5, 1e-3), torch.bfloat16: (2e-2, 5e-2)}


def _made(case: Case) -> nn.Module:
    torch.manual_seed(3)
    with _quiet():
        net = case.build()
        return net.train(False) if isinstance(net, Spectral) else net.to(case.dtype).train(False)


def _quiet():
    """torch.jit is deprecated."""
    import warnings

    caught = warnings.catch_warnings()
    caught.__enter__()
    warnings.filterwarnings("ignore", category=DeprecationWarning)

    class Leave:
        def __enter__(self) -> None: ...
        def __exit__(self, *fault) -> None:
            caught.__exit__(*fault)

    return Leave()


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
    return _noise(BATCH, CHANNELS, SIDE, SIDE).to(case.dtype)


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
        eq.decomposition(net, x, x, inputs="vector", outputs=case.outputs, select=case.select)
    f = _answers(net, case)
    with torch.no_grad():
        back = torch.stack([_turned(f(_turned(x, k, "vector")), -k, case.outputs) for k in range(4)]).double()
    y = _noise(*back.shape[1:], seed=5).to(case.dtype)
    found = eq.decomposition(net, x, y, "C4", inputs="vector", outputs=case.outputs, select=case.select)
    assert found.loss.value == pytest.approx((back - y).square().mean().item(), rel=tolerance)
    assert found.averaged.value == pytest.approx((back.mean(0) - y).square().mean().item(), rel=tolerance)
    assert found.loss.value == pytest.approx(found.averaged.value + found.variance.value, rel=1e-6)
    by_loss = eq.decomposition(
        net,
        x,
        y,
        "C4",
        inputs="vector",
        outputs=case.outputs,
        select=case.select,
        loss=lambda a, b: functional.mse_loss(a.double(), b.double()),
    )
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
    return _noise(*shape, seed=6).to(case.dtype)


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
    if measure == "decomposition" and case.mode == "train":
        pytest.skip("it is taken in eval mode")
    net, x = _made(case), _x(case)
    before, given = _state(net), x.clone()
    with _quiet():
        if measure in case.refused:
            with pytest.raises(ValueError, match=case.refused[measure]):
                check(net, case, x, 0.0)
        else:
            check(net, case, x, TOLERANCES[case.dtype][which])
    after = _state(net)
    assert torch.equal(x, given)
    assert all(torch.equal(before[name], after[name]) for name in before)
