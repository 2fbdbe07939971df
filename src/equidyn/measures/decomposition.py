"""decomposition: which part of the test loss is due to broken symmetry."""

from equidyn.measures.subjects.rollout import RolloutSubject
from equidyn.symmetry.decomposition import decompose


def measure(subject: RolloutSubject) -> dict[str, float]:
    """Loss over the C4 orbit of the test windows = loss of the group-averaged rollouts + variance over the group."""
    return decompose(subject.orbit, subject.windows.targets, subject.task.outputs)
