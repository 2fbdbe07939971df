"""invariance: how far a network's output on a set depends on the order of its points, or of their components."""

import numpy as np
import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.tasks.classify_sets.context import ClassifySetsContext
from equidyn.symmetry.error import ratio
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import SetGroup, moved

QUANTITIES = (
    Quantity("*.relative", "invariance error", "1", "lower", "log", headline=True),
    Quantity("*.flipped", "predictions that change", "%", "lower"),
)


def measure(
    context: ClassifySetsContext, *, samples: PositiveInt = 500, elements: PositiveInt = 16
) -> dict[str, dict[str, float]]:
    """Invariance error of the logit under three groups, over `samples` test samples and random `elements` of each.

    points: S_n, all orders of the points; exchangeable: S_n x S_d, of the components too; imposed: the group that the
    network imposes (for none, 0).
    relative: root mean square of f(g x) - f(x), over the standard deviation of f over the samples: 0 if f is invariant,
    1.4 if f(g x) has nothing to do with f(x). flipped: share of predictions that change.
    """
    sets, task = context.test.inputs[:samples], context.task
    points, dimensions = task.inputs.points, task.inputs.dimensions
    groups = {
        "points": SetGroup(symmetric(points), trivial(dimensions)),
        "imposed": context.network.imposed,
        "exchangeable": SetGroup(symmetric(points), symmetric(dimensions)),
    }
    return {name: invariance_error(context, sets, group, elements) for name, group in groups.items()}


def invariance_error(
    context: ClassifySetsContext, sets: torch.Tensor, group: SetGroup, elements: int
) -> dict[str, float]:
    """{relative, flipped} over sets (sample, points, dimensions) and so many random elements, always the same ones."""
    answer = context.predictions(sets).double()
    moves = group.random(elements, np.random.default_rng(0))
    others = torch.stack([context.predictions(moved(sets, move)).double() for move in moves])
    flipped = ((others > 0) != (answer > 0)).double()
    flipped[(others - answer).isnan()] = torch.nan
    return {
        "relative": ratio((others - answer).square().mean().sqrt(), answer.std(correction=0)),
        "flipped": flipped.mean().item(),
    }
