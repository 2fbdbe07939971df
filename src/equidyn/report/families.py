"""Which variants belong together: one architecture with several strengths of its regulariser, or as published."""

from itertools import groupby
from typing import Any

from equidyn.core.params import signatures
from equidyn.core.params.study import Study

ALPHA = "alpha"  # the option that scales a model's regulariser
MOST = 12  # variants that one chart can tell apart


def is_published(study: Study, variant: str) -> bool:
    """Whether a variant is built as the published code does, with its squared regulariser."""
    return study.variants[variant].model.startswith(signatures.AUDIT)


def options(study: Study, variant: str) -> dict[str, Any]:
    """Options of a variant's model, those left out at their defaults."""
    chosen = study.variants[variant]
    return signatures.checked(study.home, "models", chosen.model, chosen.options)


def alphas(study: Study) -> dict[str, float]:
    """Variant -> alpha, for those whose model has a regulariser."""
    found = {name: options(study, name).get(ALPHA) for name in study.variants}
    return {name: float(alpha) for name, alpha in found.items() if alpha is not None}


def alpha_families(study: Study) -> dict[str, list[str]]:
    """First variant -> all that differ from it in alpha only, in the order of alpha; only where there are several."""
    groups: dict[str, list[str]] = {}
    found = alphas(study)
    for name in sorted(found, key=found.__getitem__):
        groups.setdefault(_without_alpha(study, name), []).append(name)
    families = [group for group in groups.values() if len({found[name] for name in group}) > 1]
    first = {min(group, key=list(study.variants).index): group for group in families}
    return {name: first[name] for name in study.variants if name in first}


def charted(study: Study, audit: bool = False) -> list[str]:
    """Variants for charts that show them all: if they are too many, of each family along alpha only the first.

    audit: whether those that are built as published are among them; else only where there are no others.
    """
    names = [name for name in study.variants if audit or not is_published(study, name)] or list(study.variants)
    if len(names) <= MOST:
        return names
    spared = {name for first, family in alpha_families(study).items() for name in family if name != first}
    return [name for name in names if name not in spared]


def chart_groups(study: Study, audit: bool = False) -> list[list[str]]:
    """The same, parted into several charts where they are still too many; those of one model stay together."""
    names = charted(study, audit)
    if len(names) <= MOST:
        return [names]
    groups: list[list[str]] = [[]]
    for _, same in groupby(names, key=lambda name: study.variants[name].network):
        family = list(same)
        if len(groups[-1]) + len(family) > MOST:
            groups.append([])
        groups[-1] += family
    return [group for group in groups if group]


def _without_alpha(study: Study, name: str) -> str:
    rest = {key: value for key, value in options(study, name).items() if key != ALPHA}
    return str((rest, study.variants[name].model_dump(exclude={"options"})))
