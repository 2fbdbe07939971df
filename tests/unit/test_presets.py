"""The studies that the project ships: what is compared must match in size."""

from pathlib import Path

import pytest

from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import load
from equidyn.core.training.task import io_types
from equidyn.grids.stack import GridNet

PROJECT = Path(__file__).resolve().parents[2]


# Variants that are compared with each other: where weights are shared, equal widths and equal parameters are two sizes.
_OF_COMPUTE = {"gcnn-small": "cnn", "cnn-large": "gcnn-vector"}  # of equal multiply-adds instead
_FEW = {"smoke-methods": 1.12}  # studies of small nets, where one field more is much
_SMALL = ("ae-small", "equivariant-ae", "equivariant-ae-scaled", "equivariant-ae-attention")


@pytest.mark.parametrize(("folder", "most"), [(".", 1.12), ("presets/reference", 1.05), ("presets/paper", 1.05)])
def test_compared_variants_match_in_parameters(folder, most):
    """Of the middle of their range; those marked "published" keep their own sizes, variance-net its numbers, and
    interpolation has none. The default study's nets are so small that one hidden field more is a quarter of them.
    Weights that are redundant, a strict kernel's beside a free one, are not counted."""
    for name, study in load(PROJECT / folder / "params.yaml").studies.items():
        own = ("published", "variance-net", "projection-large", *_OF_COMPUTE)
        compared = {key: entry for key, entry in study.variants.items() if not any(word in key for word in own)}
        counts = {key: _size(build_network(study, key, *io_types(study), 0).deployed()) for key in compared}
        counts = {key: count for key, count in counts.items() if count}
        small = {key: counts.pop(key) for key in _SMALL if key in counts}
        for group in filter(None, (counts, small)):
            middle = (max(group.values()) + min(group.values())) / 2
            assert max(group.values()) <= _FEW.get(name, most) * middle, (name, group)


def _size(network):
    factors = [factor for layer in network.layers for factor in layer.factors] if isinstance(network, GridNet) else []
    redundant = sum(count_parameters(kernel) for kernel, free in factors if free is not None)
    return count_parameters(network) - redundant


@pytest.mark.parametrize("folder", [".", "presets/paper"])
def test_variants_of_equal_compute_match_in_multiply_adds(folder):
    """Within 12 %: a field more or less of a small net is as much."""
    found = {}
    for study in load(PROJECT / folder / "params.yaml").studies.values():
        for pair in (pair for pair in _OF_COMPUTE.items() if pair[0] in study.variants):
            ours, other = (build_network(study, key, *io_types(study), 0).multiply_adds() for key in pair)
            found[pair[0]] = ours / other
    assert set(found) == set(_OF_COMPUTE)
    assert list(found.values()) == pytest.approx([1.0] * len(found), rel=0.12)


@pytest.mark.parametrize("folder", [".", "presets/test", "presets/paper"])
def test_published_variants_are_named_so(folder):
    for study in load(PROJECT / folder / "params.yaml").studies.values():
        for name, variant in study.variants.items():
            assert ("published" in name) or not variant.model.startswith("audit/"), name


def test_the_paper_preset_has_the_published_levels_protocol():
    study = load(PROJECT / "presets/paper/params.yaml").studies["smoke-levels"]
    source = study.source
    assert (source.resolution, source.size, source.dt, source.warmup, source.frames) == (64, 64.0, 0.5, 10, 60)
    assert [level.value for level in study.datasets.values()] == list(range(10))
    assert (study.task.input_frames, study.task.train_steps, study.task.residual) == (1, 6, False)
    assert (source.split.train, source.split.validation, source.split.test) == ((0, 30), (30, 40), (40, 50))


def test_the_paper_preset_has_the_published_rotation_protocol():
    study = load(PROJECT / "presets/paper/params.yaml").studies["smoke-rotation"]
    source, task = study.source, study.task
    assert (source.resolution, source.dt, source.simulations, source.buoyancy) == (64, 1.0, 36, 0.01)
    assert (len(source.domain), source.unused, source.sides) == (10, [(32, 3)], (1.0, 1.0, 1.1, 1.0))
    assert (task.input_frames, task.train_steps, task.test_steps, task.residual) == (10, 6, 20, False)
    assert source.lengths() == {"train": 160, "validation": 40, "future": 50, "domain": 100}
