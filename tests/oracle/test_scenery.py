"""Scenes of a user's own: a block in the middle leaves level 0 symmetric, one beside it does not."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from test_smoke import eps, source

from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.core.sources import prepare_sources
from equidyn.domains.smoke.params.smoke import SmokeSource
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.smoke import make

PACKAGE = Path(__file__).resolve().parents[1] / "users_package"
SIZE, CELLS = 64.0, 8


@pytest.fixture(autouse=True)
def _on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PACKAGE)


def _source(**options: object) -> SmokeSource:
    scene = {"by": "my_lab.scene", "options": {"side": 16.0} | options}
    return source(resolution=CELLS, warmup=1, frames=2, scene=scene)


def _made(level: float, **options: object) -> Fields:
    return make(_source(**options), eps(level), "test/scene", Clock({}, "smoke"))


@pytest.mark.parametrize("walls", [True, False])
def test_a_block_in_the_middle_leaves_level_zero_symmetric(walls: bool) -> None:
    made = _made(0.0, walls=walls)
    checks = made.attributes["checks"]
    assert checks["max_disagreement"] < 1e-12 and checks["max_divergence"] < 1e-9
    assert checks["equivariance"]["pairwise"] < 1e-6
    inside = made.velocity[..., 3:5, 3:5]  # between two faces through which nothing flows
    assert np.abs(made.velocity).max() > 0.05 and np.abs(inside).max() < 1e-9


def test_a_block_beside_the_middle_breaks_the_symmetry_and_is_told() -> None:
    with pytest.raises(EquidynError, match=r"if quarter turns change what my_lab\.scene builds, give"):
        _made(0.0, shift=8.0)
    assert _made(1e-9, shift=8.0).attributes["checks"]["equivariance"]["pairwise"] > 0.05


def test_a_scene_is_checked_with_the_params_and_counts_in_the_fingerprint() -> None:
    for change, told in (
        ({"by": "my_lab.nowhere"}, "no importable module of this name"),
        ({"by": "my_lab.scene", "options": {"side": -1.0}}, "greater than 0"),
        ({"by": "my_lab.scene", "options": {"sides": 1.0}}, "did you mean 'side'"),
    ):
        with pytest.raises(ValueError, match=told):
            source(scene=change)
    assert PACKAGE / "my_lab/scene.py" in prepare_sources(SimpleNamespace(home=find("smoke"), source=_source()))
