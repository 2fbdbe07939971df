"""layer_equivariance: how far each layer's output on a moved digit is from its output on the digit, moved.

An activation F of an image x under a motion g is compared with g F(x). A feature map whose pixels are s pixels of the
image apart (its stride) moves by d / s of its pixels when the image moves by d, between whole ones by linear
interpolation; under a quarter turn it turns by its kind. Numbers should stay as they are, whatever moves: invariance.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from types import EllipsisType
from typing import Any

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.measures.pairs import TURNS, Motion, Pairs, Turn, shifted_pairs, turned_pairs
from equidyn.domains.digits.models.classifier import DigitClassifier
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.symmetry.motions import translated

Activations = Callable[[torch.Tensor], dict[str, torch.Tensor]]
Part = EllipsisType | tuple[EllipsisType | slice, ...]
Foresee = Callable[[str, torch.Tensor, Motion], tuple[torch.Tensor, Part]]
Number = float | None

TITLE = "Equivariance by layer"
OTHERS = "of another digit's"
QUANTITIES = (
    Quantity("shift", "shift [pixels]", axis="shift"),
    Quantity("translation.*.error", "error under shifts", axis="shift", each="layer", detail=True),
    Quantity("translation.*.random", "another digit's", axis="shift", each="layer", detail=True),
    Quantity("translation.*.ratio", "all shifts", OTHERS, "lower", each="layer"),
    Quantity("translation.*.whole", "whole strides", OTHERS, "lower", each="layer"),
    Quantity("translation.*.fractional", "other shifts", OTHERS, "lower", each="layer", optional=True),
    Quantity("translation.*.border", "whole, with border", OTHERS, "lower", each="layer"),
    Quantity("rotation.*.error", "error under quarter turns", axis="turn", each="layer", detail=True),
    Quantity("rotation.*.random", "another digit's under turns", axis="turn", each="layer", detail=True),
    Quantity("rotation.*.ratio", "quarter turns", OTHERS, "lower", each="layer"),
)


def measure(context: ClassifyImagesContext, *, samples: PositiveInt = 600, largest: PositiveInt = 6) -> dict[str, Any]:
    """Errors of every activation, on at most `samples` pairs: of shifts by 1 to `largest` pixels, and of three turns.

    error: root mean square over pairs of ||F(g x) - g F(x)||, over that of ||g F(x)||: for maps over the pixels that
    g F(x) has from F(x) alone, the interior. random: the same with F(x') in the place of F(g x), x' another of the
    test images, as it lies: what an error has to be compared with. Lists, by `shift`, or by turn.
    ratio: mean of error / random over all shifts, or turns. For shifts also: whole, over multiples of the activation's
    stride, so whole pixels of the map; fractional, over the others, if there are any; and of maps border: over the
    whole shifts, but on the whole map, where the output on blank paper comes in over the border. There it is 0, too,
    only if no pixel that came in sees the digit, which is rare in deep layers: they see much of the image at once.
    None where there is nothing to be taken over: no such pairs, no interior, or activations that are 0.
    """
    foresee, strides, names = true_action(context), context.network.strides, list(context.network.kinds)
    shifts = compared(context.activations, shifted_pairs(context, samples, largest), foresee, names, largest)
    turns = compared(context.activations, turned_pairs(context, samples), foresee, names, len(TURNS))
    return {
        "shift": list(range(1, largest + 1)),
        "translation": {
            name: of_shifts(sums, strides.get(name)) | _border(sums, strides.get(name)) for name, sums in shifts.items()
        },
        "rotation": {name: of_turns(sums) for name, sums in turns.items()},
    }


def true_action(context: ClassifyImagesContext) -> Foresee:
    """(name, F(x), g) -> g F(x), and the part of it that comes from F(x) alone."""
    network: DigitClassifier = context.network
    blank = context.activations(torch.zeros_like(context.test.inputs[:1]))

    def foresee(name: str, values: torch.Tensor, motion: Motion) -> tuple[torch.Tensor, Part]:
        if isinstance(motion, Turn):
            return network.kinds[name].act(values, motion.turns), ...
        if name not in network.strides:
            return values, ...
        shift = [length / network.strides[name] for length in (motion.dy, motion.dx)]
        part = (..., *(_interior(*pair) for pair in zip(values.shape[-2:], shift, strict=True)))
        return translated(values, *shift, fill=blank[name]), part

    return foresee


def compared(
    activations: Activations, groups: Iterable[Pairs], foresee: Foresee, names: Sequence[str], motions: int
) -> dict[str, torch.Tensor]:
    """Name -> (motion, 2, 3), float64: sums of squares of F(g x) - g F(x), of F(x') - g F(x), and of g F(x).

    Over the part that `foresee` names, and over everything. groups: of pairs, each with so many motions, like ones in
    the same places.
    """
    total = {name: torch.zeros(motions, 2, 3, dtype=torch.float64) for name in names}
    for pairs in groups:
        features = activations(pairs.images)
        others = {name: values[pairs.other] for name, values in features.items()}
        for number, motion in enumerate(pairs.motions):
            for name, found in activations(motion.of(pairs.images)).items():
                expected, part = foresee(name, features[name], motion)
                total[name][number] += _sums(expected, found, others[name], part)
    return total


def of_shifts(sums: torch.Tensor, stride: int | None) -> dict[str, Any]:
    """{error, random, ratio, whole, fractional} of one activation under shifts by 1, 2, ...; stride None: numbers."""
    inner = ratios(sums)
    whole, fractional = (_at(inner, stride or 1, wanted) for wanted in (True, False))
    found = errors(sums) | {"ratio": mean(inner), "whole": mean(whole)}
    return found | ({"fractional": mean(fractional)} if fractional else {})


def of_turns(sums: torch.Tensor) -> dict[str, Any]:
    """{error, random, ratio} of one activation under turns."""
    return errors(sums) | {"ratio": mean(ratios(sums))}


def errors(sums: torch.Tensor) -> dict[str, list[Number]]:
    """{error, random} by motion, on the part that was foreseen; None where g F(x) is 0 or nothing."""
    gap, other, size = sums[:, 0].unbind(-1)
    return {"error": _roots(gap, size), "random": _roots(other, size)}


def ratios(sums: torch.Tensor, on: int = 0) -> list[Number]:
    """error / random by motion, on the part that was foreseen, or everywhere (on = 1)."""
    gap, other, _ = sums[:, on].unbind(-1)
    return _roots(gap, other)


def _border(sums: torch.Tensor, stride: int | None) -> dict[str, Number]:
    """{border} of one activation under shifts; nothing of numbers."""
    return {"border": mean(_at(ratios(sums, on=1), stride, True))} if stride else {}


def _at(numbers: Sequence[Number], stride: int, whole: bool) -> list[Number]:
    """Of numbers at shifts by 1, 2, ... pixels, those at multiples of the stride, or the others."""
    return [number for length, number in enumerate(numbers, 1) if (length % stride == 0) == whole]


def mean(numbers: Sequence[Number]) -> Number:
    """Of those that are there; None if there are none."""
    there = [number for number in numbers if number is not None]
    return sum(there) / len(there) if there else None


def _roots(part: torch.Tensor, whole: torch.Tensor) -> list[Number]:
    """sqrt(part / whole), element by element, (n,)."""
    return [number if math.isfinite(number) else None for number in (part / whole).sqrt().tolist()]


def _interior(count: int, shift: float) -> slice:
    """Of `count` pixels in a row moved by `shift`, those that are between two that were there before."""
    return slice(math.ceil(max(shift, 0)), max(count + math.floor(min(shift, 0)), 0))


def _sums(expected: torch.Tensor, found: torch.Tensor, other: torch.Tensor, part: Part) -> torch.Tensor:
    """(2, 3): on the part, and everywhere."""
    everywhere = _squares(expected, found, other)
    inner = everywhere if part is ... else _squares(expected[part], found[part], other[part])
    return torch.stack([inner, everywhere])


def _squares(expected: torch.Tensor, found: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Sums of squares of found - expected, other - expected, expected (sample, ...): rounded once per sample."""
    parts = (found - expected, other - expected, expected)
    return torch.stack([part.flatten(1).norm(dim=1).double().square().sum().cpu() for part in parts])
