"""What the report shows of each study, in this order.

A new measure gets a section by one file here, with a TITLE and a function `section(results) -> Section | None` (None:
nothing was measured), and one entry in SECTIONS.
"""

from types import ModuleType

from equidyn.reporting.sections import (
    checkpoints,
    data,
    decomposition,
    equivariance,
    learning,
    rmse,
    rollouts,
    steps,
    variants,
)

SECTIONS: tuple[ModuleType, ...] = (
    data,
    variants,
    rmse,
    steps,
    equivariance,
    decomposition,
    learning,
    rollouts,
    checkpoints,
)
