"""Audit: the published sharpness is not 0 where nothing is perturbed."""

from equidyn.report.gather import StudyResults
from equidyn.report.numbers import number
from equidyn.report.sections.section import Section

TITLE = "Audit: sharpness without a perturbation"
_WORDS = (
    "The published code takes the loss of the network in train mode, where batch norm uses the statistics of the "
    "batch, and the loss of its perturbed copy in eval mode, where it uses running averages. So the difference of the "
    "two modes enters the number, whatever the perturbation: a network with batch norm seems sharp at t = 0. The "
    "direction is divided by the number N of weights, so that its length is about 1/√N and hardly any perturbation is "
    "left; and the filters of e2cnn are expanded before it, so that only its norms move."
)


def section(results: StudyResults) -> Section | None:
    """The published function at t = 0; what it is elsewhere stands with the sharpness."""
    control = results.quantity("audit/sharpness", "control").dropna(subset="value")
    if control.empty:
        return None
    moved = control[control["value"].abs() > 0]
    measured = (
        f"Measured here at t = 0: not 0 in {len(moved)} of {len(control)} runs "
        f"({', '.join(dict.fromkeys(moved['variant'])) or 'none'}), at most {number(control['value'].abs().max())}."
    )
    return Section(TITLE, [_WORDS, measured])
