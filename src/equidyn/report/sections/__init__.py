"""What the report shows of each study, in this order.

A new measure gets a section by one file here, with a TITLE and a function `section(results) -> Section | None` (None:
nothing was measured), and one entry in SECTIONS; one that only a single kind of task has, an entry in _OWN too.
"""

from types import ModuleType

from equidyn.domains.digits.report import (
    angles,
    attention,
    layer_equivariance,
    layer_lie,
    motions,
    recognition,
    reconstruction,
    reconstructions,
    traversals,
)
from equidyn.domains.sets.report import accuracy, invariance, overfitting
from equidyn.domains.smoke.report import (
    audit_lie,
    audit_regulariser,
    audit_sharpness,
    audit_sign,
    equivariance,
    lie,
    regulariser,
    reproduction,
    rmse,
    rollouts,
    steps,
)
from equidyn.domains.turbulence.report import (
    cube_equivariance,
    cube_relaxation,
    slices,
    spectra_of_flow,
    super_resolution,
)
from equidyn.report.sections import (
    checkpoints,
    convergence,
    cost,
    data,
    decomposition,
    distance,
    hessian,
    learning,
    sharpness,
    sizes,
    variants,
)

SECTIONS: tuple[ModuleType, ...] = (
    data,
    variants,
    accuracy,
    recognition,
    reconstruction,
    reconstructions,
    super_resolution,
    spectra_of_flow,
    slices,
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
    cube_equivariance,
    decomposition,
    lie,
    regulariser,
    distance,
    cube_relaxation,
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
    "classify_sets": {accuracy, invariance, overfitting, cost},
    "reconstruct": {reconstruction, reconstructions, angles, attention, traversals, cost},
    "classify_images": {recognition, motions, layer_equivariance, layer_lie, cost},
    "upscale": {
        super_resolution,
        spectra_of_flow,
        slices,
        cube_equivariance,
        decomposition,
        distance,
        cube_relaxation,
        cost,
    },
}


def sections_for(task: str) -> list[ModuleType]:
    """The sections that a study with a task of this kind may have, in their order."""
    others = set().union(*_OWN.values()) - _OWN.get(task, set())
    return [module for module in SECTIONS if module not in others]
