"""What the report shows of each study, in this order.

A new measure gets a section by one file here, with a TITLE and a function `section(results) -> Section | None` (None:
nothing was measured), and one entry in SECTIONS; one that only a single kind of task has, an entry in _OWN too.
"""

from types import ModuleType

from equidyn.reporting.sections import (
    accuracy,
    angles,
    attention,
    audit_lie,
    audit_regulariser,
    audit_sharpness,
    audit_sign,
    checkpoints,
    convergence,
    cost,
    data,
    decomposition,
    distance,
    equivariance,
    hessian,
    invariance,
    layer_equivariance,
    layer_lie,
    learning,
    lie,
    motions,
    overfitting,
    recognition,
    reconstruction,
    reconstructions,
    regulariser,
    reproduction,
    rmse,
    rollouts,
    sharpness,
    sizes,
    steps,
    traversals,
    variants,
)

SECTIONS: tuple[ModuleType, ...] = (
    data,
    variants,
    accuracy,
    recognition,
    reconstruction,
    reconstructions,
    reproduction,
    rmse,
    steps,
    sizes,
    angles,
    attention,
    traversals,
    motions,
    layer_equivariance,
    layer_lie,
    invariance,
    equivariance,
    decomposition,
    lie,
    regulariser,
    distance,
    learning,
    overfitting,
    convergence,
    cost,
    sharpness,
    hessian,
    rollouts,
    checkpoints,
    audit_sharpness,
    audit_regulariser,
    audit_lie,
    audit_sign,
)
# Those that only the studies of some tasks have, and others do not miss.
_OWN = {
    "rollout": {
        reproduction,
        rmse,
        steps,
        equivariance,
        decomposition,
        lie,
        regulariser,
        distance,
        rollouts,
        audit_sharpness,
        audit_regulariser,
        audit_lie,
        audit_sign,
    },
    "classify": {accuracy, invariance, overfitting, cost},
    "reconstruct": {reconstruction, reconstructions, angles, attention, traversals, cost},
    "recognise": {recognition, motions, layer_equivariance, layer_lie, cost},
}


def sections_for(task: str) -> list[ModuleType]:
    """The sections that a study with a task of this kind may have, in their order."""
    others = set().union(*_OWN.values()) - _OWN[task]
    return [module for module in SECTIONS if module not in others]
