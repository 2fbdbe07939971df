"""Equivariance error, and the part of a loss that is due to broken symmetry, under finite groups."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from equidyn.api.actions import Kind, Listed, Of, action, elements_of, grouped
from equidyn.api.results import Decomposition, EquivarianceError, Measured
from equidyn.api.subject import Model, Select, Subject, prepared
from equidyn.symmetry.decomposition import parts_by_sample
from equidyn.symmetry.directional import norms
from equidyn.symmetry.error import errors_by_sample
from equidyn.symmetry.group_action import GroupAction, pull_back
from equidyn.symmetry.groups import Group
from equidyn.symmetry.sets import Invariants

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def equivariance_error(
    model: Model,
    x: torch.Tensor,
    group: Of = "C4",
    *,
    inputs: Kind = None,
    outputs: Kind = None,
    elements: int = 24,
    mode: str = "eval",
    select: Select = None,
) -> EquivarianceError:
    """How far a model is from commuting with a group: E_x of the mean over g of ||f(g x) - g f(x)||.

    x: (batch, channels, y, x), or (batch, channels, z, y, x); sets are (batch, points, dimensions).
    group: "C2" (half turns), "C4" (quarter turns), "D4" (with reflections), "mirror" (of x) of the plane, "cube" (its
    24 rotations), "S_n" (orders of points; if there are more than elements + 1, `elements` random ones); a
    symmetry.groups.Group; or a list of functions, each of which moves a batch of inputs.
    inputs, outputs: "scalar" (each channel by itself), "vector" (channels vx, vy[, vz], of one or more fields),
    "regular" (functions on the group), or a list with one of these for each field; "set"; of outputs also "invariant"
    or "logits", which no element changes. With a list of functions: outputs are moved by a list of their own.

    With ||.|| the root mean square over all axes after the batch: absolute [unit of the answers]; relative: absolute /
    E_x ||f(x)||; by_element: relative, of each element (the identity first, whose error is 0). Means are over all of
    the group, or over those of a sample of it. Standard errors are over samples.

    >>> import torch, equidyn as eq
    >>> blur = torch.nn.AvgPool2d(3, stride=1, padding=1)  # the same in all directions
    >>> x = torch.randn(8, 2, 16, 16, dtype=torch.float64)
    >>> eq.equivariance_error(blur, x, "C4", inputs="vector", outputs="vector").relative.value < 1e-12
    True
    """
    with prepared(model, x, mode, select) as subject:
        into, chosen, complete, kind = _acting(subject, x, group, inputs, outputs, elements)
        by_sample, sizes = _errors(subject, x, into, kind, chosen)
    total = sum(by_sample) / (len(chosen) if complete else len(by_sample))
    first = [] if isinstance(into, Listed) else [torch.zeros_like(sizes)]
    return EquivarianceError(
        relative=Measured.ratio(total, sizes, "1"),
        absolute=Measured.mean(total, "unit of the answers"),
        by_element=tuple(Measured.ratio(part, sizes, "1") for part in (*first, *by_sample)),
        group=_name(group),
        elements=len(chosen),
        complete=complete,
        samples=len(x),
    )


def decomposition(
    model: Model,
    x: torch.Tensor,
    y: torch.Tensor,
    group: Of = "C4",
    *,
    inputs: Kind = None,
    outputs: Kind = None,
    loss: Loss | None = None,
    elements: int = 24,
    mode: str = "eval",
    select: Select = None,
) -> Decomposition:
    """The loss over the orbit of a batch = the loss of the group-averaged model + the variance over the group.

    With b_g = g^-1 f(g x), all as of `equivariance_error`; y: targets of x, of the shape of the answers.
    loss: None: the squared error, per number of the answer, of which this is an identity (symmetry/decomposition.py).
    Or a function (answers, y) -> loss, called with one sample at a time: then `variance` is what averaging gains,
    mean_g loss(b_g, y) - loss(mean_g b_g, y); it is not negative if the loss is convex in the answers (Jensen), as the
    cross entropy of logits is. Units are those of the loss; share has none. Standard errors are over samples.
    A list of functions must be a group: each is undone by one of them.

    >>> import torch, equidyn as eq
    >>> net, x = torch.nn.Conv2d(1, 1, 3, padding=1).double(), torch.randn(4, 1, 8, 8, dtype=torch.float64)
    >>> parts = eq.decomposition(net, x, torch.zeros_like(x), "C4", inputs="scalar", outputs="scalar")
    >>> abs(parts.loss.value - parts.averaged.value - parts.variance.value) < 1e-12
    True
    """
    with prepared(model, x, mode, select) as subject:
        into, chosen, complete, kind = _acting(subject, x, group, inputs, outputs, elements)
        answers = _answers(subject, x, into, chosen)
        parts = _squares(answers, y, kind, chosen) if loss is None else _gains(answers, y, kind, chosen, loss)
    columns = {name: torch.tensor([part[name] for part in parts], dtype=torch.float64) for name in parts[0]}
    unit = "squared unit of the answers" if loss is None else "unit of the loss"
    return Decomposition(
        **{name: Measured.mean(columns[name], unit) for name in ("loss", "averaged", "variance")},
        share=Measured.ratio(columns["variance"], columns["loss"], "1"),
        group=_name(group),
        elements=len(chosen),
        complete=complete,
        samples=len(x),
    )


def _acting(
    subject: Subject, x: torch.Tensor, group: Of, inputs: Kind, outputs: Kind, count: int
) -> tuple[GroupAction, Sequence[Any], bool, GroupAction]:
    """The action on inputs, elements, whether they are all of the group, and the action on answers."""
    wanted = grouped(group)
    into = action("inputs", inputs, x, wanted)
    chosen, complete = elements_of(into, wanted, count)
    return into, chosen, complete, action("outputs", outputs, subject.answer, wanted)


def _answers(subject: Subject, x: torch.Tensor, into: GroupAction, chosen: Sequence[Any]) -> torch.Tensor:
    """f(g x) of each element: (elements, batch, ...)."""
    with torch.no_grad():
        return torch.stack([subject(into.act(x, element)) for element in chosen])


def _errors(
    subject: Subject, x: torch.Tensor, into: GroupAction, kind: GroupAction, chosen: Sequence[Any]
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The error of each element but the identity, and the size of the answers, by sample."""
    if isinstance(into, Listed):  # which may lack inverses
        moved = _answers(subject, x, into, chosen)
        gaps = (output - kind.act(subject.answer, g) for output, g in zip(moved, chosen, strict=True))
        return [norms(gap) for gap in gaps], norms(subject.answer)
    answers = _answers(subject, x, into, chosen[1:])
    return errors_by_sample([subject.answer, *answers], kind, chosen)


