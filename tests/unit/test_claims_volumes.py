"""The claims on turbulence, on made-up results whose truth is known."""

from collections.abc import Callable

import pytest
from claims_cells import FLOWS, Truth, around, published_claims, volume_results

from equidyn.report.claims.datasets import chosen_datasets
from equidyn.report.claims.ledger import NO_OTHER, Ledger, ledger
from equidyn.report.claims.model import Contrast
from equidyn.report.claims.words import claimed, label

PUBLISHED, OURS = ("C3", "C4", "C10"), ("T1", "T2", "T3")
THREE = FLOWS | {"forced030": 0.3}
# Relative error by variant, and what relaxing gains per unit of eps: all claims hold but C3 and C4 as corrected, which
# T2 contradicts.
ERRORS = {
    **{"cnn": 0.30, "cnn-aug": 0.29, "gcnn-scalar": 0.31, "rgcnn-scalar": 0.28},
    **{"gcnn-vector": 0.25, "rgcnn-vector": 0.25, "relax-anneal": 0.25, "trilinear": 0.4},
}
GAIN = 0.1
Centre = Callable[[str, float], float]  # of a variant and eps


def _near(centre: Centre, spread: float = 0.001, flows: dict[str, float] = THREE) -> Callable[[str, str, int], float]:
    """The centre with noise relative to it, most of which a seed's runs share."""
    noise = around({}, spread, otherwise=0.0)
    return lambda variant, dataset, seed: centre(variant, flows[dataset]) * (1 + noise(variant, dataset, seed))


def _error(gain: float = GAIN, **changes: float) -> Centre:
    """Errors that grow with eps, less so for the relaxed net for vectors; changes: variant with _ for - -> error."""
    errors = ERRORS | {name.replace("_", "-"): value for name, value in changes.items()}
    return lambda variant, eps: errors[variant] * (1 + 0.2 * eps) * (1 - gain * eps * (variant == "rgcnn-vector"))


def _steep(lowest: str) -> Centre:
    return lambda variant, _: 0.1 if variant.startswith(lowest) else 0.2


def _last(centre: Centre) -> Callable[[str, str, int], list[float]]:
    near = _near(centre)
    return lambda *key: [0.0, near(*key)]


TRUTH: Truth = {
    ("super_resolution", "mae"): _near(_error()),
    ("sharpness", "sphere"): _last(_steep("rgcnn")),
    ("sharpness", "adaptive"): _last(_steep("rgcnn")),
    ("audit/sharpness", "published"): _last(_steep("rgcnn")),
}
MAE = ("super_resolution", "mae")


def _ledger(changes: Truth, **options: object) -> Ledger:
    """Of all claims that the project ships, where the truth is another."""
    return ledger(published_claims(), [volume_results(TRUTH | changes, **options)])


def _verdicts(found: Ledger, definition: str = "corrected") -> dict[str, str]:
    wanted = (*PUBLISHED, *OURS)
    return {entry.claim.id: entry.text(definition) for entry in found.entries if entry.claim.id in wanted}


def _mae(definition: str = "corrected", spread: float = 0.001, **changes: float) -> dict[str, str]:
    return _verdicts(_ledger({MAE: _near(_error(**changes), spread)}), definition)


def test_where_relaxing_helps_a_false_symmetry_alone_hypotheses_hold_and_the_published_claim_hangs_on_its_nets():
    assert _mae() == {
        **{"C3": "inconclusive", "C4": "inconclusive", "C10": "supported"},
        **dict.fromkeys(OURS, "supported"),
    }
    assert _mae("as_published") == dict.fromkeys(PUBLISHED, "supported") | dict.fromkeys(OURS, NO_OTHER)


