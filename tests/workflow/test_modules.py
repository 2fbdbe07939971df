"""The workflow as a module of another one: its settings, names and folder are those that the outer one gives."""

import re
from pathlib import Path

import pytest
import yaml
from checkout import Checkout, small_params

from equidyn.core.params import load

OUTER = """
configfile: "theirs.yaml"

module ours:
    snakefile: "{root}/workflow/Snakefile"
    config: config["equidyn"]
    prefix: "nets"

module others:
    snakefile: "{root}/workflow/Snakefile"
    config: config["equidyn"] | {{"compute": {{"threads": 2, "device": "cpu", "precision": "fp32"}}}}

use rule * from ours as ours_*
use rule * from others exclude all as others_*

rule summary:
    default_target: True
    input: "nets/reports/metrics.json", "reports/metrics.json"
    output: "summary.txt"
    shell: "cat {{input}} >{{output}}"
"""


@pytest.fixture
def outer(fresh: Checkout, tmp_path: Path) -> Path:
    """The folder of another workflow that has ours twice, in two folders, with settings that differ in one value."""
    folder = tmp_path / "outer"
    folder.mkdir()
    # As many write them; YAML's older readers, as Snakemake's, take 1e-2 for text.
    settings = yaml.safe_dump({"equidyn": small_params()}).replace("learning_rate: 0.01", "learning_rate: 1e-2")
    assert "1e-2" in settings
    (folder / "theirs.yaml").write_text(settings)
    (folder / "Snakefile").write_text(OUTER.format(root=fresh.root))
    return folder


def test_another_workflow_has_ours_twice(fresh: Checkout, outer: Path) -> None:
    words = fresh.run("snakemake", "--dry-run", "--printshellcmds", folder=outer)
    jobs = re.findall(r"equidyn (\w+) ?(\S*) --params (\S+)( --directory nets/)? >(\S+) 2>&1", words)
    assert len(jobs) == 12
    files = {}
    for stage, _, file, folder, log in jobs:
        assert log.startswith(f"nets/logs/{stage}" if folder else f"logs/{stage}")
        files.setdefault(bool(folder), set()).add(file)
    assert len(files[True]) == len(files[False]) == 1
    ours, others = (load(outer / files[nested].pop()) for nested in (True, False))
    assert (ours.compute.threads, others.compute.threads) == (1, 2)
    assert ours.studies == others.studies
    assert ours.studies["gaussian"].training.learning_rate == 1e-2


def test_its_stages_work_in_its_folder(fresh: Checkout, outer: Path) -> None:
    made = "nets/data/datasets/gaussian/fresh.h5"
    words = fresh.run("snakemake", "--cores", "1", made, folder=outer)
    assert "rule ours_prepare" in words or "Preparing dataset gaussian/fresh" in words
    assert (outer / made).is_file() and (outer / "nets/logs/prepare/gaussian/fresh.log").is_file()
    assert sorted(path.name for path in (outer / "data").iterdir()) == ["params"]


def test_a_strange_module_is_told(fresh: Checkout, outer: Path) -> None:
    text = (outer / "Snakefile").read_text()
    replaced = 'replace_prefix: {"data/": "nets/", "reports/": "nets/reports/"}'
    (outer / "Snakefile").write_text(text.replace('prefix: "nets"', replaced))
    assert "`replace_prefix` of a module is not supported" in fresh.run("snakemake", "-n", folder=outer, status=1)
    (outer / "Snakefile").write_text(text.replace('config["equidyn"]\n', '{"studies": {"gaussian": {"seeds": 1}}}\n'))
    words = fresh.run("snakemake", "--dry-run", folder=outer, status=1)
    assert "the module's config: studies without a known domain\n  studies.gaussian.domain: required" in words
