"""A change re-runs the cells that it touches, and no others, in both engines."""

import re
from collections.abc import Callable

import pytest
from checkout import PROJECT, Checkout

from equidyn.core.params import load
from equidyn.core.params.study import Study
from equidyn.core.params.variant import Variant

PRESET = load(PROJECT / "presets/test/params.yaml")


def _commands(wanted: Callable[[Study, Variant], bool], *stages: str) -> set[str]:
    """These stages of all cells that are wanted by their study and variant, and the report."""
    studies = PRESET.studies
    cells = [cell for cell in PRESET.cells() if wanted(studies[cell.study], studies[cell.study].variants[cell.variant])]
    assert cells
    return {f"equidyn {stage} {cell}" for stage in stages for cell in cells} | {"equidyn report"}


def _of_model(*models: str) -> set[str]:
    """All that a change of these model files touches."""
    tuned = {
        f"equidyn tune {name}/{key}"
        for name, study in PRESET.studies.items()
        for key, variant in study.variants.items()
        if study.tunes and variant.model in models
    }
    return tuned | _commands(lambda study, variant: variant.model in models, "train", "measure")


def _of_measure(domain: str, measure: str) -> set[str]:
    """All that a change of this domain's measure touches."""
    return _commands(lambda study, variant: study.domain == domain and measure in study.measures, "measure")


def _planned_by_snakemake(checkout: Checkout) -> set[str]:
    words = checkout.snakemake("--dry-run", "--printshellcmds")
    return set(re.findall(r"(equidyn .*) >\S+ 2>&1", words, re.MULTILINE))


def _planned_by_dvc(checkout: Checkout) -> set[str]:
    """Stale stages and all that depend on them; the lists of sources must be made for DVC to know."""
    checkout.run("dvc", "repro", "dvc.yaml:sources", folder=checkout.preset)
    words = checkout.dvc("repro", "--dry", "--force-downstream")
    return set(re.findall(r"^> (equidyn .*)$", words, re.MULTILINE))


def _change_learning_rate(checkout: Checkout) -> None:
    variant = "options: {hidden: 1, layers: 3, kernel: 3, norm: none, alpha: 1.0e-5}\n        augment: none\n"
    checkout.edit("presets/test/params.yaml", variant, f"{variant}        training: {{learning_rate: 1.0e-3}}\n")


def _change_model(checkout: Checkout) -> None:
    path = "src/equidyn/domains/digits/models/autoencoder_base.py"
    checkout.edit(path, "return functional.elu_(", "return 1 * functional.elu_(")


def _change_measure(checkout: Checkout) -> None:
    checkout.edit(
        "src/equidyn/domains/smoke/measures/equivariance.py", "steps: PositiveInt = 1", "steps: PositiveInt = 2"
    )


def _change_budget(checkout: Checkout) -> None:
    checkout.edit("presets/test/params.yaml", "budget: 2.0", "budget: 1.5")


def _of_controls() -> set[str]:
    """All that a change of the budget touches."""
    cells = [cell for cell in PRESET.cells() if cell.control]
    assert cells
    return {f"equidyn {stage} {cell}" for stage in ("train", "measure") for cell in cells} | {"equidyn report"}


def _reorder_keys(checkout: Checkout) -> None:
    """The same values in another order and spelling."""
    checkout.edit("presets/test/params.yaml", "{level: E, value: 3, train: 2}", "{train: 2, value: 3, level: E}")


def _add_seed(checkout: Checkout) -> None:
    checkout.set_param("studies.smoke-sizes.seeds", [2, 1])


FURTHER = {
    f"equidyn {stage} smoke-sizes/{data}/gcnn/1" for stage in ("train", "measure") for data in ("eps000-n1", "E3-n2")
}
CHANGES = {
    "learning rate of one variant": (_change_learning_rate, _of_model("rsteer")),
    "file on which models build": (_change_model, _of_model("autoencoder", "attention_autoencoder")),
    "measure file": (_change_measure, _of_measure("smoke", "equivariance")),
    "a further seed": (_add_seed, FURTHER | {"equidyn report"}),
    "budget of the control": (_change_budget, _of_controls()),
    "order of keys": (_reorder_keys, set()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_snakemake_plans_just_what_a_change_touches(by_snakemake: Checkout, change: str) -> None:
    make, expected = CHANGES[change]
    make(by_snakemake)
    assert _planned_by_snakemake(by_snakemake) == expected


@pytest.mark.parametrize("change", CHANGES)
def test_dvc_plans_just_what_a_change_touches(by_dvc: Checkout, change: str) -> None:
    make, expected = CHANGES[change]
    make(by_dvc)
    assert _planned_by_dvc(by_dvc) == expected


def test_dvc_runs_what_it_plans(by_dvc: Checkout) -> None:
    """In truth, not in a plan: a changed model file re-runs its own cells and the report."""
    by_dvc.edit("src/equidyn/domains/sets/models/intrinsic.py", "return sets.transpose(", "return 2 * sets.transpose(")
    words = by_dvc.dvc("repro")
    ran = set(re.findall(r"^> (equidyn .*)$", words, re.MULTILINE))
    assert ran == _of_model("intrinsic") | {"equidyn sources"}
