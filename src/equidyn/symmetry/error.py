"""Equivariance error of outputs: one definition, used for models and for data alike."""

import torch

from equidyn.symmetry.fields import FieldType, orbit_back


def equivariance_error(outputs: torch.Tensor, kind: FieldType) -> dict[str, float]:
    """How far four answers to four turned questions are from turns of each other.

    outputs: (4, sample, ..., channels, y, x), outputs[g] = f(g x). With back[g] = g^-1 f(g x):
    absolute: E_x (1/|G|) sum_g ||back[g] - f(x)||, root mean square over components and pixels [unit of f];
    relative: absolute / E_x ||f(x)||.
    pairwise: E_x of the mean over the |G| (|G| - 1) ordered pairs of ||back[g] - back[h]||, over the mean norm:
    symmetric in the group elements, so it suits data in which no direction is the reference.
    """
    back = orbit_back(outputs, kind).double().flatten(2)
    norms = back.square().mean(-1).sqrt()
    absolute = (back - back[:1]).square().mean(-1).sqrt().mean()
    pairs = (back[:, None] - back[None]).square().mean(-1).sqrt().sum((0, 1)).div(12).mean()
    return {
        "absolute": absolute.item(),
        "relative": _ratio(absolute, norms[0].mean()),
        "pairwise": _ratio(pairs, norms.mean()),
    }


def _ratio(part: torch.Tensor, whole: torch.Tensor) -> float:
    return (part / whole).item() if whole > 0 else 0.0