@pytest.mark.parametrize(
    ("changes", "verdicts"),
    [
        ({"rgcnn_vector": 0.23}, {"C3": "supported", "C4": "supported", "T2": "contradicted"}),
        ({"rgcnn_vector": 0.27}, {"C3": "contradicted", "C4": "contradicted", "T2": "supported", "T3": "contradicted"}),
        ({"gcnn_vector": 0.33, "rgcnn_vector": 0.33}, {"T1": "contradicted", "T2": "supported"}),
        ({"gcnn_vector": 0.31, "rgcnn_vector": 0.31}, {"T1": "inconclusive"}),
        ({"rgcnn_vector": 0.98 * 0.25}, {"C3": "supported", "T2": "inconclusive"}),  # at the margin
        ({"gain": 0.0}, {"T3": "inconclusive"}),
        ({"gain": -0.1}, {"T3": "contradicted"}),
        ({"gain": 0.0, "rgcnn_vector": 0.2}, {"T3": "inconclusive"}),  # a gain that has nothing to do with eps
    ],
)
def test_errors_decide(changes, verdicts):
    found = _mae(spread=0.002, **changes)
    assert {name: found[name] for name in verdicts} == verdicts


def test_a_relaxed_net_that_is_worse_helps_no_more_either():
    found = _ledger({MAE: _near(_error(rgcnn_vector=0.3))})
    (entry,) = (entry for entry in found.entries if entry.claim.id == "T2")
    assert entry.text("corrected") == "supported"
    beside = [str(outcome.judgement) for outcome in entry.corrected.outcomes if not outcome.decides]
    assert beside == ["contradicted", "supported"]  # not the same; and relaxing helped the nets for scalars


def test_as_published_the_nets_for_scalars_decide_and_parameters_are_divided_by():
    worse = _mae("as_published", rgcnn_scalar=0.34)
    assert (worse["C3"], worse["C4"]) == ("contradicted", "contradicted")
    outcome = next(o for claim, name, o in _ledger({}).outcomes() if (claim.id, name) == ("C4", "as_published"))
    assert outcome.effect.mean == pytest.approx((0.28 - 0.31) / 1000, rel=0.05)


def test_arithmetic_stands_beside_the_verdict():
    found = volume_results(TRUTH | {MAE: _near(_error(rgcnn_vector=0.2))})
    more = found.runs["multiply_adds"] * (1 + (found.runs["variant"] == "rgcnn-vector"))
    costly = ledger(published_claims(), [_with_runs(found, multiply_adds=more)])
    (entry,) = (entry for entry in costly.entries if entry.claim.id == "C4")
    assert entry.text("corrected") == "supported"
    per_parameter, per_work = entry.corrected.outcomes
    assert per_parameter.effect.mean == pytest.approx(0.8, rel=0.01) and per_parameter.decides
    assert per_work.effect.mean == pytest.approx(1.6, rel=0.01) and not per_work.decides
    assert str(per_work.judgement) == "contradicted"


def _with_runs(found: object, **columns: object) -> object:
    return type(found)(**{**vars(found), "runs": found.runs.assign(**columns)})


@pytest.mark.parametrize("form", ["sphere", "adaptive"])
def test_flatter_means_flatter_by_both_definitions_than_both_nets(form):
    steeper = _ledger({("sharpness", form): _last(lambda variant, _: 0.3 if variant == "rgcnn-vector" else 0.2)})
    assert _verdicts(steeper)["C10"] == "contradicted"
    between = _ledger({("sharpness", form): _last(lambda variant, _: 0.15 if variant == "cnn" else 0.2)})
    assert _verdicts(between)["C10"] == "contradicted"
    assert _verdicts(between, "as_published")["C10"] == "supported"


def test_two_seeds_are_too_few_a_diverged_run_counts_and_what_was_not_run_is_said():
    few = _verdicts(_ledger({}, seeds=(1, 2)))
    assert few == dict.fromkeys((*PUBLISHED, *OURS), "inconclusive (2 seeds)")
    lost = _verdicts(_ledger({}, seeds=(1, 2, 3), diverged=[("gcnn-vector", "isotropic", 2)]))
    assert lost == dict.fromkeys((*PUBLISHED, *OURS), "inconclusive (2 seeds)")
    none = ledger(published_claims(), [])
    assert _verdicts(none) == dict.fromkeys((*PUBLISHED, *OURS), "not run")
    reasons = {entry.corrected.judgement.reason for entry in none.entries if entry.claim.id in OURS}
    assert reasons == {"no study turbulence"}


