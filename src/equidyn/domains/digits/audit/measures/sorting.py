"""audit/sorting: equivariance of layers by the published sorting trick, and how far it agrees with the true action.

The trick, after the project description's lab on a CNN's layers: sort all activations of a layer by size, for both
images of a pair, and compare the sorted lists. A motion that only moves activations about leaves the lists as they
are, so no action on the layer has to be known.

What it cannot see: where things are. A map that moves the wrong way, or stays where it was, passes for one that moves
with the image. It hardly tells digits apart either: sorted activations of two different digits are alike, so a random
pair has a small error too, with which that of a moved digit has to be compared. And what goes over the border of the
map counts, in and out.

The lab takes pairs of its own (audit/pairs.py), of images that are turned as well, by angles under which no list stays
as it is. Only feature maps are sorted there; numbers are compared as they are.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.audit.pairs import Affine, lab_pairs
from equidyn.domains.digits.measures.layer_equivariance import (
    OTHERS,
    Activations,
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
    Quantity("pairs.*", "pairs of the lab", OTHERS, "lower", each="layer"),
    Quantity("agreement.translation", "off the true action, shifts", OTHERS),
    Quantity("agreement.rotation", "off the true action, turns", OTHERS),
    Quantity("agreement.pairs", "off the true action, pairs of the lab", OTHERS, optional=True),
)


def measure(context: ClassifyImagesContext, *, samples: PositiveInt = 300, largest: PositiveInt = 6) -> dict[str, Any]:
    """As measures/layer_equivariance.py, with the sorted list of a layer's numbers, which no motion should change.

    error, random (by shift, or by turn), ratio, and for shifts whole and fractional: as there, with F(x) the list and
    g F(x) = F(x). agreement: mean over feature maps and shifts (turns) of |error / random by sorting - error / random
    by the true action|, of the same pairs: 0 if the trick says what the action says.
    pairs: error / random of `samples` pairs of the lab, of feature maps by sorting, of numbers as they are. agreement
    has those only if all maps are scalars, which move as the image does, and are read between their pixels.
    """
    strides = context.network.strides
    shifts = _both(context, list(shifted_pairs(context, samples, largest)), largest)
    turns = _both(context, list(turned_pairs(context, samples)), len(TURNS))
    lab = _of_lab(context, list(lab_pairs(context, samples)))
    return {
        "shift": list(range(1, largest + 1)),
        "translation": {name: of_shifts(sums, strides.get(name)) for name, sums in shifts[0].items()},
        "rotation": {name: of_turns(sums) for name, sums in turns[0].items()},
        "pairs": {name: mean(ratios(sums)) for name, sums in lab[0].items()},
        "agreement": {
            "translation": _gap(*shifts, strides),
            "rotation": _gap(*turns, strides),
            **({"pairs": _gap(*lab, strides)} if lab[1] else {}),
        },
    }


def sorted_list(values: torch.Tensor) -> torch.Tensor:
    """All numbers of an activation (sample, ...) by size, (sample, count). By numpy, which is ten times as fast."""
    return torch.from_numpy(np.sort(values.flatten(1).cpu().numpy(), axis=1))


def _sorting(context: ClassifyImagesContext, names: Iterable[str]) -> Activations:
    """The activations, those of these names sorted."""

    def activations(images: torch.Tensor) -> dict[str, torch.Tensor]:
        found = context.activations(images)
        return found | {name: sorted_list(found[name]) for name in names}

    return activations


def _both(context: ClassifyImagesContext, pairs: Sequence[Pairs], motions: int) -> tuple[Sums, Sums]:
    """Sums of squares of `compared`, by sorting and by the true action."""
    names = list(context.network.kinds)
    return (
        compared(_sorting(context, names), pairs, _unmoved, names, motions),
        compared(context.activations, pairs, true_action(context), names, motions),
    )


def _of_lab(context: ClassifyImagesContext, pairs: Sequence[Pairs]) -> tuple[Sums, Sums]:
    """As `_both`, with numbers as they are, and by the true action of maps only, or of none if one is no scalar."""
    network = context.network
    maps = list(network.strides) if all(network.kinds[name].kind == "scalar" for name in network.strides) else []
    blank = context.activations(torch.zeros_like(context.test.inputs[:1]))

    def of_maps(images: torch.Tensor) -> dict[str, torch.Tensor]:
        found = context.activations(images)
        return {name: found[name] for name in maps}

    return (
        compared(_sorting(context, network.strides), pairs, _unmoved, list(network.kinds), 1),
        compared(of_maps, pairs, partial(_moved, network.strides, blank), maps, 1),
    )


def _moved(
    strides: dict[str, int], blank: dict[str, torch.Tensor], name: str, values: torch.Tensor, motion: Affine
) -> tuple[torch.Tensor, Part]:
    return motion.on(values, strides[name], blank[name]), ...


def _unmoved(_name: str, values: torch.Tensor, _motion: Motion | Affine) -> tuple[torch.Tensor, Part]:
    return values, ...


def _gap(sorting: Sums, truth: Sums, maps: Iterable[str]) -> Number:
    pairs = [pair for name in maps for pair in zip(ratios(sorting[name]), ratios(truth[name]), strict=True)]
    return mean([abs(one - other) for one, other in pairs if one is not None and other is not None])
