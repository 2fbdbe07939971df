"""What the report shows of each study, in this order.

A new measure gets a section by one file here, with a TITLE and a function `section(results) -> Section | None` (None:
nothing was measured), and one entry in SECTIONS; one that only a single kind of task has, an entry in _OWN too.
"""

from types import ModuleType

from equidyn.reporting.sections import (
    accuracy,
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
    learning,
    lie,
    overfitting,
    regulariser,
    reproduction,
    rmse,
    rollouts,
    sharpness,
    sizes,
    steps,
    variants,
)

SECTIONS: tuple[ModuleType, ...] = (
    data,
    variants,
    accuracy,
    reproduction,
    rmse,
    steps,
    sizes,
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
# Those that a study of another task does not miss.
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
}


def sections_for(task: str) -> list[ModuleType]:
    """The sections that a study with a task of this kind may have, in their order."""
    others = set().union(*(own for kind, own in _OWN.items() if kind != task))
    return [module for module in SECTIONS if module not in others]
