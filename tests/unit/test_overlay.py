"""Settings over params.yaml: what wins, what stands alone, and what another workflow's reader has left as text."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import toy

from equidyn.core.errors import EquidynError
from equidyn.core.params import PARAMS_FILE, load
from equidyn.core.params.overlay import merged, overlaid

TREE, COMPUTE = toy.TREE, toy.TREE["compute"]
MEANT = {"compute": {"threads": 3, "device": "cpu", "precision": "fp32"}}


def _given(*config_args: str, files: tuple[Path, ...] = (), replace: bool = False) -> SimpleNamespace:
    """ConfigSettings of Snakemake for this command line; what it makes of the values does not matter."""
    return SimpleNamespace(
        overwrite_config={"of": "the command line"},
        configfiles=files,
        config_args=config_args,
        replace_workflow_config=replace,
    )


def _of_line(*config_args: str, **options: Any) -> Any:
    given = _given(*config_args, **options)
    return overlaid(given.overwrite_config, given)


@pytest.fixture(autouse=True)
def written(workplace: Path) -> None:
    """A params.yaml."""
    PARAMS_FILE.write_text(json.dumps(TREE))


def test_mappings_are_merged_and_all_else_is_replaced() -> None:
    under = {"a": {"b": [1, 2], "c": 3}, "d": {"e": 4}}
    assert merged(under, {"a": {"b": [5]}, "d": None}) == {"a": {"b": [5], "c": 3}, "d": None}
    assert under == {"a": {"b": [1, 2], "c": 3}, "d": {"e": 4}}


def test_what_is_written_is_what_is_used() -> None:
    Path("my.yaml").write_text("compute: {threads: 2}")
    params, tree, path, names = _of_line("compute={threads: 3}", files=(Path("my.yaml"),))
    assert tree == TREE | MEANT
    assert load(path) == params and params.compute.threads == 3
    assert names == "params.yaml, then my.yaml, then --config compute"
    assert path.read_text().startswith(f"# Made by Snakemake from {names}\n")
    assert _of_line("compute={threads: 3}")[2] == path != _of_line("compute={threads: 4}")[2]


@pytest.mark.parametrize("value", [3, "3"])
def test_of_a_module_text_that_reads_as_a_number_is_one(value: object) -> None:
    assert overlaid({"compute": {"threads": value}}, _given())[1] == TREE | MEANT
    with pytest.raises(EquidynError, match=r"then the module's config: 1 wrong entry\n  compute.threads = '03'"):
        overlaid({"compute": {"threads": "03"}}, _given())


def test_a_whole_file_or_the_first_without_another_stands_alone() -> None:
    own = {"compute": COMPUTE, "studies": {"own": TREE["studies"]["toy"]}}
    Path("own.yaml").write_text(json.dumps(own))
    assert _of_line(files=(Path("own.yaml"),))[1] == own
    part = json.dumps({"own": TREE["studies"]["toy"]})
    assert list(_of_line(f"studies={part}")[1]["studies"]) == ["toy", "own"]
    with pytest.raises(EquidynError, match=r"^--config studies: 1 wrong entry\n  compute: required"):
        _of_line(f"studies={part}", replace=True)
    PARAMS_FILE.unlink()
    with pytest.raises(EquidynError, match=r"^--config studies: 1 wrong entry\n  compute: required"):
        _of_line(f"studies={part}")


@pytest.mark.parametrize(
    ("entry", "said"),
    [("compute=[1", "--config compute: not readable as YAML"), ("compute={threads: 010}", "--config compute: line 1")],
)
def test_faults_name_the_word(entry: str, said: str) -> None:
    with pytest.raises(EquidynError, match=f"^{said}"):
        _of_line(entry)
    assert not Path("data").exists()
