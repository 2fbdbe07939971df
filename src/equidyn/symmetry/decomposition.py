"""The part of a loss that is due to broken symmetry, exactly.

For the squared error and a finite group, with b_g = g^-1 f(g x) and target y:
mean_g ||b_g - y||^2 = ||mean_g b_g - y||^2 + mean_g ||b_g - mean_h b_h||^2:
the loss over the orbit of the data = the loss of the group-averaged model + the variance over the group.
"""

from collections.abc import Sequence
from typing import Any

import torch

from equidyn.symmetry.error import ratio
from equidyn.symmetry.group_action import GroupAction, pull_back


def decompose(
    outputs: torch.Tensor, target: torch.Tensor, kind: GroupAction, elements: Sequence[Any] | None = None
) -> dict[str, float]:
    """Split the mean squared error; per number, so it does not depend on the size of the batch or field.

    outputs: (elements, ...), outputs[k] = f(g_k x); target: (...), both fields of type `kind`. elements: g_0, g_1, ...,
    over which means are taken; None: all of a group that is listed.
    Returns loss = averaged + variance, and share = variance / loss (0 for a variance of 0, as of `ratio`).
    """
    back = pull_back(outputs, kind, elements).double()
    centre = back.mean(0)
    averaged = (centre - target).square().mean()
    variance = (back - centre).square().mean()
    loss = (back - target).square().mean()
    share = ratio(variance, loss)
    return {"loss": loss.item(), "averaged": averaged.item(), "variance": variance.item(), "share": share}


def decompose_by_sample(outputs: torch.Tensor, targets: torch.Tensor, kind: GroupAction) -> dict[str, float]:
    """The same, one sample at a time, so that it takes no more memory for more of them.

    outputs: (|G|, sample, ...); targets: (sample, ...).
    """
    parts = parts_by_sample(outputs, targets, kind)
    means = {name: sum(part[name] for part in parts) / len(parts) for name in ("loss", "averaged", "variance")}
    return means | {"share": means["variance"] / means["loss"] if means["loss"] else 0.0}


def parts_by_sample(
    outputs: torch.Tensor, targets: torch.Tensor, kind: GroupAction, elements: Sequence[Any] | None = None
) -> list[dict[str, float]]:
    """As of `decompose`, of each sample."""
    return [decompose(*pair, kind, elements) for pair in zip(outputs.unbind(1), targets, strict=True)]