def _squares(
    answers: torch.Tensor, y: torch.Tensor, kind: GroupAction, chosen: Sequence[Any]
) -> list[dict[str, float]]:
    if y.shape != answers.shape[1:]:
        raise ValueError(f"y: expected the shape of the answers, {tuple(answers.shape[1:])}, got {tuple(y.shape)}")
    back = pull_back(answers, kind, chosen).reshape(*answers.shape[:2], -1)
    return parts_by_sample(back, y.reshape(len(y), -1), Invariants(back.shape[-1]), chosen)


def _gains(
    answers: torch.Tensor, y: torch.Tensor, kind: GroupAction, chosen: Sequence[Any], loss: Loss
) -> list[dict[str, float]]:
    """What averaging gains of any loss, by sample."""
    back, found = pull_back(answers, kind, chosen), []
    for place in range(len(y)):
        own = slice(place, place + 1)
        each = [float(loss(answer[own], y[own])) for answer in back]
        averaged = float(loss(back[:, own].mean(0), y[own]))
        mean = sum(each) / len(each)
        found.append({"loss": mean, "averaged": averaged, "variance": mean - averaged})
    return found


def _name(group: Of) -> str:
    if isinstance(group, str | Group):
        return group if isinstance(group, str) else group.name
    return f"{len(group)} functions"
