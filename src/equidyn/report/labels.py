"""Names for readers."""

import re

from equidyn.core.params.study import Study
from equidyn.report.numbers import counted

LEVEL = "level of symmetry breaking of the data"
_LINE = 17  # letters in a line of a wrapped name


def kind_labels(study: Study) -> dict[str, str]:
    """Dataset -> what tells it from the others, but for its number of training samples."""
    return {name: entry.label(name, study.source) for name, entry in study.datasets.items()}


def level_labels(study: Study) -> dict[str, str]:
    """Dataset -> the same with its own number of training samples, if it has one."""
    labels = kind_labels(study)
    for name, entry in study.datasets.items():
        if entry.own_size:
            labels[name] += f", {counted(entry.own_size, entry.noun)}"
    shown = list(labels.values())
    return {name: label if shown.count(label) == 1 else f"{name} ({label})" for name, label in labels.items()}


def dataset_kind(study: Study) -> str:
    """What the datasets of a study differ in: the label of their axis."""
    entries = list(study.datasets.values())
    level = all(entry.breaking is not None for entry in entries)
    if any(entry.own_size for entry in entries):
        return f"{'level and ' if level else ''}number of training {entries[0].noun}s"
    return LEVEL if level else "dataset"


def by_size(study: Study) -> dict[str, list[str]]:
    """ "4 scenes" -> the datasets with so many to train on, where several levels come in several sizes; else none."""
    entries = study.datasets
    if not all(entry.own_size and entry.breaking is not None for entry in entries.values()):
        return {}
    found: dict[str, list[str]] = {}
    for name, entry in entries.items():
        found.setdefault(counted(entry.own_size, entry.noun), []).append(name)
    return found if len(found) > 1 and all(len(names) > 1 for names in found.values()) else {}


def panel_heads(study: Study) -> dict[str, str]:
    """Dataset -> title of its panel, in charts with one for each; of levels in several sizes the largest alone."""
    heads, sizes = level_labels(study), by_size(study)
    largest = max(sizes.values(), key=lambda names: study.datasets[names[0]].own_size, default=list(heads))
    return {name: heads[name] for name in largest}


def ordered(study: Study) -> bool:
    """Whether the datasets are steps along one axis, so that a line may join them."""
    entries = study.datasets.values()
    alike = len(set(kind_labels(study).values())) == 1 and all(entry.own_size for entry in entries)
    return alike or all(entry.breaking is not None for entry in entries)


def trained_on(study: Study) -> dict[str, str]:
    """Dataset -> what a sentence says of a network that was trained on it."""
    nouns = {name: f"{entry.noun}s" for name, entry in study.datasets.items()}
    return {
        name: f"Trained on {label}{'' if label.endswith(nouns[name]) else f' {nouns[name]}'}"
        for name, label in level_labels(study).items()
    }


def readable(name: str) -> str:
    """The name of a study in words: digits-cnn is Digits CNN, as a word without vowels is an abbreviation."""
    words = [word if set(word) & set("aeiouy") else word.upper() for word in re.split(r"[-_]", name)]
    text = " ".join(words)
    return f"{text[:1].upper()}{text[1:]}"


def wrapped_name(name: str) -> str:
    """A long name in lines, broken behind hyphens."""
    lines = [""]
    for part in re.split(r"(?<=-)(?=[a-z])", name):
        if lines[-1] and len(lines[-1]) + len(part) > _LINE:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)
