"""The studies that the project ships: what is compared must match in size."""

from pathlib import Path

import pytest

from equidyn.models.registry import build_network, count_parameters
from equidyn.params import load
from equidyn.symmetry.fields import FieldType

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("folder", [".", "presets/paper"])
def test_compared_variants_match_in_parameters_within_5_percent(folder):
    for study in load(PROJECT / folder / "params.yaml").studies.values():
        inputs, outputs = FieldType("vector", study.task.input_frames), FieldType("vector", 1)
        networks = {name: build_network(variant, inputs, outputs, 0) for name, variant in study.variants.items()}
        counts = {name: count_parameters(network) for name, network in networks.items()}
        assert max(counts.values()) <= 1.05 * min(counts.values()), counts


def test_the_paper_preset_has_the_published_protocol():
    study = load(PROJECT / "presets/paper/params.yaml").studies["smoke-levels"]
    source = study.source
    assert (source.resolution, source.size, source.dt, source.warmup, source.frames) == (64, 64.0, 0.5, 10, 60)
    assert [level.value for level in study.datasets.values()] == list(range(10))
    assert (study.task.input_frames, study.task.train_steps, study.task.residual) == (1, 6, False)
    assert (source.split.train, source.split.validation, source.split.test) == ((0, 30), (30, 40), (40, 50))
