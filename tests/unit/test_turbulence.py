"""Sets of kind turbulence: what is kept of a run, its checks, what makes a set be refused, and its card."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from equidyn.core.data import card, store
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.domains.turbulence.params import TurbulenceData, TurbulenceSource
from equidyn.domains.turbulence.source import turbulence, turbulence_checks, turbulence_run
from equidyn.domains.turbulence.source.coarse import FILTERS
from equidyn.domains.turbulence.source.spectral import Modes
from equidyn.domains.turbulence.source.turbulence_run import EVERY, flow_of, looks, record, schedule
from equidyn.domains.turbulence.source.turbulence_start import start
from equidyn.domains.turbulence.source.turbulence_statistics import Frames
from equidyn.domains.turbulence.source.volumes import Volumes

TREE = {
    "kind": "turbulence",
    "resolution": 12,
    "factor": 4,
    "filter": "box",
    "viscosity": 0.12,
    "dt": 0.1,
    "forcing": {"wavenumber": 2.5, "power": 0.5},
    "burn_in": 12,
    "samples": 3,
    "interval": 5,
    "context": 3,
    "spacing": 2,
    "split": {"by": "simulation", "train": 2, "validation": 1, "test": 1},
    "blocks": 1,
    "seed": 3,
}
# What the project reads of the checks of every set of turbulence.
KEYS = [
    "equivariance",
    "anisotropy",
    "variance",
    "variance_ratio",
    "cross",
    "skewness",
    "gradient_ratio",
    "kmax_eta",
    "re_lambda",
    "cfl",
    "energy",
    "dissipation",
    "power",
    "balance",
    "turnovers",
    "divergence",
    "float64_difference",
    "wavenumber",
    "spectrum",
    "times",
    "variances",
    "rms",
]


def source(**changes: Any) -> TurbulenceSource:
    return TurbulenceSource.model_validate(TREE | changes)


def made(anisotropy: float = 0.0, train: int | None = None, **changes: Any) -> Volumes:
    wanted = TurbulenceData(anisotropy=anisotropy, train=train)
    return turbulence.make(source(**changes), wanted, "study/set", Clock({}, "turbulence"))


@pytest.fixture(scope="module")
def isotropic() -> Volumes:
    return made()


def test_samples_are_cut_from_one_run_also_where_they_overlap() -> None:
    apart = schedule(source())
    assert sorted(apart) == [12, 14, 16, 17, 19, 21, 22, 24, 26]
    assert apart[19] == [(1, 1)]
    overlapping = schedule(source(interval=2))
    assert {step: sorted(kept) for step, kept in overlapping.items()} == {
        12: [(0, 0)],
        14: [(0, 1), (1, 0)],
        16: [(0, 2), (1, 1), (2, 0)],
        18: [(1, 2), (2, 1)],
        20: [(2, 2)],
    }
    assert looks(source()) == [0, EVERY, 2 * EVERY, 26]


def test_frames_are_those_of_the_solver() -> None:
    """Windows that overlap, and a run by hand, step by step."""
    few = source(interval=2, context=3, spacing=2)
    recording, modes = record(few, 0.4, "study/set"), Modes(12)
    flow, velocity = flow_of(few, 0.4, modes), start(few, 1, modes)
    for step in range(21):
        field = modes.to_space(velocity)
        for sample, frame in schedule(few).get(step, []):
            coarse = FILTERS["box"](field, 4).numpy()
            np.testing.assert_array_equal(recording.coarse[1, sample, frame], coarse)
            if frame == 1:
                np.testing.assert_array_equal(recording.fine[1, sample], field.numpy())
        velocity = flow.step(velocity)
    np.testing.assert_array_equal(recording.coarse[:, 0, 2], recording.coarse[:, 1, 1])
    np.testing.assert_array_equal(recording.coarse[:, 1, 1], recording.coarse[:, 2, 0])


def test_a_set_is_stored_whole(isotropic: Volumes, tmp_path: Path) -> None:
    store.write(tmp_path / "set.h5", isotropic)
    again = store.read(tmp_path / "set.h5", Volumes)
    assert (again.coarse.shape, again.fine.shape) == ((24, 3, 3, 3, 3, 3), (24, 3, 12, 12, 12))
    assert (again.coarse.dtype, again.fine.dtype) == (np.float32, np.float32)
    np.testing.assert_array_equal(again.simulation, np.arange(8).repeat(3))
    np.testing.assert_array_equal(again.ranges, [[[6, 12], [3, 6], [0, 3]], [[18, 24], [15, 18], [12, 15]]])
    assert again.content_hash() == isotropic.content_hash()
    assert again.attributes == isotropic.attributes
    coarse, fine = again.of("validation")
    np.testing.assert_allclose(coarse[:, 1], FILTERS["box"](torch.from_numpy(fine), 4).numpy(), atol=1e-6)


def test_the_sharp_filter_is_another_one(isotropic: Volumes) -> None:
    sharp = made(filter="spectral")
    np.testing.assert_array_equal(sharp.fine, isotropic.fine)
    expected = FILTERS["spectral"](torch.from_numpy(sharp.fine), 4).numpy()
    np.testing.assert_allclose(sharp.coarse[:, 1], expected, atol=1e-6)
    assert np.abs(sharp.coarse - isotropic.coarse).max() > 0.1


def test_a_larger_set_holds_the_smaller_one_to_the_last_digit(
    isotropic: Volumes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many simulations run side by side."""
    monkeypatch.setattr(turbulence_run, "TOGETHER", 3 * 12**3)
    larger = made(train=3, blocks=2)
    for block in range(2):
        of_few, of_many = isotropic.of_block(block), larger.of_block(block)
        for split in isotropic.splits:
            for few, many in zip(of_few.of(split), of_many.of(split), strict=True):
                np.testing.assert_array_equal(few, many[: len(few)])
    assert len(larger.of_block(2).of("train")[1]) == 9
    assert len(np.unique(larger.fine[:, 0, 0, 0, 0])) == len(larger.fine) == 45
    assert made().content_hash() == isotropic.content_hash()