def test_without_a_forced_flow_the_third_hypothesis_is_not_run_and_the_others_are():
    found = _ledger({}, flows={"isotropic": 0.0})
    assert _verdicts(found)["T1"] == "supported" and _verdicts(found)["T3"] == "not run"
    (entry,) = (entry for entry in found.entries if entry.claim.id == "T3")
    assert entry.corrected.judgement.reason == "turbulence has no most broken level"


@pytest.mark.parametrize(
    ("middle", "verdict"),
    [(0.5, "supported"), (0.0, "contradicted"), (1.0, "contradicted")],
)
def test_a_third_level_tells_proportion_from_a_step(middle, verdict):
    """Relaxing gains 10 % at eps 0.6, and a share of it halfway."""
    gains = {0.0: 0.0, 0.3: 0.1 * middle, 0.6: 0.1}
    errors = _near(lambda variant, eps: 0.25 * (1 - gains[eps] * (variant == "rgcnn-vector")))
    assert _verdicts(_ledger({MAE: errors}, flows=THREE))["T3"] == verdict
    assert _verdicts(_ledger({MAE: errors}))["T3"] == "supported"  # two levels cannot tell


def test_the_most_anisotropic_level_is_that_of_the_largest_eps_where_data_have_no_error_of_their_own():
    study = volume_results(TRUTH, flows=THREE)
    assert chosen_datasets(study, "highest") == ["forced060"]
    assert chosen_datasets(study, "symmetric") == ["isotropic"]
    assert chosen_datasets(study, "broken") == ["forced060", "forced030"]


def _tests(name: str) -> list[Contrast]:
    return next(claim.corrected for claim in published_claims().claims if claim.id == name)


def test_the_tests_are_told_in_plain_words():
    assert [label(test) for test in _tests("T3")] == [
        "rgcnn-vector over gcnn-vector, super_resolution.mae, the most broken level",
        "rgcnn-vector over gcnn-vector on the most broken level, over the same on symmetric data, super_resolution.mae",
        "rgcnn-vector over gcnn-vector on dataset forced030, over the same on dataset forced060 to the power 0.5, over "
        "the same on symmetric data to the power 0.5, super_resolution.mae",
    ]
    assert label(_tests("T2")[0]) == "rgcnn-vector minus 0.98 gcnn-vector, super_resolution.mae, symmetric data"
    assert label(_tests("C4")[1]).startswith("rgcnn-vector over gcnn-vector, super_resolution.mae × multiply-adds")
    assert [claimed(test) for test in _tests("T2")] == ["above 0", "within 0.980 to 1.02", "below 1"]


def test_a_difference_of_differences_and_products_are_told_too():
    base = {"study": "turbulence", "measure": "m", "quantity": "q", "direction": "less", "unit": "1"}

    def cell(variant: str, datasets: str, weight: float) -> dict[str, object]:
        return {"variant": variant, "datasets": datasets, "weight": weight}

    pair = [cell("a", "highest", 1), cell("b", "highest", -1)]
    crossed = [*pair, cell("b", "symmetric", 1), cell("a", "symmetric", -1)]
    said = {
        "a minus b on the most broken level, minus the same on symmetric data, m.q": [
            *pair, cell("a", "symmetric", -1), cell("b", "symmetric", 1)
        ],
        "a on the most broken level minus b on the most broken level plus b on symmetric data minus a on symmetric "
        "data, m.q": crossed,
    }  # fmt: skip
    for words, terms in said.items():
        assert label(Contrast.model_validate(base | {"terms": terms})) == words
    ratio = Contrast.model_validate(base | {"form": "ratio", "terms": crossed})
    assert "over b on the most broken level times b on symmetric data over a on symmetric data" in label(ratio)
