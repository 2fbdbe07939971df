"""Names for readers."""

import re
from typing import Any

from equidyn.params.study import Study
from equidyn.reporting.numbers import counted

VELOCITY_UNIT = "rms velocity"  # root mean square velocity component of the training split

_INDICES = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LEVELS = {"eps": lambda value: f"ε = {value:g}", "E": lambda value: f"E{str(value).translate(_INDICES)}"}
_ACTIONS = {"true": "true action", "published": "published sign"}
_LINE = 17  # letters in a line of a wrapped name


def level_labels(study: Study) -> dict[str, str]:
    """Dataset -> what tells it from the others (level, size, action, sampling), or its name where nothing does."""
    labels = {name: _label(name, settings, samplings(study)) for name, settings in study.datasets.items()}
    shown = list(labels.values())
    return {name: label if shown.count(label) == 1 else f"{name} ({label})" for name, label in labels.items()}


def dataset_kind(study: Study) -> str:
    """What the datasets of a study differ in: the label of their axis."""
    settings = study.datasets.values()
    if several := samplings(study):
        return "sets to train on" if len(several) == 1 and all(map(_train, settings)) else "training sets"
    if all(_level(entry) and not _train(entry) for entry in settings):
        return "level of symmetry breaking of the data"
    return "level and number of training scenes" if any(map(_train, settings)) else "dataset"


def ordered(study: Study) -> bool:
    """Whether the datasets are steps along one axis, so that a line may join them."""
    settings, several = study.datasets.values(), samplings(study)
    return all(_level(entry) for entry in settings) or (len(several) == 1 and all(map(_train, settings)))


def samplings(study: Study) -> list[str]:
    """Ways in which the sets of its datasets come about, "static" or "fresh"; none if they are no sets."""
    found = [getattr(entry, "sampling", None) for entry in study.datasets.values()]
    return list(dict.fromkeys(name for name in found if name))


def trained_on(study: Study) -> dict[str, str]:
    """Dataset of sets -> what a sentence says of a network that was trained on it."""
    labels = level_labels(study)
    return {name: f"Trained on {label}{'' if label.endswith(' sets') else ' sets'}" for name, label in labels.items()}


def of_level(label: str) -> str:
    """A label without the number of training scenes."""
    return label.partition(", ")[0]


def wrapped_name(name: str) -> str:
    """A long name in lines, broken behind hyphens."""
    lines = [""]
    for part in re.split(r"(?<=-)(?=[a-z])", name):
        if lines[-1] and len(lines[-1]) + len(part) > _LINE:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _label(name: str, settings: Any, several: list[str]) -> str:
    action, train = getattr(settings, "vector_action", None), _train(settings)
    if several:
        size = [counted(train, "set")] if train else []
        return ", ".join([*([settings.sampling] if len(several) > 1 or not size else []), *size])
    label = _level(settings) or _ACTIONS.get(action, name)
    return f"{label}, {counted(train, 'scene')}" if train else label


def _level(settings: Any) -> str:
    written = _LEVELS.get(getattr(settings, "level", ""))
    return written(settings.value) if written else ""


def _train(settings: Any) -> int | None:
    return getattr(settings, "train", None)
