"""Where digits are from: an origin that is not available gives way to the next, with words; a broken file to none."""

from functools import partial
from pathlib import Path
from typing import Any

import mnists
import pytest
from hubs import OTHER, REPOSITORY, Fault, free_port, impatient, serving, use
from huggingface_hub import constants

from equidyn.core.data.labelled import Labelled
from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.domains.digits.params import DigitsData
from equidyn.domains.digits.source import digits, mnist

BOTH, HUB = DigitsData(origins=["huggingface", "optdigits"]), DigitsData(origins=["huggingface"])
FILES = {mnists.TRAIN: mnists.file_of("train"), mnists.TEST: mnists.file_of("test")}


@pytest.fixture(autouse=True)
def cache(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, an endpoint at which nobody listens, and the small sets on record as MNIST."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    monkeypatch.setitem(digits.ORIGINS, "huggingface", partial(mnist.load, known=mnists.known()))
    use(monkeypatch, free_port())
    return workplace / "cache"


def made(wanted: DigitsData = BOTH, **changes: Any) -> Labelled:
    return digits.make(mnists.source(**changes), wanted, "study/set", Clock({}, "digits"))


def check_replaced(found: Labelled, text: str) -> None:
    """The bundled digits are used, and the data and stderr say why."""
    checks = found.attributes["checks"]
    reason = checks["why_not"]["huggingface"]
    assert (checks["origin"], checks["wanted_origins"]) == ("optdigits", ["huggingface", "optdigits"])
    assert found.attributes["provenance"]["source"].endswith("), since MNIST was not available")
    assert f"study/set: MNIST (origin huggingface) is not available: {reason}\n" in text
    assert "study/set: using optdigits (scikit-learn 1." in text
    assert len(found.labels) == 70


def test_the_first_origin_is_taken(cache: Path, capsys: pytest.CaptureFixture) -> None:
    mnists.fill(cache)
    found = made()
    checks = found.attributes["checks"]
    assert (checks["origin"], checks["why_not"], checks["shrunk"]) == ("huggingface", {}, False)
    assert found.attributes["provenance"]["source"] == "tiny (owner/smoke at 01234567)"
    assert "is not available" not in capsys.readouterr().err
    bundled = made(DigitsData(origins=["optdigits", "huggingface"])).attributes
    assert bundled["checks"]["origin"] == "optdigits"
    assert bundled["provenance"]["source"].startswith("optdigits (scikit-learn 1.")
    assert "since" not in bundled["provenance"]["source"]


@pytest.mark.parametrize("fault", [Fault("silent"), Fault("silent", "GET"), Fault("stalls"), Fault("cut"), Fault(503)])
def test_a_hub_at_fault_gives_way_to_the_next_origin(
    fault: Fault, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    impatient(monkeypatch)
    with serving(monkeypatch, FILES, fault) as server:
        check_replaced(made(), capsys.readouterr().err)
    assert server.requests
    assert [*cache.rglob("*.parquet*"), *cache.rglob("blobs/*")] == []


def test_a_hub_that_refuses_gives_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    with serving(monkeypatch, FILES, Fault(401)):
        found = made()
    check_replaced(found, capsys.readouterr().err)
    assert "no access without a valid token (401): set HF_TOKEN" in found.attributes["checks"]["why_not"]["huggingface"]


def test_a_wrong_revision_gives_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    with serving(monkeypatch, FILES):
        found = made(revision=OTHER)
    check_replaced(found, capsys.readouterr().err)
    assert (
        f"the dataset {REPOSITORY} has no branch, tag or commit {OTHER}"
        in found.attributes["checks"]["why_not"]["huggingface"]
    )


def test_a_refused_connection_gives_way(capsys: pytest.CaptureFixture) -> None:
    found = made()
    check_replaced(found, capsys.readouterr().err)
    assert "Connection refused)" in found.attributes["checks"]["why_not"]["huggingface"]


def test_offline_gives_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    found = made()
    check_replaced(found, capsys.readouterr().err)
    assert "HF_HUB_OFFLINE is set" in found.attributes["checks"]["why_not"]["huggingface"]


def test_one_file_of_two_is_not_enough(cache: Path, capsys: pytest.CaptureFixture) -> None:
    (mnists.fill(cache) / mnists.TEST).unlink()
    found = made()
    check_replaced(found, capsys.readouterr().err)
    assert found.attributes["checks"]["why_not"]["huggingface"].startswith(f"{mnists.TEST} of the dataset")


def test_where_no_origin_is_left_all_are_named() -> None:
    with pytest.raises(
        EquidynError,
        match=r"study/set: none of its origins is available.*\n- huggingface: mnist/train",
    ):
        made(HUB)


def test_what_is_broken_gives_way_to_nothing(cache: Path) -> None:
    """Whoever has a damaged file wants to know, and not to get other data."""
    path = mnists.fill(cache) / mnists.TEST
    path.write_bytes(FILES[mnists.TEST][:-100])
    with pytest.raises(EquidynError, match=r"test\.parquet: not the tiny that is on record: not a whole parquet file"):
        made()


def test_a_broken_file_of_the_hub_is_told_with_its_place(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = FILES | {mnists.TRAIN: FILES[mnists.TRAIN][:1000]}
    with serving(monkeypatch, files), pytest.raises(EquidynError, match="not a whole parquet file") as caught:
        made()
    kept = next(iter(cache.rglob("train.parquet")))
    assert str(caught.value).startswith(f"{kept}: not the tiny that is on record")
    assert f"Delete it and {kept.resolve()}, to which it points, and fetch it again" in str(caught.value)
