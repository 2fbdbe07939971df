"""A user's model as the function of a tensor that is measured, with everything about it left as it was."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.parameter import UninitializedTensorMixin

Model = Callable[[torch.Tensor], Any]
Select = Callable[[Any], torch.Tensor] | str | int | None
MODES = ("eval", "train")


class Subject:
    """x -> the chosen part of model(x). answer: that of the batch which it was prepared with."""

    answer: torch.Tensor

    def __init__(self, model: Model, select: Select) -> None:
        self.model, self.select = model, select
        # Buffers are taken from a scripted module by its own code; it is measured in eval mode only.
        self.keeps = isinstance(model, nn.Module) and not isinstance(model, torch.jit.ScriptModule)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The answer; x and the buffers are copies, which the model may write into."""
        buffers = {name: value.clone() for name, value in self.model.named_buffers()} if self.keeps else {}
        answer = functional_call(self.model, buffers, (x.clone(),)) if buffers else self.model(x.clone())
        return _selected(answer, self.select)


@contextmanager
def prepared(model: Model, x: torch.Tensor, mode: str, select: Select, *, samples: bool = True) -> Iterator[Subject]:
    """The model in its mode, for as long as the block; all is put back when it ends.

    samples: whether answers must have the batch's axis. Raises ValueError, in words, for models and batches that
    cannot be measured.
    """
    _check(model, x, mode)
    subject = Subject(model, select)
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(_devices(x)))
        if "torch._dynamo" in sys.modules:  # else nothing has been compiled
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        if isinstance(model, nn.Module):
            stack.callback(_set_modes, {part: part.training for part in model.modules()})
            model.train(mode == "train")
        subject.answer = _first_answer(subject, x)
        if samples and subject.answer.shape[:1] != x.shape[:1]:
            shape = tuple(subject.answer.shape)
            raise ValueError(f"model: {len(x)} samples give an answer of shape {shape}; its first axis must be theirs")
        yield subject


@contextmanager
def differentiable() -> Iterator[None]:
    """Attention by kernels that have all derivatives; the fast ones have none of the second order and forward mode."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _check(model: Model, x: torch.Tensor, mode: str) -> None:
    if mode not in MODES:
        raise ValueError(f"mode: expected one of {MODES}, got {mode!r}")
    if not isinstance(x, torch.Tensor) or x.dim() == 0 or len(x) == 0:
        raise ValueError("x: expected a tensor whose first axis has the samples, one or more")
    weights = list(model.parameters()) if isinstance(model, nn.Module) else []
    if any(isinstance(weight, UninitializedTensorMixin) for weight in weights):
        raise ValueError("model: a lazy layer has no weights yet; call the model once, then measure it")
    if weights and weights[0].device != x.device:
        raise ValueError(f"x: it lies on {x.device}, the model on {weights[0].device}; move one to the other")
    if mode == "train" and isinstance(model, torch.jit.ScriptModule):
        raise ValueError("model: scripted modules are measured in eval mode; give the module that it was scripted from")


def _first_answer(subject: Subject, x: torch.Tensor) -> torch.Tensor:
    """Refused if the model draws random numbers that its answer depends on."""
    with torch.no_grad():
        before = _random_states(x)
        answer = subject(x)
        drawn = any(not torch.equal(*pair) for pair in zip(before, _random_states(x), strict=True))
        if drawn and not torch.allclose(answer, subject(x), rtol=0, atol=0, equal_nan=True):
            raise ValueError(
                "model: it answers differently to the same x, since it draws random numbers (dropout in train mode, "
                'noise); measure it with mode="eval", or without them'
            )
    return answer


def _selected(answer: Any, select: Select) -> torch.Tensor:
    if select is not None:
        try:
            answer = select(answer) if callable(select) else answer[select]
        except (KeyError, IndexError, TypeError) as fault:
            raise ValueError(f"select: the answer, a {type(answer).__name__}, has no {select!r} ({fault})") from fault
    if not isinstance(answer, torch.Tensor):
        raise ValueError(
            f"model: it answers with a {type(answer).__name__}; name the tensor that is meant: select=, a key, an "
            "index, or a function of the answer"
        )
    if answer.is_complex():
        raise ValueError("model: its answer is complex; give its parts as real channels, by select=")
    return answer


def _set_modes(modes: dict[nn.Module, bool]) -> None:
    for part, training in modes.items():
        part.training = training


def _devices(x: torch.Tensor) -> list[torch.device]:
    return [x.device] if x.is_cuda else []


def _random_states(x: torch.Tensor) -> list[torch.Tensor]:
    return [torch.get_rng_state(), *(torch.cuda.get_rng_state(device) for device in _devices(x))]