def test_simulations_and_seeds_differ_and_levels_share_their_starts(isotropic: Volumes) -> None:
    modes = Modes(12)
    first = start(source(), 0, modes)
    for other in (start(source(), 1, modes), start(source(seed=4), 0, modes)):
        assert float((other - first).abs().max()) > 0.3 * float(first.abs().max())
    assert torch.equal(first, start(source(samples=9), 0, modes))
    level = made(0.6, burn_in=0, samples=1, context=1)
    np.testing.assert_allclose(level.of("test")[1][0], modes.to_space(first).numpy(), atol=1e-7)


def test_a_start_has_the_energy_and_spectrum_of_turbulence() -> None:
    fine = TurbulenceSource.model_validate(TREE | {"resolution": 32, "viscosity": 0.03})
    modes = Modes(32)
    velocity = torch.stack([start(fine, simulation, modes) for simulation in range(4)])
    np.testing.assert_allclose(modes.energy(velocity), 4 * (0.5 / 2.5) ** (2 / 3), rtol=1e-5)
    spectrum = modes.spectrum(velocity).mean(0)
    assert spectrum[0] == 0
    assert float(spectrum[4] / spectrum[2]) == pytest.approx(2 ** (-5 / 3), rel=0.35)
    divergence = (modes.vectors * velocity).sum(1).abs().max()
    assert float(divergence) < 1e-6


def test_the_checks_tell_the_flow(isotropic: Volumes) -> None:
    checks = isotropic.attributes["checks"]
    json.dumps(checks, allow_nan=False)
    assert set(KEYS) <= set(checks)
    assert (checks["equivariance"], checks["anisotropy"], checks["power"]) == (None, 0.0, 0.5)
    fine = isotropic.fine.astype(np.float64)
    np.testing.assert_allclose(checks["variance"], np.square(fine).mean(axis=(0, 2, 3, 4)), rtol=1e-6)
    assert checks["energy"] == pytest.approx(np.square(fine).sum(axis=1).mean() / 2, rel=1e-6)
    assert sum(checks["spectrum"]) == pytest.approx(checks["energy"], rel=1e-5)
    assert checks["balance"] == pytest.approx(1, abs=0.03)
    assert checks["turnovers"] == pytest.approx(1.2 / checks["turnover"])
    assert checks["rms"]["test"] == pytest.approx(np.sqrt(np.square(isotropic.of("test")[1], dtype=float).mean()))
    assert 0 < checks["float64_difference"] < 1e-5
    assert checks["divergence"] < 1e-6
    assert len(checks["times"]) == len(checks["variances"][0]) == 4
    assert checks["cfl"] < turbulence_run.FASTEST


def test_statistics_of_known_fields() -> None:
    """A flow whose moments, gradients and scales can be written down: vx = a sin y, vz = b sin(2 x) + c cos y."""
    along = 2 * np.pi / 12 * np.arange(12)
    y, x = along[:, None], along
    still, a, b, c = np.zeros((12, 12, 12)), 0.5, 0.3, 0.2
    field = np.stack([still + a * np.sin(y), still, still + b * np.sin(2 * x) + c * np.cos(y)]).astype(np.float32)
    found = Frames(field[None])
    np.testing.assert_allclose(found.moments, np.diag([a * a / 2, 0, (b * b + c * c) / 2]), atol=1e-7)
    np.testing.assert_allclose(found.spectrum[:3], [0, (a * a + c * c) / 4, b * b / 4], atol=1e-7)
    assert found.square_gradient == pytest.approx((a * a + 4 * b * b + c * c) / 2, rel=1e-5)
    assert found.divergence < 1e-6
    energy = (a * a + b * b + c * c) / 4
    per_component = 2 * energy / 3
    assert found.integral_scale == pytest.approx(
        np.pi / 2 * ((a * a + c * c) + b * b / 2) / 4 / per_component, rel=1e-5
    )
    shares = np.array([(a * a + c * c) / 4, b * b / 4]) / energy  # of the three pairs with |k|^2 = 1, the three with 4
    strength = np.sqrt((np.square(shares) / 3).sum())  # all along an axis, q = 1
    np.testing.assert_allclose(found.scatter, np.sqrt(9 / 4 * np.array([4 / 9, 1 / 6])) * strength, rtol=1e-5)


