"""audit/sorting: equivariance of layers by the published sorting trick, and how far it agrees with the true action.

The trick, after the project description's lab on a CNN's layers: sort all activations of a layer by size, for both
images of a pair, and compare the sorted lists. A motion that only moves activations about leaves the lists as they
are, so no action on the layer has to be known.

What it cannot see: where things are. A map that moves the wrong way, or stays where it was, passes for one that moves
with the image. It hardly tells digits apart either: sorted activations of two different digits are alike, so a random
pair has a small error too, with which that of a moved digit has to be compared. And what goes over the border of the
map counts, in and out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.measures.layer_equivariance import (
    OTHERS,
    Number,
    Part,
    compared,
    mean,
    of_shifts,
    of_turns,
    ratios,
    true_action,
)
from equidyn.domains.digits.measures.layer_equivariance import QUANTITIES as BY_TRUE_ACTION
from equidyn.domains.digits.measures.pairs import TURNS, Motion, Pairs, shifted_pairs, turned_pairs
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext

Sums = dict[str, torch.Tensor]

QUANTITIES = (
    *(one for one in BY_TRUE_ACTION if one.name != "translation.*.border"),
    Quantity("agreement.translation", "off the true action, shifts", OTHERS),
    Quantity("agreement.rotation", "off the true action, turns", OTHERS),
)


def measure(context: ClassifyImagesContext, *, samples: PositiveInt = 300, largest: PositiveInt = 6) -> dict[str, Any]:
    """As measures/layer_equivariance.py, with the sorted list of a layer's numbers, which no motion should change.

    error, random (by shift, or by turn), ratio, and for shifts whole and fractional: as there, with F(x) the list and
    g F(x) = F(x). agreement: mean over feature maps and shifts (turns) of |error / random by sorting - error / random
    by the true action|, of the same pairs: 0 if the trick says what the action says.
    """
    strides = context.network.strides
    shifts = _both(context, list(shifted_pairs(context, samples, largest)), largest)
    turns = _both(context, list(turned_pairs(context, samples)), len(TURNS))
    return {
        "shift": list(range(1, largest + 1)),
        "translation": {name: of_shifts(sums, strides.get(name)) for name, sums in shifts[0].items()},
        "rotation": {name: of_turns(sums) for name, sums in turns[0].items()},
        "agreement": {"translation": _gap(*shifts, strides), "rotation": _gap(*turns, strides)},
    }


def sorted_lists(activations: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """All numbers of each activation (sample, ...) by size, (sample, count). By numpy, which is ten times as fast."""
    return {
        name: torch.from_numpy(np.sort(values.flatten(1).cpu().numpy(), axis=1)) for name, values in activations.items()
    }


def _both(context: ClassifyImagesContext, pairs: Sequence[Pairs], motions: int) -> tuple[Sums, Sums]:
    """Sums of squares of `compared`, by sorting and by the true action."""
    names = list(context.network.kinds)

    def sorted_activations(images: torch.Tensor) -> dict[str, torch.Tensor]:
        return sorted_lists(context.activations(images))

    return (
        compared(sorted_activations, pairs, _unmoved, names, motions),
        compared(context.activations, pairs, true_action(context), names, motions),
    )


def _unmoved(_name: str, values: torch.Tensor, _motion: Motion) -> tuple[torch.Tensor, Part]:
    return values, ...


def _gap(sorting: Sums, truth: Sums, maps: Iterable[str]) -> Number:
    pairs = [pair for name in maps for pair in zip(ratios(sorting[name]), ratios(truth[name]), strict=True)]
    return mean([abs(one - other) for one, other in pairs if one is not None and other is not None])
