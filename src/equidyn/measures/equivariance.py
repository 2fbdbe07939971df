"""equivariance: how far the learned map is from commuting with quarter turns."""

from equidyn.measures.subjects.rollout import RolloutSubject
from equidyn.params.types import PositiveInt
from equidyn.symmetry.error import equivariance_error


def measure(subject: RolloutSubject, *, steps: PositiveInt = 1) -> dict[str, float]:
    """Equivariance error of the frame predicted after `steps` steps, on the test windows (symmetry/error.py)."""
    return equivariance_error(subject.orbit[:, steps - 1], subject.task.outputs)
