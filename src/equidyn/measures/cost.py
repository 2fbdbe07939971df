"""cost: the arithmetic of an answer, which unlike its time is the same on every machine."""

from equidyn.measures.subjects.classify import ClassifySubject
from equidyn.models.registry import count_parameters


def measure(subject: ClassifySubject) -> dict[str, int]:
    """multiply_adds: of matrix products, per set and forward pass; parameters: of the network as it is used.

    A training step does about three times that for each set of its batch: the answer, and the gradients by inputs and
    by weights.
    """
    return {"multiply_adds": subject.network.multiply_adds(), "parameters": count_parameters(subject.network)}
