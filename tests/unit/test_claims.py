"""The claims: their data file, their effects, and how they are told."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import yaml
from claims_cells import (
    FIVE,
    LESS,
    PAIR,
    PAPER,
    PARAMS,
    REFERENCE,
    RMSE,
    VARIANTS,
    around,
    claims_file,
    contrast_of,
    every_contrast,
    published_claims,
    results,
    value,
)

from equidyn.core.errors import EquidynError
from equidyn.core.params import load
from equidyn.core.params.study import cells_of
from equidyn.report.claims.datasets import GROUPS, chosen_datasets
from equidyn.report.claims.effects import effect, missing, unmet
from equidyn.report.claims.model import claims_for, claims_of, read_claims
from equidyn.report.claims.words import label, seeds_words
from equidyn.report.declared import title
from equidyn.report.families import is_published, options
from equidyn.report.published import differing
from equidyn.report.sections import convergence, league, learning, sizes, variants


def test_every_claim_is_there():
    counts = {"C": 16, "R": 19, "T": 5, "G": 5, "A": 4, "L": 3}
    wanted = [f"{letter}{number}" for letter, count in counts.items() for number in range(1, count + 1)]
    assert [claim.id for claim in published_claims().claims] == wanted


def test_claims_have_one_definition_where_nothing_was_coded_that_differs():
    single = [claim.id for claim in published_claims().claims if not claim.as_published]
    ours = ["C15", "C16", *(f"R{n}" for n in range(1, 20)), *(f"T{n}" for n in range(1, 6))]
    assert single == [*ours, "G3", "G4", "A2"]


def test_claims_name_what_a_preset_has():
    """That of published scale; of ways to relax a symmetry, the reference."""
    studies = load(REFERENCE).studies | load(PAPER).studies
    for contrast in every_contrast():
        study = studies[contrast.study]
        assert {term.variant for term in contrast.terms} <= set(study.variants), label(contrast)
        assert {term.datasets for term in contrast.terms} <= {*GROUPS, *study.datasets}, label(contrast)
        assert contrast.checkpoint in study.measures[contrast.measure].at, label(contrast)
        assert not differing(study, contrast.needs), label(contrast)


def test_corrected_variants_differ_in_the_symmetry_that_they_impose_and_not_in_their_norm():
    compared = {t.variant for c in every_contrast() if c.study == "smoke-levels" and len(c.terms) > 1 for t in c.terms}
    for path in (PARAMS, PAPER):
        study = load(path).studies["smoke-levels"]
        ours = {name for name in compared & set(study.variants) if not is_published(study, name)}
        assert {options(study, name)["norm"] for name in ours} == {"none"}


def test_claims_name_sections_of_the_report():
    studies = load(REFERENCE).studies | load(PAPER).studies
    for claim in published_claims().claims:
        tested = [studies[name] for name in {test.study for test in (*claim.corrected, *claim.as_published)}]
        own = [study.home.module("report") for study in tested]
        shown = [entry for one in own for entry in (*one.SECTIONS, *getattr(one, "AUDIT", ()))]
        titles = {
            entry.TITLE for entry in (*shown, variants, learning, convergence, league, sizes) if hasattr(entry, "TITLE")
        }
        titles |= {title(study.home, measure) for study in tested for measure in study.measures}
        assert set(claim.sections) <= titles, claim.id


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ident": 1}, "unknown key 'ident'"),
        ({"id": "D01"}, "claims.0.id"),
        ({"id": "DD1"}, "claims.0.id"),
        ({"source": ["There"]}, "the source 'There' of C1 is not among: Here"),
        ({"corrected": []}, "claims.0.corrected"),
        ({"corrected": [LESS | {"decides": False}]}, "none of its tests decides"),
        ({"as_published": [LESS | {"decides": False}]}, "none of its tests decides"),
        ({"corrected": [LESS | {"optional": True}]}, "none of its tests decides"),
        ({"corrected": [LESS | {"direction": "more"}]}, "'less', 'greater' or 'none'"),
        ({"corrected": [RMSE | {"direction": "none"}]}, "the smallest effect that matters"),
        ({"corrected": [RMSE | {"direction": "less"}]}, "the smallest effect that matters"),
        ({"corrected": [LESS | {"form": "ratio", "matters": 0.1}]}, "a factor above 1"),
        ({"corrected": [LESS | {"error": "rmse_error"}]}, "`error` is of differences of rule exact only"),
        ({"corrected": [LESS, LESS | {"study": "smoke-sizes"}]}, "its primary tests are of several studies"),
        ({"corrected": [LESS | {"form": "ratio", "matters": 1.1, "terms": PAIR[:1]}]}, "must sum to 0"),
        ({"corrected": [LESS | {"needs": 3}]}, "needs"),
    ],
)
def test_a_faulty_file_is_refused_with_the_place(tmp_path, changes, said):
    with pytest.raises(EquidynError) as fault:
        read_claims(claims_file(tmp_path, **changes))
    assert said in str(fault.value) and "claims.yaml" in str(fault.value)


def test_an_id_that_stands_twice_and_a_file_that_is_no_mapping(tmp_path):
    path = claims_file(tmp_path)
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(tree | {"claims": tree["claims"] * 2}), encoding="utf-8")
    with pytest.raises(EquidynError, match="the id C1 stands twice"):
        read_claims(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(EquidynError, match="expected a mapping with the keys sources, claims"):
        read_claims(path)


def test_claims_of_several_domains_stand_together_by_letter_and_number(tmp_path):
    homes = [SimpleNamespace(folder=tmp_path / name) for name in ("one", "two", "three")]
    for home, ids in zip(homes, (["C10", "T1"], ["C9", "A1"], None), strict=True):
        home.folder.mkdir()
        if ids:
            tree = yaml.safe_load(claims_file(home.folder).read_text(encoding="utf-8"))
            claims = [tree["claims"][0] | {"id": key} for key in ids]
            (home.folder / "claims.yaml").write_text(yaml.safe_dump(tree | {"claims": claims}), encoding="utf-8")
    assert [claim.id for claim in claims_of(homes).claims] == ["C9", "C10", "T1", "A1"]
    own = yaml.safe_load(claims_file(tmp_path, id="U1").read_text(encoding="utf-8"))
    assert [claim.id for claim in claims_of(homes, own).claims] == ["C9", "C10", "T1", "A1", "U1"]
    with pytest.raises(EquidynError, match=r"params.yaml, claims: 2 wrong entries\n  claims.0.corrected.0.direction"):
        claims_of(homes, yaml.safe_load(yaml.safe_dump(own).replace("direction: less", "direction: lower")))
    path = claims_file(homes[2].folder, id="A1")
    with pytest.raises(EquidynError, match="the id A1 stands twice"):
        claims_of(homes)
    path.write_text(path.read_text(encoding="utf-8").replace("This test.", "Another."), encoding="utf-8")
    with pytest.raises(EquidynError, match="sources are called by one name"):
        claims_of(homes)


def test_nothing_is_quoted_that_was_not_read_in_its_source(tmp_path):
    assert read_claims(claims_file(tmp_path)).claims[0].evidence == "Figure 0"
    assert "Figure 0" not in read_claims(claims_file(tmp_path, verified=False)).claims[0].evidence


def test_a_difference_is_paired_over_seeds():
    found = effect(contrast_of(), results({("error", "rmse"): value}))
    assert found.by_seed == pytest.approx({1: -3.0, 2: -3.0, 3: -3.0}, abs=1e-12)
    assert (found.mean, *found.interval) == pytest.approx([-3.0] * 3, abs=1e-12)
    assert (found.seeds, found.diverged) == (3, 0)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([("rsteer", "highest", 1.0), ("rsteer", "symmetric", -1.0)], 0.6),
        ([("rsteer", "broken", 1.0), ("rsteer", "symmetric", -1.0)], 0.45),
        ([("rsteer", "all", 1.0), ("rsteer", "eps030", -1.0)], 0.0),
        ([("rsteer", "symmetric", 0.5), ("e2cnn", "symmetric", 0.5), ("cnn", "symmetric", -1.0)], 3.5),
    ],
)
def test_a_contrast_is_a_weighted_sum_of_means_over_datasets(terms, expected):
    entries = [dict(zip(("variant", "datasets", "weight"), term, strict=True)) for term in terms]
    found = effect(contrast_of(terms=entries), results({("error", "rmse"): value}))
    assert found.mean == pytest.approx(expected, abs=1e-12)


def test_the_most_broken_level_is_the_one_whose_data_is():
    study = results({("error", "rmse"): value})
    assert chosen_datasets(study, "highest") == ["eps060"]
    study.data["eps030"]["equivariance"]["pairwise"] = 0.9
    assert chosen_datasets(study, "highest") == ["eps030"]
    assert chosen_datasets(study, "symmetric") == ["eps000"]


def test_a_ratio_is_of_geometric_means_and_never_of_negative_numbers():
    values = {("rsteer", 1): 2.0, ("rsteer", 2): 8.0, ("rsteer", 3): -1.0, ("rsteer", 4): 1.0}
    study = results({("error", "rmse"): lambda v, _, seed: values.get((v, seed), 1.0)}, seeds=(1, 2, 3, 4))
    found = effect(contrast_of(form="ratio", matters=1.1), study)
    assert found.by_seed == pytest.approx({1: 2.0, 2: 8.0, 4: 1.0})
    assert found.mean == pytest.approx(16 ** (1 / 3))
    low, high = found.interval
    assert (low * high, low < 1.0 < high) == (pytest.approx(found.mean**2), True)


def test_published_units_parameters_and_figures():
    study = results({("error", "rmse"): value, ("error", "unit"): lambda *_: 0.25})
    one = {"terms": PAIR[:1], "direction": "none", "matters": 0.1, "reference": 1.0}
    assert effect(contrast_of(**one, factor="unit"), study).by_seed[1] == pytest.approx(102 * 0.25 - 1)
    assert effect(contrast_of(**one, factor="per_parameter"), study).by_seed[1] == pytest.approx(102 / 1000 - 1)


def test_diverged_and_missing_runs_take_their_pairs_away_and_are_counted():
    def value(variant: str, dataset: str, seed: int) -> float | None:
        return None if (variant, seed) == ("e2cnn", 4) else 1.0

    diverged = [("rsteer", "eps000", 2), ("rsteer", "eps060", 1), ("cnn", "eps000", 3)]
    found = effect(contrast_of(), results({("error", "rmse"): value}, seeds=FIVE, diverged=diverged))
    assert sorted(found.by_seed) == [1, 3, 5]
    assert (found.seeds, found.diverged) == (5, 1)
    assert seeds_words(found) == "3 of 5 seeds, 1 run diverged"


def test_no_finite_pair_at_all():
    found = effect(contrast_of(), results({("error", "rmse"): lambda *_: None}))
    assert len(found.sample) == 0 and math.isnan(found.mean)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"study": "turbulence"}, "no study turbulence"),
        ({"terms": [{"variant": "rgcnn", "datasets": "all"}]}, "smoke-levels has no variant rgcnn"),
        ({"terms": [{"variant": "cnn", "datasets": "E7"}]}, "smoke-levels has no dataset E7"),
        ({"measure": "lie"}, "smoke-levels does not take the measure lie"),
        ({"quantity": "mae"}, "the measure error has no mae"),
        ({"factor": "unit"}, "the measure error has no unit"),
    ],
)
def test_what_is_missing_is_named(changes, said):
    contrast = contrast_of(**changes)
    study = results({("error", "rmse"): value})
    assert missing(contrast, study if contrast.study == study.name else None) == said


def test_a_checkpoint_at_which_nothing_was_measured_is_named():
    study = results({("error", "rmse"): value}, checkpoints=("best",))
    said = "smoke-levels does not take the measure error at the early checkpoint"
    assert missing(contrast_of(checkpoint="early"), study) == said


def test_settings_of_another_scale():
    study = results({("error", "rmse"): value})
    side, steps = study.settings.source.resolution, study.settings.task.test_steps
    assert unmet(contrast_of(needs={"source.resolution": side, "task.test_steps": steps}), study) == []
    assert unmet(contrast_of(needs={"source.resolution": 64}), study) == [f"resolution is {side}, not 64"]
    assert unmet(contrast_of(needs={"source.archive": "x"}), study) == []
    assert unmet(contrast_of(least={"parameters": 1000, "source.resolution": 10}), study) == []
    said = [f"resolution is {side}, below 64", "parameters is 1,000, below 5,000"]
    assert unmet(contrast_of(least={"source.resolution": 64, "parameters": 5000}), study) == said


def test_every_variant_that_claims_name_is_among_the_made_up_ones():
    named = {t.variant for c in every_contrast() if c.study == "smoke-levels" for t in c.terms}
    assert named <= set(VARIANTS)


def test_the_claim_of_the_documentation_is_tested_on_the_default_study():
    text = (PARAMS.parent / "docs/claims.md").read_text(encoding="utf-8")
    own = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])
    params = load(PARAMS).model_copy(update=own)
    (claim,) = [claim for claim in claims_for(params).claims if claim.id == "U1"]
    study = results({("error", "rmse"): around({"gcnn": 0.5, "cnn": 1.0})})
    assert missing(claim.corrected[0], study) == ""
    assert effect(claim.corrected[0], study).mean == pytest.approx(0.5, rel=0.2)


def test_a_claim_on_a_variant_of_which_a_measure_is_not_taken_is_not_run():
    study = results({("error", "rmse"): lambda *_: 1.0})
    some = study.settings.measures["error"].model_copy(update={"variants": ["rsteer"], "datasets": ["eps000"]})
    settings = study.settings.model_copy(update={"measures": {"error": some}})
    taken = [(cell.dataset, cell.variant) for cell in cells_of({"s": settings}) if settings.measures_of(cell)]
    assert set(taken) == {("eps000", "rsteer")}
    told = missing(contrast_of(), replace(study, settings=settings))
    assert told == "smoke-levels does not take the measure error on e2cnn"
