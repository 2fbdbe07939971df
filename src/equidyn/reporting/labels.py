"""Names for readers."""

from typing import Any

from equidyn.params.study import Study

VELOCITY_UNIT = "rms velocity"  # root mean square velocity component of the training split

_INDICES = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LEVELS = {"eps": lambda value: f"ε = {value:g}", "E": lambda value: f"E{str(value).translate(_INDICES)}"}


def level_labels(study: Study) -> dict[str, str]:
    """Dataset -> its level of symmetry breaking, or its name where it has none or shares it with another."""
    labels = {name: _level(name, settings) for name, settings in study.datasets.items()}
    shown = list(labels.values())
    return {name: label if shown.count(label) == 1 else f"{name} ({label})" for name, label in labels.items()}


def _level(name: str, settings: Any) -> str:
    written = _LEVELS.get(getattr(settings, "level", ""))
    return written(settings.value) if written else name
