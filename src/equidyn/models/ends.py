"""Between which types the networks of a study map."""

from typing import Any

from equidyn.params.study import Study
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.sets import Invariants, SetType


def ends(study: Study) -> tuple[Any, Any]:
    """Types of the inputs and outputs of every network of a study."""
    if study.task.kind == "rollout":
        return rollout_ends(study.task.input_frames)
    return classify_ends(study.source.points, study.source.dimensions)


def rollout_ends(frames: int) -> tuple[FieldType, FieldType]:
    """From so many velocity fields to the next one."""
    return FieldType("vector", frames), FieldType("vector", 1)


def classify_ends(points: int, dimensions: int) -> tuple[SetType, Invariants]:
    """From a set of vectors to the logit of the second of two classes."""
    return SetType(points, dimensions), Invariants(1)
