"""Equivariance error of outputs: one definition, used for models and for data alike."""

from itertools import combinations

import torch

from equidyn.symmetry.fields import FieldType, orbit_back


def equivariance_error(outputs: torch.Tensor, kind: FieldType) -> dict[str, float]:
    """How far four answers to four turned questions are from turns of each other.

    outputs: (4, sample, ..., channels, y, x), outputs[g] = f(g x). With back[g] = g^-1 f(g x), and ||.|| the root
    mean square over all axes after the sample:
    absolute: E_x (1/|G|) sum_g ||back[g] - f(x)|| [unit of f].
    relative: absolute / E_x ||f(x)||; infinite if f(x) is 0 and its turned answers are not.
    pairwise: E_x of the mean over the |G| (|G| - 1) ordered pairs of ||back[g] - back[h]||, over the mean norm:
    symmetric in the group elements, so it suits data in which no direction is the reference.
    published: E_x of the mean over the |G| - 1 elements g other than the identity of the mean |component| of
    back[g] - f(x) [unit of f]: what the published tables of Wang, Walters, Yu 2022 hold, for data and for models
    (read in their code; for data, frames 10 to the last but one of those kept).
    """
    back = orbit_back(outputs, kind).double().flatten(2)
    norms = _norm(back)
    pairs = {(g, h): back[g] - back[h] for g, h in combinations(range(len(back)), 2)}
    distances = {pair: _norm(difference).mean() for pair, difference in pairs.items()}
    absolute = sum(distances[0, g] for g in range(1, len(back))) / len(back)
    pairwise = sum(distances.values()) / len(distances)
    return {
        "absolute": absolute.item(),
        "relative": _ratio(absolute, norms[0].mean()),
        "pairwise": _ratio(pairwise, norms.mean()),
        "published": torch.stack([pairs[0, g].abs().mean() for g in range(1, len(back))]).mean().item(),
    }


def _norm(values: torch.Tensor) -> torch.Tensor:
    return values.square().mean(-1).sqrt()


def _ratio(part: torch.Tensor, whole: torch.Tensor) -> float:
    """part / whole; 0 where both are 0, infinite where only the whole is."""
    return (part / whole).item() if part > 0 else 0.0
