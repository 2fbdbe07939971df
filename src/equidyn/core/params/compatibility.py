"""Whether the parts of a study suit its task: models, augmentations and measures are made for one kind of it."""

from collections.abc import Iterator
from typing import Any

from equidyn.core.params import signatures
from equidyn.core.params.variant import Variant
from equidyn.symmetry import permutations

ANY = "EvaluationContext"  # of measures that look at nothing that only one kind of task has


def faults(study: Any) -> Iterator[str]:
    """What does not suit the task of a study, in words."""
    for name, variant in study.variants.items():
        yield from (f"variants.{name}.{fault}" for fault in _of_variant(study, variant))
    for name in study.measures:
        if signatures.known("measures", name).takes not in ((ANY,), (study.task.context,)):
            yield f"measures.{name}: not a measure of the task {study.task.kind!r}"


def _of_variant(study: Any, variant: Variant) -> Iterator[str]:
    task = study.task
    if signatures.known("models", variant.model).takes != task.takes:
        yield f"model = {variant.model!r}: not a model for the task {task.kind!r}"
    if variant.augment not in task.augments:
        yield f"augment = {variant.augment!r}: the task {task.kind!r} has {', '.join(task.augments)}"
    if variant.equivariance_penalty and task.kind != "rollout":
        yield f"equivariance_penalty: not for the task {task.kind!r}"
    if variant.impose and task.kind != "classify":
        yield f"impose: not for the task {task.kind!r}"
    elif variant.impose:
        options = signatures.checked("models/impose", variant.impose.by, variant.impose.options)
        yield from (f"impose.options.{fault}" for fault in _of_group(options, study.source.points))


def _of_group(options: dict[str, Any], points: int) -> Iterator[str]:
    """What is wrong with the group that an imposition averages over, if it names one."""
    wanted = options.get("group")
    if wanted is None:
        return
    if (wanted == "generated") != bool(options["generators"]):
        yield "generators: needed with group: generated, and only there"
        return
    try:
        group = {"cyclic": permutations.cyclic, "symmetric": permutations.symmetric}.get(wanted)
        found = group(points) if group else permutations.generated(options["generators"])
    except ValueError as fault:
        yield f"generators: {fault}"
        return
    if found.degree != points:
        yield f"generators: they permute {found.degree} points; the sets have {points}"
    if found.order > permutations.MOST_ELEMENTS:
        yield (
            f"group: {found.name} has {found.order:,} elements, and at most {permutations.MOST_ELEMENTS:,} are "
            "averaged over; take a smaller group, or impose by sampled"
        )
