"""What a cluster is asked for is above what was measured, not absurdly so, and grows with each attempt."""

from pathlib import Path

import pytest

from equidyn.core.params import Cell, Study, load
from equidyn.core.params import resources as effort

PROJECT = Path(__file__).resolve().parents[2]
PRESETS = {"test": "presets/test", "default": ".", "paper": "presets/paper"}
# Seconds of the longest training and peak memory of training or measures [MB] of the default run, two cores;
# at published scale 1,200 steps of 3.53 s and 3,200 of 16.7 s (benchmarks training_step, upscale_step; bf16).
MEASURED = [
    ("default", "smoke-levels", "e2cnn-published", 4.9, 352),
    ("default", "turbulence", "cnn-large", 4.6, 299),
    ("default", "gaussian", "intrinsic-exchangeable", 2.8, 300),
    ("default", "digits-autoencoder", "equivariant-ae-attention-wide", 2.4, 242),
    ("default", "digits-cnn", "cnn", 4.0, 358),
    ("paper", "smoke-levels", "gcnn", 4236.0, 2700),
    ("paper", "turbulence", "gcnn-vector", 53440.0, 4950),
]


@pytest.fixture(scope="module")
def studies() -> dict[tuple[str, str], Study]:
    """(preset, name) -> study."""
    folders = {preset: load(PROJECT / folder / "params.yaml") for preset, folder in PRESETS.items()}
    return {(preset, name): study for preset, params in folders.items() for name, study in params.studies.items()}


def _cell(variant: str) -> Cell:
    """A run of a variant; what is asked for does not depend on its study's name, dataset or seed."""
    return Cell("", "", variant, 1)


@pytest.mark.parametrize(("preset", "name", "variant", "seconds", "peak"), MEASURED)
def test_more_is_asked_for_than_was_measured(studies, preset, name, variant, seconds, peak) -> None:
    study = studies[preset, name]
    minutes = effort.minutes_to_train(study, _cell(variant))
    assert seconds / 60 < minutes < effort.START + 30 * seconds / 60
    assert peak < effort.memory_mb(study, _cell(variant)) < 1000 + 5 * peak


def test_only_the_presets_of_seconds_are_all_short(studies) -> None:
    said = {key: {effort.is_short(study, _cell(name)) for name in study.variants} for key, study in studies.items()}
    short, long = ({key for key, found in said.items() if one in found} for one in (True, False))
    assert {preset for preset, _ in short} == set(PRESETS)
    assert {preset for preset, _ in long} == {"paper"}
    assert short & long == set()


def test_each_attempt_asks_for_more_up_to_what_partitions_grant(studies) -> None:
    study = studies["paper", "smoke-levels"]
    for asked in (effort.minutes_to_train, effort.minutes_to_measure, effort.memory_mb):
        assert asked(study, _cell("gcnn"), 3) == 3 * asked(study, _cell("gcnn"))
    long = studies["paper", "smoke-rotation"]
    assert effort.minutes_to_train(long, _cell("rsteer"), 2) == effort.LONGEST
