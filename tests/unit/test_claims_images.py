"""The claims on digits, on made-up results whose truth is known."""

from collections.abc import Callable

import pytest
from claims_cells import Truth, around, digit_results, every_contrast, published_claims

from equidyn.domains.digits.report import (
    angles,
    attention,
    layer_equivariance,
    layer_words,
    motions,
    reconstruction,
    reconstructions,
)
from equidyn.report.claims.ledger import NO_OTHER, Ledger, ledger
from equidyn.report.claims.words import label

CODER_IDS = [f"A{number}" for number in range(1, 5)]
LAYER_IDS = [f"L{number}" for number in range(1, 4)]
Centre = Callable[[str], float]  # of a variant


def _near(centre: Centre, spread: float = 0.01) -> Callable[[str, str, int], float]:
    """The centre with noise relative to it, most of which a seed's runs share."""
    noise = around({}, spread, otherwise=0.0)
    return lambda variant, dataset, seed: centre(variant) * (1 + noise(variant, dataset, seed))


def _errors(variant: str) -> float:
    return 0.8 if "attention" in variant else 1.0


def _turned(variant: str) -> float:
    return 1.0 if variant.startswith("equivariant") else 3.0


def _all(value: float) -> Centre:
    return lambda _: value


CODER_TRUTH: Truth = {
    ("reconstruction", "excess"): _near(_all(1.2)),
    ("reconstruction", "drift"): _near(_all(2e-7)),
    ("reconstruction", "upright"): _near(_errors, 0.002),
    ("audit/reconstruction", "upright"): _near(_errors, 0.002),
    ("audit/reconstruction", "rotated"): _near(_turned),
    ("attention", "concentration"): _near(_all(0.3)),
    ("attention", "variation"): _near(_all(0.2)),
}


def _verdicts(found: Ledger, ids: list[str], definition: str = "corrected") -> dict[str, str]:
    return {entry.claim.id: entry.text(definition) for entry in found.entries if entry.claim.id in ids}


def _coders(changes: Truth, definition: str = "corrected") -> dict[str, str]:
    """The verdicts on auto-encoders where the truth is another, among all claims that the project ships."""
    return _verdicts(ledger(published_claims(), [digit_results(CODER_TRUTH | changes)]), CODER_IDS, definition)


def test_every_claim_on_auto_encoders_is_supported_where_it_is_true():
    assert _coders({}) == dict.fromkeys(CODER_IDS, "supported")
    assert _coders({}, "as_published") == {"A1": "supported", "A2": NO_OTHER, "A3": "supported", "A4": NO_OTHER}


@pytest.mark.parametrize(
    ("name", "quantity", "centre"),
    [
        ("A1", "reconstruction.excess", _all(0.1)),  # worse when turned, but not by half
        ("A2", "reconstruction.drift", _all(1e-4)),
        ("A2", "reconstruction.drift", lambda variant: 1e-4 if "attention" in variant else 2e-7),
        ("A3", "reconstruction.upright", lambda variant: 1.2 if "attention" in variant else 1.0),
        ("A4", "attention.concentration", _all(0.005)),
        ("A4", "attention.variation", _all(0.01)),  # uneven, but the same for every image
    ],
)
def test_a_claim_on_auto_encoders_is_contradicted_where_it_is_false(name, quantity, centre):
    found = _coders({tuple(quantity.split(".")): _near(centre)})
    assert found == dict.fromkeys(CODER_IDS, "supported") | {name: "contradicted"}


@pytest.mark.parametrize(
    ("name", "quantity", "centre"),
    [
        ("A1", "reconstruction.excess", _all(0.5)),  # at its reference
        ("A2", "reconstruction.drift", _all(1e-6)),  # at its margin
        ("A3", "reconstruction.upright", _all(1.0)),
        ("A4", "attention.variation", _all(0.05)),
    ],
)
def test_at_the_border_a_claim_on_auto_encoders_stays_open(name, quantity, centre):
    assert _coders({tuple(quantity.split(".")): _near(centre, 0.05)})[name] == "inconclusive"


def test_published_definitions_have_verdicts_of_their_own():
    better = {("audit/reconstruction", "rotated"): _near(lambda variant: 0.5 if variant == "ae" else 1.0)}
    assert _coders(better, "as_published")["A1"] == "contradicted" and _coders(better)["A1"] == "supported"
    worse = {("audit/reconstruction", "upright"): _near(lambda variant: 1.5 if "attention" in variant else 1.0)}
    assert _coders(worse, "as_published")["A3"] == "contradicted" and _coders(worse)["A3"] == "supported"