def test_scatter_is_that_of_gaussian_fields() -> None:
    """Over many random fields with few strong modes."""
    modes, dice = Modes(8), torch.Generator().manual_seed(5)
    noise = torch.randn(4000, 3, 8, 8, 8, generator=dice)
    velocity = modes.project(modes.to_modes(noise)) * (modes.squares > 0) / (1 + modes.squares)
    fields = modes.to_space(velocity).numpy()
    flat = fields.reshape(4000, 3, -1)
    moments = flat @ flat.transpose(0, 2, 1) / 8**3
    variances = moments[:, range(3), range(3)]
    apart = (variances - variances.mean(axis=1, keepdims=True)).std(axis=0).mean()
    crossed = moments[:, [0, 0, 1], [1, 2, 2]].std(axis=0).mean()
    predicted = Frames(fields[:400]).scatter
    np.testing.assert_allclose([apart, crossed] / variances.mean(), predicted, rtol=0.04)


def test_an_anisotropic_set_shows_it() -> None:
    checks = made(0.8, burn_in=40).attributes["checks"]
    x, y, z = checks["variance"]
    assert x > 1.5 * max(y, z)
    assert checks["variance_ratio"] > 1.5
    assert checks["anisotropy"] == 0.8


REFUSED = {
    "unstable": ({"dt": 0.5}, r"study/set: simulation \d, step \d+: Courant number .* source\.dt"),
    "not finite": ({"viscosity": 1e30, "dt": 1e9}, r"simulation 0, step \d+: the velocity is not finite"),
    "unresolved": ({"viscosity": 0.01, "dt": 0.05}, r"study/set: k_max eta is 0\.\d\d, below 0\.4.*source\.viscosity"),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED)
def test_what_goes_wrong_is_told(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(EquidynError, match=words):
        made(**changes)


STRETCHED = {
    "variance": (lambda fine: fine * np.float32([4, 1, 1])[:, None, None, None], r"<v_i\^2> is .* for x, y, z"),
    "cross": (lambda fine: fine + 0.9 * fine[:, :, [1, 0, 2]], r"a cross moment <v_i v_j> is .* of the mean"),
}


@pytest.mark.parametrize(("change", "words"), STRETCHED.values(), ids=STRETCHED)
def test_a_set_that_should_be_isotropic_and_is_not_is_refused(change: Any, words: str) -> None:
    many = source(split=TREE["split"] | {"train": 6}, samples=2)
    recording = record(many, 0.0, "study/set")
    turbulence_checks.measure(many, 0.0, recording, "study/set")
    recording.fine = change(recording.fine)
    with pytest.raises(EquidynError, match=f"study/set: the flow should be isotropic, but {words}.*errors off"):
        turbulence_checks.measure(many, 0.0, recording, "study/set")
    assert turbulence_checks.measure(many, 0.3, recording, "study/set")["variance_ratio"] > 1


def card_text(folder: Path, set_: Volumes, anisotropy: float = 0.0, **changes: Any) -> str:
    card.write(folder, find("turbulence"), set_, "study/set", source(**changes), TurbulenceData(anisotropy=anisotropy))
    assert {path.name for path in folder.iterdir()} == {"card.md", "slices.png", "course.png"}
    return (folder / "card.md").read_text()


def test_the_card(isotropic: Volumes, workplace: Path) -> None:
    (workplace / "card").mkdir()
    text = card_text(workplace / "card", isotropic)
    for piece in (
        "12 x 12 x 12 voxels",
        "0 (isotropic).",
        "w = (1, 1, 1)",
        "the mean over the 4^3 fine ones",
        "prefer none of the 24 orientations",
        "| 1 | train | [18, 24) | 6, 7 |",
        f"| skewness of longitudinal gradients (developed turbulence: about -0.4) [1] | "
        f"{isotropic.attributes['checks']['skewness']:.3f} |",
    ):
        assert piece in text
    store.write(Path("set.h5"), isotropic)
    names: dict[str, Any] = {"h5py": h5py}
    exec(text.split("```python\n")[1].split("```")[0], names)
    np.testing.assert_array_equal(names["fine"], isotropic.fine)
    assert names["splits"] == list(store.SPLITS)


def test_the_card_of_one_anisotropic_frame(tmp_path: Path) -> None:
    """A run without length has no balance."""
    changes = {"burn_in": 0, "samples": 1, "context": 1, "filter": "spectral"}
    text = card_text(tmp_path, made(0.5, **changes), 0.5, **changes)
    assert "energy balance" not in text and "undefined" not in text
    assert "w = (2, 0.5, 0.5)" in text and "8 of the 24" in text and "(sharp cut-off)" in text
