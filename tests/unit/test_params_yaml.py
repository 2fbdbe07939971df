"""params.yaml is read alike by Snakemake, whose stages read YAML 1.1, and by DVC, which reads YAML 1.2."""

from pathlib import Path
from typing import Any

import pytest
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import load_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from equidyn.core.errors import EquidynError
from equidyn.core.params import load, read_yaml

PROJECT = Path(__file__).resolve().parents[2]
FILES = ["params.yaml", *(f"presets/{name}/params.yaml" for name in ("test", "reference", "paper"))]
KEY = "studies.gaussian.training.epochs"  # beside it, other studies have the same settings
TWICE = ["010", "0o10", "0b11", "1_000", "12:30:45", "yes", "Off", "2001-01-01", "=", "-.5", "!!int 7", "!!float 1"]
ALIKE = {"8": 8, "-3": -3, "0x1F": 31, "0.5": 0.5, "1e3": 1e3, "1E-5": 1e-5, "2.5e3": 2.5e3, "1.0e-5": 1e-5,
         "true": True, "null": None, "'010'": "010", "'yes'": "yes", "y": "y", "1-2": "1-2"}  # fmt: skip


def _message(content: str) -> str:
    Path("params.yaml").write_text(content)
    with pytest.raises(EquidynError) as raised:
        load()
    return str(raised.value)


@pytest.mark.parametrize("text", TWICE)
@pytest.mark.parametrize("place", ["compute:\n  threads: {}\n", "compute:\n  {}: 1\n", "compute:\n  [1, {}]\n"])
def test_what_the_two_read_differently_is_refused(text: str, place: str, workplace: Path) -> None:
    message = _message(place.format(text))
    assert message.startswith("params.yaml: line 2: ")
    assert repr(text.partition(" ")[0]) in message
    assert "in quotes" in message


@pytest.mark.parametrize("text", ALIKE)
def test_what_the_two_read_alike_is_read(text: str, workplace: Path) -> None:
    Path("params.yaml").write_text(f"value: {text}\n")
    assert repr(read_yaml(Path("params.yaml"))["value"]) == repr(ALIKE[text])
    assert "line" not in _message(f"value: {text}\n")


@pytest.mark.parametrize("key", ["1e3", "8", "true", "null", "0.5", "[a, b]"])
def test_a_key_that_is_no_text_is_refused(key: str, workplace: Path) -> None:
    assert "line 2" in _message(f"compute:\n  ? {key}\n  : 1\n")


@settings(max_examples=600, derandomize=True, database=None, deadline=None)
@given(st.text("0127_.:-+eEboxnafilyrutsNYTFO~<=", min_size=1, max_size=6))
def test_any_scalar_is_read_alike_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "params.yaml"
    path.write_text(f"value: {text}\n")
    try:
        ours = read_yaml(path, alike=True)
    except EquidynError:
        return
    assert repr(ours) == repr(load_yaml(path))


def test_an_alias_or_merge_key_is_refused(workplace: Path) -> None:
    message = _message("a: &one {x: 1}\nb: *one\nc:\n  <<: *one\n")
    assert message.count("\n  ") == 2
    for words in ("line 2: alias *one", "line 4: merge key <<", "line 4: alias *one", "write the values out"):
        assert words in message


def _different(first: Any, second: Any, at: str = "") -> list[str]:
    if isinstance(first, dict) and isinstance(second, dict) and list(first) == list(second):
        return [key for name in first for key in _different(first[name], second[name], f"{at}.{name}")]
    return [] if repr(first) == repr(second) else [at.removeprefix(".")]


@pytest.mark.parametrize("name", FILES)
def test_dvc_sets_exactly_the_key_that_is_asked_for(name: str, workplace: Path) -> None:
    Path("params.yaml").write_text((PROJECT / name).read_text())
    before = read_yaml(Path("params.yaml"))
    apply_overrides("params.yaml", [f"{KEY}=77", "studies.smoke-levels.source.dt=3.0e-5"])
    load()
    after = read_yaml(Path("params.yaml"))
    assert sorted(_different(before, after)) == [KEY, "studies.smoke-levels.source.dt"]
    assert after["studies"]["gaussian"]["training"]["epochs"] == 77
    assert _different(after, load_yaml("params.yaml")) == []
