"""Between which types the networks of a study map."""

from typing import Any

from equidyn.core.params.study import Study
from equidyn.symmetry.fields import BoxType, FieldType
from equidyn.symmetry.groups import C4, CUBE
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants, SetType

DIGITS = 10  # classes


def ends(study: Study) -> tuple[Any, Any]:
    """Types of the inputs and outputs of every network of a study."""
    task, source = study.task, study.source
    match task.kind:
        case "rollout":
            return rollout_io_types(task.input_frames)
        case "classify":
            return classify_io_types(source.points, source.dimensions)
        case "reconstruct":
            return reconstruct_io_types(source.side)
        case "recognise":
            return recognise_io_types(source.side)
        case _:
            return upscale_io_types(source.context, source.factor, source.periodic)


def rollout_io_types(frames: int) -> tuple[FieldType, FieldType]:
    """From so many velocity fields to the next one."""
    return FieldType(C4, "vector", frames), FieldType(C4, "vector", 1)


def classify_io_types(points: int, dimensions: int) -> tuple[SetType, Invariants]:
    """From a set of vectors to the logit of the second of two classes."""
    return SetType(points, dimensions), Invariants(1)


def reconstruct_io_types(side: int) -> tuple[ImageType, ImageType]:
    """From an image to the same image."""
    return ImageType(side), ImageType(side)


def recognise_io_types(side: int) -> tuple[ImageType, Invariants]:
    """From an image to one logit per digit."""
    return ImageType(side), Invariants(DIGITS)


def upscale_io_types(frames: int, factor: int, periodic: bool) -> tuple[BoxType, BoxType]:
    """From so many coarse velocity fields to the middle one of them on a grid `factor` times as fine."""
    return BoxType(CUBE, "vector", frames, 1, periodic), BoxType(CUBE, "vector", 1, factor, periodic)
