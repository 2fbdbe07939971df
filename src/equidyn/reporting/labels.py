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
    """Dataset -> what tells it from the others (level, size, action), or its name where nothing does."""
    labels = {name: _label(name, settings) for name, settings in study.datasets.items()}
    shown = list(labels.values())
    return {name: label if shown.count(label) == 1 else f"{name} ({label})" for name, label in labels.items()}


def dataset_kind(study: Study) -> str:
    """What the datasets of a study differ in: the label of their axis."""
    settings = study.datasets.values()
    if all(_level(entry) and not _train(entry) for entry in settings):
        return "level of symmetry breaking of the data"
    return "level and number of training scenes" if any(map(_train, settings)) else "dataset"


def ordered(study: Study) -> bool:
    """Whether the datasets are steps along one axis, so that a line may join them."""
    return all(_level(entry) for entry in study.datasets.values())


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


def _label(name: str, settings: Any) -> str:
    action = getattr(settings, "vector_action", None)
    label = _level(settings) or _ACTIONS.get(action, name)
    train = _train(settings)
    return f"{label}, {counted(train, 'scene')}" if train else label


def _level(settings: Any) -> str:
    written = _LEVELS.get(getattr(settings, "level", ""))
    return written(settings.value) if written else ""


def _train(settings: Any) -> int | None:
    return getattr(settings, "train", None)
