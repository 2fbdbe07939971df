"""A network of the task classify, and its logits on the test split."""

from dataclasses import dataclass

from equidyn.core.measures.labelled import LabelledContext
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.domains.sets.tasks.classify_sets.task import ClassifySets


@dataclass(frozen=True)
class ClassifySetsContext(LabelledContext):
    """A network with the test sets; one logit each."""

    network: SetNetwork
    task: ClassifySets


CONTEXT = ClassifySetsContext
