"""What the report shows of each study, in this order.

A new measure gets a section by one file here, with a TITLE and a function `section(results) -> Section | None` (None:
nothing was measured), and one entry in SECTIONS.
"""

from types import ModuleType

from equidyn.reporting.sections import (
    audit_lie,
    audit_regulariser,
    audit_sharpness,
    audit_sign,
    checkpoints,
    convergence,
    data,
    decomposition,
    distance,
    equivariance,
    hessian,
    learning,
    lie,
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
    reproduction,
    rmse,
    steps,
    sizes,
    equivariance,
    decomposition,
    lie,
    regulariser,
    distance,
    learning,
    convergence,
    sharpness,
    hessian,
    rollouts,
    checkpoints,
    audit_sharpness,
    audit_regulariser,
    audit_lie,
    audit_sign,
)
