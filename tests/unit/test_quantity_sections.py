"""The section that shows any quantity, on made-up numbers whose truth is known."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from claims_cells import LEVELS, VARIANTS, around, results

from equidyn.core.domain import built_in, find
from equidyn.core.measures.quantities import Quantity, declared_as
from equidyn.core.params.signatures import AUDIT, entries
from equidyn.core.params.study import MeasureSettings
from equidyn.report import declared
from equidyn.report.figures.style import styled
from equidyn.report.gather import StudyResults
from equidyn.report.sections import sections_for
from equidyn.report.sections.quantity import Measured
from equidyn.report.sections.quantity_values import Shown, shown
from equidyn.report.sections.section import Section

STEPS, RADII, LAYERS = (1, 2, 3), [0.1, 0.4, 1.0], ("first", "second")
RMSE = {name: 1.0 + place / 10 for place, name in enumerate(VARIANTS)}  # cnn is the best
MINE = '''
"""size: how large it is."""

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt

TITLE = "Size"
QUANTITIES = (
    Quantity("total", "total", "%", "higher", headline=True, baselines=("level",)),
    Quantity("level", "the floor"),
    Quantity("layers.*", "by layer", "m", each="layer"),
)


def measure(context: object, *, samples: PositiveInt = 16):
    """Size of `samples` samples, by `total`."""
'''


def _level(factor: float = 1.0) -> Callable[[str, str, int], float]:
    """What differs from level to level alone."""
    return lambda variant, dataset, seed: factor * (2.0 + LEVELS[dataset])


@pytest.fixture(scope="module")
def study() -> StudyResults:
    """Errors with a baseline, by step as well, and sharpness along its radii; one run diverged."""
    rmse = around(RMSE, 0.001)
    truth = {
        ("error", "rmse"): rmse,
        ("error", "rmse_by_step"): lambda *cell: [step * rmse(*cell) for step in STEPS],
        ("error", "persistence_rmse"): _level(),
        ("error", "persistence_rmse_by_step"): lambda *cell: [step * _level()(*cell) for step in STEPS],
        ("error", "unit"): _level(7.0),
        ("decomposition", "share"): lambda variant, dataset, seed: 0.25 if variant == "cnn" else 0.0,
        ("equivariance", "pairwise"): lambda variant, dataset, seed: 0.1 if variant == "cnn" else 0.0,
        ("sharpness", "radii"): lambda *cell: RADII,
        ("sharpness", "sphere"): lambda variant, dataset, seed: [RMSE[variant] * radius for radius in RADII],
        ("audit/sharpness", "control"): lambda *cell: 0.5,
    }
    return results(truth, diverged=[("gcnn", "eps000", 1)])


def _section(study: StudyResults, measure: str) -> Section:
    with styled():
        return Measured(measure).section(study)


def _view(section: Section, variant: str, place: int = 0) -> dict[str, str]:
    """The row of a variant at eps = 0."""
    view = section.tables[place].view
    return view[(view["data"] == "ε = 0") & (view["variant"] == variant)].iloc[0].to_dict()


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_table_has_means_with_intervals_the_best_and_what_takes_no_training(study):
    section = _section(study, "error")
    heads = [f"test RMSE [rms velocity], {checkpoint}" for checkpoint in ("early", "best")]
    shares = [f"test RMSE over persistence, {checkpoint}" for checkpoint in ("early", "best")]
    assert section.tables[0].columns == ["data", "variant", *heads, *shares]
    assert _plain(_view(section, "cnn")[shares[1]]) == "50.0 %" and _view(section, "(persistence)")[shares[1]] == "–"
    rows = {name: _view(section, name)[heads[1]] for name in ("cnn", "rgroup", "gcnn", "(persistence)")}
    assert rows["cnn"].startswith("1.00") and " ± " in _plain(rows["cnn"])
    assert [name for name, text in rows.items() if text.endswith("*")] == ["cnn"]
    assert _plain(rows["gcnn"]).endswith("diverged (1 of 3)")
    assert rows["(persistence)"] == "2.000"
    data = section.tables[0].data.set_index(["dataset", "variant", "quantity"])
    assert data.loc[("eps030", "cnn", "error.rmse@best"), "share"] == pytest.approx(1.0 / 2.3, rel=0.02)
    own = study.quantity("error", "rmse").query("dataset == 'eps060' and variant == 'rgroup'")["value"]
    assert data.loc[("eps060", "rgroup", "error.rmse@best"), "mean"] == pytest.approx(own.mean(), rel=1e-12)
    assert data.loc[("eps000", "gcnn", "error.rmse@best"), ["n", "seeds", "diverged"]].tolist() == [2, 3, 1]
    assert data.loc[("eps030", "(persistence)", "error.rmse@early"), "mean"] == pytest.approx(2.3)


def test_lists_stand_along_what_their_index_means(study):
    steps, radii = _section(study, "error").tables[1], _section(study, "sharpness").tables[0]
    assert steps.columns == ["data", "variant", "rollout step", "1", "2", "3"]
    assert radii.columns == ["data", "variant", "t", "0.1", "0.4", "1"]
    row = steps.data.query("dataset == 'eps030' and variant == '(persistence)' and quantity.str.endswith('@best')")
    assert row.set_index("at")["mean"].to_dict() == pytest.approx({1.0: 2.3, 2.0: 4.6, 3.0: 6.9})
    row = radii.data.query("dataset == 'eps000' and variant == 'rgroup' and quantity == 'sharpness.sphere@best'")
    assert row.set_index("at")["mean"].to_dict() == pytest.approx({radius: 1.2 * radius for radius in RADII})


def test_shares_are_shown_in_percent_and_kept_as_they_are(study):
    table = _section(study, "decomposition").tables[0]
    assert (
        _plain(_view(_section(study, "decomposition"), "cnn")["share of broken symmetry [%], best"]) == "25.00 ± 0.00"
    )
    assert set(table.data["mean"]) == {0.25, 0.0}


def test_what_is_shown_elsewhere_is_no_column(study):
    """Baselines are rows, details are in the file of all numbers alone, and places are heads."""
    names = {one.quantity.name for measure in ("error", "sharpness") for one in shown(study, measure)}
    assert names == {"rmse", "rmse_by_step", "sphere"}


def test_a_published_measure_stands_in_the_audit_and_not_with_its_twin(study):
    places = {one.measure: place for one, place in sections_for(study) if isinstance(one, Measured)}
    assert (places["sharpness"], places["audit/sharpness"]) == ("page", "audit")
    audit = _section(study, "audit/sharpness")
    assert audit.title == "Sharpness, as published"
    assert any("as published, t = 0" in head for head in audit.tables[0].columns)
    assert not any("as published" in head for head in _section(study, "sharpness").tables[0].columns)


def test_the_data_s_own_error_is_a_baseline_and_zero_has_a_place_on_a_logarithmic_axis(study):
    section = _section(study, "equivariance")
    assert _view(section, "(the data)")["equivariance error, best"] == "0"
    assert section.pictures[0].caption.endswith("What is 0 is drawn at the edge.")
    assert not any("edge" in picture.caption for picture in _section(study, "error").pictures)


def test_only_the_headline_of_a_study_is_a_finding(study):
    said = _section(study, "error").finding
    assert [sentence.partition(",")[0] for sentence in said] == ["At ε = 0", "At ε = 0.3", "At ε = 0.6"]
    assert all("cnn has the lowest test RMSE" in sentence for sentence in said)
    assert not _section(study, "equivariance").finding


def test_a_measure_of_the_user_is_one_file_and_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/__init__.py").write_text("")
    (tmp_path / "pack/size.py").write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)
    truth = {
        ("pack.size", "total"): lambda variant, dataset, seed: 0.5 if variant == "cnn" else 0.25,
        ("pack.size", "level"): lambda variant, dataset, seed: 0.125,
        **{("pack.size", f"layers.{name}"): around({}, otherwise=place) for place, name in enumerate(LAYERS)},
    }
    study = results(truth, checkpoints=["best"])
    with styled():
        sections = [one.section(study) for one, _ in sections_for(study) if one == Measured("pack.size")]
    (section,) = sections
    assert (section.title, section.text) == ("Size", ["How large it is.", "Size of 16 samples, by total."])
    assert [picture.name for picture in section.pictures] == [
        "smoke-levels--pack-size",
        "smoke-levels--pack-size-layer",
    ]
    rows = [_plain(_view(section, name)["total [%]"]) for name in ("cnn", "(the floor)")]
    assert rows == ["50.00 ± 0.00 *", "12.50"]
    assert section.tables[1].columns == ["data", "variant", "layer", *LAYERS]
    assert set(section.tables[1].data["at"]) == set(LAYERS)


def test_nothing_measured_is_no_section(study):
    assert Measured("lie").section(study) is None


@pytest.mark.parametrize("name", [name for name in built_in() if find(name).has("measures")])
def test_every_measure_of_a_domain_has_one_place_in_its_report(name: str, study: StudyResults) -> None:
    measures = {measure: MeasureSettings(at=["best"], options={}) for measure in entries(find(name), "measures")}
    settings = study.settings.model_copy(update={"domain": name, "measures": measures})
    places = sections_for(replace(study, settings=settings))
    single = [one.measure for one, _ in places if isinstance(one, Measured)]
    own = [measure for one, _ in places for measure in getattr(one, "MEASURES", ())]
    assert sorted((*single, *own)) == sorted(measures)
    assert all(place == "audit" for one, place in places if isinstance(one, Measured) and one.measure.startswith(AUDIT))


@pytest.mark.parametrize("name", [name for name in built_in() if find(name).has("measures")])
def test_declarations_name_what_there_is(name: str) -> None:
    """Baselines, and places that are no words; names are distinct, and every measure says something."""
    for measure in entries(find(name), "measures"):
        quantities = declared.declared(find(name), measure)
        names = [one.name for one in quantities]
        assert names and len(set(names)) == len(names), measure
        for one in quantities:
            missing = [other for other in one.baselines if not other.startswith("data.") and other not in names]
            assert not missing, f"{measure}.{one.name}"
            assert one.starred or not one.each, f"{measure}.{one.name}"
            assert not one.is_axis or any(other.axis == one.name and not other.is_axis for other in quantities)
        assert declared.title(find(name), measure) and declared.definition(find(name), measure, {})


def test_baselines_of_lists_have_their_axis() -> None:
    for name in ("smoke", "turbulence", "sets", "digits"):
        for measure in entries(find(name), "measures"):
            quantities = declared.declared(find(name), measure)
            for one in quantities:
                for other in filter(None, (declared_as(base, quantities) for base in one.baselines)):
                    assert other.axis == one.axis, f"{measure}.{one.name}"


def test_an_estimate_needs_two_seeds(study: StudyResults) -> None:
    values = study.quantity("error", "rmse")
    alone = Shown("error", Quantity("rmse", "RMSE"), "best", values[values["seed"] == 2], "1")
    assert alone.estimates["mean"].notna().all() and alone.estimates["low"].map(math.isnan).all()
