"""Equivariance error of outputs: one definition, used for models and for data alike."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import torch

from equidyn.symmetry.group_action import GroupAction, pull_back


def error_of_answers(outputs: torch.Tensor, kind: GroupAction, elements: Sequence[Any] | None = None) -> dict[str, Any]:
    """How far the outputs for moved inputs are from moved outputs for the inputs as they are.

    outputs: (elements, sample, ...), fields of type `kind`, outputs[k] = f(g_k x), where g_0 is the identity.
    elements: g_0, g_1, ...; None: all of a group that is listed. With back[g] = g^-1 f(g x), and ||.|| the root mean
    square over all axes after the sample:
    absolute: E_x E_g ||back[g] - f(x)|| [unit of f], over all of the group, or over g_1, g_2, ... (a sample of it).
    relative: absolute / E_x ||f(x)||, as of `ratio`.
    by_element: E_x ||back[g] - f(x)|| / E_x ||f(x)|| of each g: a list, 0 for the identity; its mean is `relative`, if
    all of the group are there.
    """
    by_sample, sizes = errors_by_sample(outputs, kind, elements)
    distances, size = [found.mean() for found in by_sample], sizes.mean()
    absolute = sum(distances) / (len(outputs) if elements is None else len(distances))
    return {
        "absolute": absolute.item(),
        "relative": ratio(absolute, size),
        "by_element": [ratio(distance, size) for distance in (size - size, *distances)],
    }


def errors_by_sample(
    outputs: torch.Tensor | Sequence[torch.Tensor], kind: GroupAction, elements: Sequence[Any] | None = None
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """||back[g] - f(x)|| of each element after the first, and ||f(x)||: each (sample,), float64, as of above.

    One element is looked at at a time, so that it takes no more memory for a large group.
    """
    answer = _rows(outputs[0])
    moves = range(1, len(outputs)) if elements is None else elements[1:]
    gaps = (_rows(kind.act(output, kind.inverse(g))) - answer for output, g in zip(outputs[1:], moves, strict=True))
    return [_norms(gap) for gap in gaps], _norms(answer)


def equivariance_error(outputs: torch.Tensor, kind: GroupAction) -> dict[str, float]:
    """absolute and relative as of `error_of_answers`, and two more that suit data, where f(g x) was simulated.

    pairwise: E_x of the mean over the |G| (|G| - 1) ordered pairs of ||back[g] - back[h]||, over the mean norm:
    symmetric in the group elements, so it suits data in which no direction is the reference.
    published: E_x of the mean over the |G| - 1 elements g other than the identity of the mean |component| of
    back[g] - f(x) [unit of f]: what the published tables of Wang, Walters, Yu 2022 hold, for data and for models
    (read in their code; for data, frames 10 to the last but one of those kept).
    """
    back = pull_back(outputs, kind).double().flatten(2)
    pairs = [_norms(one - other).mean() for one, other in combinations(back, 2)]
    found = error_of_answers(outputs, kind)
    return {
        "absolute": found["absolute"],
        "relative": found["relative"],
        "pairwise": ratio(_mean(pairs), _norms(back).mean()),
        "published": torch.stack([(back[0] - other).abs().mean() for other in back[1:]]).mean().item(),
    }


def ratio(part: torch.Tensor, whole: torch.Tensor) -> float:
    """An error over the size of what it is an error of: an error of exactly 0 is 0, even of a whole of 0; infinite
    where only the whole is 0, and NaN where the error is."""
    return 0.0 if part == 0 else (part / whole).item()


def _rows(fields: torch.Tensor) -> torch.Tensor:
    """(sample, ...) as (sample, numbers), in float64."""
    return fields.double().reshape(len(fields), -1)


def _norms(values: torch.Tensor) -> torch.Tensor:
    return values.square().mean(-1).sqrt()


def _mean(values: list[torch.Tensor]) -> torch.Tensor:
    return sum(values) / len(values)
