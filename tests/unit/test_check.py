"""`equidyn check`: what a model author runs first."""

import pytest
import torch
from toy import toy_params

from equidyn.models import check, gcnn


def test_strict_variants_are_exact_and_others_are_listed(workplace):
    entries = {entry["variant"]: entry for entry in check.run(toy_params())}
    assert list(entries) == ["cnn", "cnn-aug", "gcnn", "rgroup"]
    assert [name for name, entry in entries.items() if entry["strict"]] == ["gcnn"]
    assert check.failures(list(entries.values())) == []
    for name, largest in (("gcnn", 1e-12), ("rgroup", 1e-12)):
        errors = entries[name]["error"]["float64"]
        assert set(errors) == {"train", "eval"}
        assert all(set(sides) == {"16", "32", "64"} for sides in errors.values())
        assert max(error for sides in errors.values() for error in sides.values()) <= largest
    assert entries["gcnn"]["parameters"] == 2 * 2 * 18 + 2 + 36 * 4 + 2 + 2 * 18


def test_one_variant_alone(workplace):
    assert [entry["variant"] for entry in check.run(toy_params(), "cnn")] == ["cnn"]


def test_a_strict_variant_that_is_not_exact_is_found(workplace, monkeypatch):
    """A strict layer whose filter is spoilt by one part in a million fails, and so does one that gives NaN."""
    exact = gcnn.C4Conv.filter
    for spoil in (1e-6, float("nan")):

        def spoilt(self, spoil=spoil):
            kernel, bias = exact(self)
            corner = torch.zeros_like(kernel)
            corner[..., 0, 0] = spoil
            return kernel + corner, bias

        monkeypatch.setattr(gcnn.C4Conv, "filter", spoilt)
        found = check.failures(check.run(toy_params(), "gcnn"))
        assert len(found) == 6 and "toy/gcnn: train mode, 16 pixels" in found[0]


@pytest.mark.parametrize("tolerance", [1e-12, 1e-20])
def test_the_tolerance_is_a_bound(workplace, tolerance):
    found = check.failures(check.run(toy_params(), "gcnn"), tolerance)
    assert bool(found) == (tolerance < 1e-17)
