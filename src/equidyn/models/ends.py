"""Between which types the networks of a study map."""

from typing import Any

from equidyn.params.study import Study
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants, SetType
from equidyn.symmetry.volumes import VolumeType

DIGITS = 10  # classes


def ends(study: Study) -> tuple[Any, Any]:
    """Types of the inputs and outputs of every network of a study."""
    task, source = study.task, study.source
    match task.kind:
        case "rollout":
            return rollout_ends(task.input_frames)
        case "classify":
            return classify_ends(source.points, source.dimensions)
        case "reconstruct":
            return reconstruct_ends(source.side)
        case "recognise":
            return recognise_ends(source.side)
        case _:
            return upscale_ends(source.context, source.factor)


def rollout_ends(frames: int) -> tuple[FieldType, FieldType]:
    """From so many velocity fields to the next one."""
    return FieldType("vector", frames), FieldType("vector", 1)


def classify_ends(points: int, dimensions: int) -> tuple[SetType, Invariants]:
    """From a set of vectors to the logit of the second of two classes."""
    return SetType(points, dimensions), Invariants(1)


def reconstruct_ends(side: int) -> tuple[ImageType, ImageType]:
    """From an image to the same image."""
    return ImageType(side), ImageType(side)


def recognise_ends(side: int) -> tuple[ImageType, Invariants]:
    """From an image to one logit per digit."""
    return ImageType(side), Invariants(DIGITS)


def upscale_ends(frames: int, factor: int, periodic: bool = True) -> tuple[VolumeType, VolumeType]:
    """From so many coarse velocity fields to the middle one of them on a grid `factor` times as fine."""
    return VolumeType("vector", frames, 1, periodic), VolumeType("vector", 1, factor, periodic)
