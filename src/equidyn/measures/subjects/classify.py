"""A network of the task classify, and its logits on the test split."""

from dataclasses import dataclass

from equidyn.measures.subjects.labelled import LabelledSubject
from equidyn.models.sets import SetNetwork
from equidyn.training.classify.task import Classify


@dataclass(frozen=True)
class ClassifySubject(LabelledSubject):
    """A network with the test sets; one logit each."""

    network: SetNetwork
    task: Classify


SUBJECT = ClassifySubject
