"""Names of studies, datasets and variants that would meet in one file, stage or link are refused before any job."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from equidyn.core.errors import EquidynError
from equidyn.core.params import load, read_yaml
from equidyn.core.params.types import MOST

PROJECT = Path(__file__).resolve().parents[2]
STUDY = "smoke-levels"
SYMMETRIC = {"level": "eps", "value": 0.0}
JOINED = "datasets, variants: 'a-b' with 'c' and 'a' with 'b-c' are both a-b-c"


def _tree(datasets: list[str], variants: list[str], *studies: str) -> dict[str, Any]:
    whole = read_yaml(PROJECT / "presets/test/params.yaml")
    study = whole["studies"][STUDY]
    study["datasets"] = {name: dict(SYMMETRIC) for name in datasets}
    study["variants"] = {name: deepcopy(study["variants"]["cnn"]) for name in variants}
    return {"compute": whole["compute"], "studies": {name: deepcopy(study) for name in studies or (STUDY,)}}


def _message(tree: dict[str, Any]) -> str:
    Path("params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    with pytest.raises(EquidynError) as raised:
        load()
    return str(raised.value)


@pytest.mark.parametrize(
    ("datasets", "variants", "studies", "words"),
    [
        (["a-b", "a"], ["c", "b-c"], (), f"studies.smoke-levels: {JOINED}"),
        (["A-b", "a"], ["c", "B-c"], (), "'A-b' with 'c' and 'a' with 'B-c' are both a-b-c"),
        (["E0", "e0"], ["c"], (), "studies.smoke-levels: datasets: 'E0' and 'e0' differ in capitals alone"),
        (["a"], ["cnn", "CNN"], (), "studies.smoke-levels: variants: 'cnn' and 'CNN' differ in capitals alone"),
        (["a"], ["c"], ("one", "One"), "studies: 'one' and 'One' differ in capitals alone"),
        (["a--b"], ["c"], (), "datasets.a--b = 'a--b': a name holds only letters"),
        (["a-"], ["c"], (), "datasets.a- = 'a-': a name holds only letters"),
        (["a"], ["c" * 65], (), "should have at most 64 characters"),
    ],
)
def test_names_that_would_meet_are_told(
    datasets: list[str], variants: list[str], studies: tuple[str, ...], words: str, workplace: Path
) -> None:
    assert words in _message(_tree(datasets, variants, *studies))


def test_the_longest_names_fit_every_file_name(workplace: Path) -> None:
    name = "n" * 64
    tree = _tree([name], [name], name)
    tree["studies"][name]["seeds"] = [MOST]
    tree["studies"][name]["source"]["blocks"] = MOST
    Path("params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    (cell,) = load().cells()
    holder = f".measure--{str(cell).replace('/', '--')}.holder.{2**22}.part"
    assert len(holder) <= 255