def test_two_seeds_are_too_few_and_what_was_not_run_is_said():
    few = ledger(published_claims(), [digit_results(CODER_TRUTH, seeds=(1, 2))])
    assert _verdicts(few, CODER_IDS) == dict.fromkeys(CODER_IDS, "inconclusive (2 seeds)")
    none = ledger(published_claims(), [digit_results({}, "digits-cnn")])
    assert _verdicts(none, CODER_IDS) == dict.fromkeys(CODER_IDS, "not run")
    reasons = {entry.corrected.judgement.reason for entry in none.entries if entry.claim.id in CODER_IDS}
    assert reasons == {"no study digits-autoencoder"}


def test_references_are_told_as_what_they_are():
    tests = {label(test): test for test in every_contrast() if test.study == "digits-autoencoder" and test.reference}
    assert list(tests) == [
        "ae minus 0.5, reconstruction.excess, all datasets",
        "equivariant-ae-attention minus 0.0144, attention.concentration, all datasets",
        "equivariant-ae-attention minus 0.05, attention.variation, all datasets",
    ]
    assert {test.reference_from for test in tests.values()} == {"here"}


def test_the_section_on_attention_goes_by_the_references_of_the_claim():
    references = [test.reference for test in every_contrast() if test.measure == "attention"]
    assert references == [pytest.approx(attention.CONCENTRATION, abs=5e-5), attention.VARIATION]
    margins = {test.margin for test in every_contrast() if test.quantity == "drift"}
    assert margins == {reconstruction.ROUND_OFF}


def test_claims_on_auto_encoders_name_sections_that_the_report_has():
    titles = {module.TITLE for module in (reconstruction, reconstructions, angles, attention)}
    claims = [claim for claim in published_claims().claims if claim.id in CODER_IDS]
    assert {title for claim in claims for title in claim.sections} == titles


LAYER_TRUTH: Truth = {
    ("layer_equivariance", "translation.conv2.whole"): _near(_all(1e-6)),
    ("layer_equivariance", "translation.conv2.fractional"): _near(_all(0.05)),
    ("layer_equivariance", "translation.conv2.border"): _near(_all(0.3)),
    ("layer_equivariance", "translation.fc1.whole"): _near(_all(0.04)),
    ("audit/sorting", "translation.conv2.ratio"): _near(_all(0.02)),
    ("audit/sorting", "agreement.translation"): _near(_all(0.03)),
    ("audit/sorting", "agreement.rotation"): _near(_all(0.5)),
}


def _layers(changes: Truth, definition: str = "corrected") -> dict[str, str]:
    """The verdicts on layers where the truth is another, among all claims that the project ships."""
    found = ledger(published_claims(), [digit_results(LAYER_TRUTH | changes, "digits-cnn")])
    return _verdicts(found, LAYER_IDS, definition)


def test_every_claim_on_layers_is_supported_where_it_is_true():
    """Also where the border, or quarter turns, say otherwise: they stand beside the verdicts."""
    assert _layers({}) == dict.fromkeys(LAYER_IDS, "supported")
    assert _layers({}, "as_published") == {"L1": "supported", "L2": NO_OTHER, "L3": NO_OTHER}


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("L1", "layer_equivariance:translation.conv2.whole"),
        (
            "L1",
            "layer_equivariance:translation.conv2.fractional",
        ),  # equivariant up to pooling's stride is not the claim
        ("L2", "layer_equivariance:translation.fc1.whole"),
        ("L3", "audit/sorting:agreement.translation"),
    ],
)
def test_a_claim_on_layers_is_contradicted_beyond_its_margin_and_open_at_it(name, quantity):
    measure, _, number = quantity.partition(":")
    beyond = _layers({(measure, number): _near(_all(0.3))})
    assert beyond == dict.fromkeys(LAYER_IDS, "supported") | {name: "contradicted"}
    assert _layers({(measure, number): _near(_all(0.1), 0.05)})[name] == "inconclusive"


def test_the_sorting_trick_has_a_verdict_of_its_own():
    blind = {("audit/sorting", "translation.conv2.ratio"): _near(_all(0.4))}
    assert _layers(blind, "as_published")["L1"] == "contradicted" and _layers(blind)["L1"] == "supported"


def test_margins_of_claims_on_layers_are_those_of_the_section():
    tests = [test for test in every_contrast() if test.study == "digits-cnn"]
    assert {test.margin for test in tests} == {layer_words.SMALL}
    claims = [claim for claim in published_claims().claims if claim.id in LAYER_IDS]
    assert {title for claim in claims for title in claim.sections} == {layer_equivariance.TITLE, motions.TITLE}
