"""Kinds of modules, each small, for the public measures: what they are, and which measures refuse them."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations

SIDE, BATCH = 6, 3
CHANNELS = 4  # two vector fields


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
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
        self.weight = nn.Parameter(torch.complex(noise(CHANNELS, CHANNELS), noise(CHANNELS, CHANNELS, seed=1)))

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
        lambda: Of(lambda self, x: x.tanh(), other=nn.Linear(2, 2)), refused={"hessian": "any weight"}
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
        refused={"hessian": "any weight"},
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


def made(case: Case) -> nn.Module:
    """The module in eval mode; always the same weights."""
    torch.manual_seed(3)
    with quiet():
        net = case.build()
        return net.train(False) if isinstance(net, Spectral) else net.to(case.dtype).train(False)


@contextmanager
def quiet() -> Iterator[None]:
    """torch.jit is deprecated, and says so."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        yield
