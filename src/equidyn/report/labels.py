"""Names for readers."""

import re
from typing import Any

from equidyn.core.params.study import Study
from equidyn.report.numbers import counted

VELOCITY_UNIT = "rms velocity"  # root mean square velocity component of the training split

_INDICES = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LEVELS = {
    "eps": lambda value: f"ε = {value:g}",
    "E": lambda value: f"E{str(value).translate(_INDICES)}",
    "anisotropy": lambda value: f"ε = {value:g}",
}
_ACTIONS = {"true": "true action", "published": "published sign"}
# Key that only such a dataset has -> what it is trained on; the others are trained on scenes.
_NOUNS = {"sampling": "set", "origins": "image", "anisotropy": "simulation"}
_OPTDIGITS = "optdigits"
_NAMES = {"mnist": "MNIST"}  # of repositories, as they are called
_LINE = 17  # letters in a line of a wrapped name


def level_labels(study: Study) -> dict[str, str]:
    """Dataset -> what tells it from the others (level, size, action, sampling, origin), or its name if nothing does."""
    labels = {name: _label(study, name, settings) for name, settings in study.datasets.items()}
    shown = list(labels.values())
    return {name: label if shown.count(label) == 1 else f"{name} ({label})" for name, label in labels.items()}


def dataset_kind(study: Study) -> str:
    """What the datasets of a study differ in: the label of their axis."""
    settings = study.datasets.values()
    if any(hasattr(entry, "origins") for entry in settings):
        return "images to train on" if all(map(own_size, settings)) else "dataset"
    if several := samplings(study):
        return "sets to train on" if len(several) == 1 and all(map(own_size, settings)) else "training sets"
    if all(_level(entry) and not own_size(entry) for entry in settings):
        return "level of symmetry breaking of the data"
    leveled = "level and " if any(map(_level, settings)) else ""
    return f"{leveled}number of training {_noun(next(iter(settings)))}s" if any(map(own_size, settings)) else "dataset"


def ordered(study: Study) -> bool:
    """Whether the datasets are steps along one axis, so that a line may join them."""
    settings = study.datasets.values()
    origins = {tuple(getattr(entry, "origins", ())) for entry in settings} - {()}
    alike = len(samplings(study)) == 1 or len(origins) == 1
    return all(_level(entry) for entry in settings) or (alike and all(map(own_size, settings)))


def samplings(study: Study) -> list[str]:
    """Ways in which the sets of its datasets come about, "static" or "fresh"; none if they are no sets."""
    found = [getattr(entry, "sampling", None) for entry in study.datasets.values()]
    return list(dict.fromkeys(name for name in found if name))


def own_size(settings: Any) -> int | None:
    """How much a dataset has of its own to train on; None: what the source says."""
    return getattr(settings, "train", None)


def trained_on(study: Study) -> dict[str, str]:
    """Dataset of sets or images -> what a sentence says of a network that was trained on it."""
    labels = level_labels(study)
    noun = " sets" if samplings(study) else ""
    return {name: f"Trained on {label}{'' if label.endswith(' sets') else noun}" for name, label in labels.items()}


def of_level(label: str) -> str:
    """A label without the number of training scenes, images or simulations."""
    return label.partition(", ")[0]


def wrapped_name(name: str) -> str:
    """A long name in lines, broken behind hyphens."""
    lines = [""]
    for part in re.split(r"(?<=-)(?=[a-z])", name):
        if lines[-1] and len(lines[-1]) + len(part) > _LINE:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def origin_label(source: Any, origin: str) -> str:
    """What readers call the digits of an origin; source: settings of digits, which name the repository on the Hub."""
    if origin == _OPTDIGITS:
        return origin
    repository = source.repository.rpartition("/")[2]
    return _NAMES.get(repository, repository)


def _label(study: Study, name: str, settings: Any) -> str:
    train, several = own_size(settings), samplings(study)
    size = [counted(train, _noun(settings))] if train else []
    if several:
        return ", ".join([*([settings.sampling] if len(several) > 1 or not size else []), *size])
    return ", ".join([_kind_of(study, name, settings), *size])


def _noun(settings: Any) -> str:
    """What a dataset counts its training data by."""
    return next((noun for key, noun in _NOUNS.items() if hasattr(settings, key)), "scene")


def _kind_of(study: Study, name: str, settings: Any) -> str:
    """Level, action or origin of a dataset; its name, where it has none of them or its origin is open."""
    origins = getattr(settings, "origins", ())
    if len(origins) == 1:
        return origin_label(study.source, origins[0])
    return _level(settings) or _ACTIONS.get(getattr(settings, "vector_action", None), name)


def _level(settings: Any) -> str:
    written = _LEVELS.get(getattr(settings, "level", ""))
    return written(settings.value) if written else ""
