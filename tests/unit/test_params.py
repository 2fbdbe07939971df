"""params.yaml: every wrong file gets one message with file, key, value and what is allowed, before any job starts."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from equidyn.core.errors import EquidynError
from equidyn.core.params import load, read_yaml
from equidyn.core.params.schema import text

PROJECT = Path(__file__).resolve().parents[2]
FILES = ["params.yaml", *(f"presets/{name}/params.yaml" for name in ("test", "reference", "paper"))]
PROGRAMS = Path(sys.executable).parent
STUDY = "studies.smoke-levels"


def _set(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """An edit that sets `key`, below the study unless it begins with a dot."""
    *path, last = key[1:].split(".") if key.startswith(".") else f"{STUDY}.{key}".split(".")

    def edit(tree: Any) -> None:
        for part in path:
            tree = tree[part]
        tree[last] = value

    return edit


def _drop(key: str) -> Callable[[dict[str, Any]], None]:
    *path, last = f"{STUDY}.{key}".split(".")

    def edit(tree: Any) -> None:
        for part in path:
            tree = tree[part]
        del tree[last]

    return edit


def _control(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """A control of two seeds, with changes."""
    entry = {"budget": 2.0, "seeds": [1, 2], "datasets": ["eps000"]} | changes
    entries = {"seeds": [1, 2], "source.blocks": 2, "control": entry}
    return lambda tree: [_set(key, value)(tree) for key, value in entries.items()]


BY_TIME = {"by": "time", "train": [0, 3], "validation": [3, 5], "test": [5, 8]}
WRONG = {
    "misspelt key": (
        _set("training.lerning_rate", 0.1),
        ["training: unknown key 'lerning_rate' (did you mean 'learning_rate'?); allowed: optimiser, learning_rate"],
    ),
    "unknown key at the top": (_set(".compte", {}), ["(top level): unknown key 'compte'", "allowed: compute, studies"]),
    "missing key": (_drop("training.epochs"), ["training.epochs: required, but missing"]),
    "text for a number": (_set("training.epochs", "many"), ["training.epochs = 'many': should be a valid integer"]),
    "fraction for a count": (_set("training.batch_size", 1.5), ["batch_size = 1.5: should be a valid integer"]),
    "truth for a count": (_set("training.batch_size", True), ["batch_size = True: should be a valid integer"]),
    "negative rate": (_set("training.learning_rate", -1.0), ["learning_rate = -1.0: should be greater than 0"]),
    "infinite rate": (_set("training.learning_rate", float("inf")), ["= inf: should be a finite number"]),
    "list for a dataset": (_set("datasets.eps000", [1]), ["studies.smoke-levels.datasets.eps000: needs the key level"]),
    "number for a dataset": (
        _set("datasets.eps000", 1),
        ["datasets.eps000 = 1: needs the key level, or of the Rotation protocol vector_action"],
    ),
    "decay rate of 1": (_set("training.betas", [0.9, 1.0]), ["training.betas.1 = 1.0: should be less than 1"]),
    "unknown schedule": (_set("training.schedule", "step"), ["= 'step': should be 'constant', 'cosine' or"]),
    "early checkpoint too late": (_set("training.early_epoch", 9), ["early_epoch 9 of cnn is beyond its 4 epochs"]),
    "null override": (_set("variants.gcnn.training", {"epochs": None}), ["gcnn.training.epochs = None: should be"]),
    "wrong override": (_set("variants.gcnn.training", {"clip": -1}), ["gcnn.training.clip = -1: should be greater"]),
    "eps above 1": (_set("datasets.eps000.value", 1.5), ["datasets.eps000.value = 1.5: should be less than or equal"]),
    "E_10": (
        _set("datasets.eps000", {"level": "E", "value": 10}),
        ["datasets.eps000.value = 10: should be less than or equal to 9"],
    ),
    "unknown level": (
        _set("datasets.eps000.level", "F"),
        ["eps000: the key 'level' is 'F'; it should be one of 'eps', 'E'"],
    ),
    "no level": (
        _drop("datasets.eps000.level"),
        ["eps000: needs the key level, or of the Rotation protocol vector_action"],
    ),
    "kind of dataset that the source cannot make": (
        _set("datasets", {"turned": {"vector_action": "true"}}),
        ["datasets.turned: a source of kind 'smoke' cannot make it"],
    ),
    "negative alpha": (
        _set("variants.rsteer.options.alpha", -1.0),
        ["options.alpha = -1.0: should be greater than or"],
    ),
    "unknown split": (_set("source.split.by", "frame"), ["by", "'frame'", "'scene', 'time'"]),
    "dotted name": (_set("datasets", {"a.b": {"level": "E", "value": 1}}), ["'a.b': a name holds only letters"]),
    "unknown model": (
        _set("variants.gcnn.model", "gcn"),
        ["gcnn.model = 'gcn': not one of the models of smoke: cnn, "],
    ),
    "unknown option": (
        _set("variants.gcnn.options.hiden", 3),
        ["gcnn.options: unknown key 'hiden' (did you mean 'hidden'?); allowed: hidden, layers, kernel, norm"],
    ),
    "missing option": (_drop("variants.gcnn.options.hidden"), ["gcnn.options.hidden: required, but missing"]),
    "relaxed images": (
        _set(".studies.digits-autoencoder.variants.equivariant-ae-attention.relax", {"by": "anneal"}),
        ["variants.equivariant-ae-attention.relax.by = 'anneal': not a relaxation for the task 'reconstruct'"],
    ),
    "unknown relaxation": (
        _set("variants.gcnn.relax", {"by": "aec"}),
        ["gcnn.relax.by = 'aec': not one of the relaxations of smoke: ace, anneal, "],
    ),
    "even kernel": (_set("variants.gcnn.options.kernel", 4), ["gcnn.options.kernel = 4: must be odd"]),
    "no square number": (
        _set(".studies.digits-autoencoder.variants.equivariant-ae-attention.options.latent", 8),
        ["attention.options.latent = 8: must be a square number, for an image that can be turned: 4 or 9"],
    ),
    "unknown augmentation": (
        _set("variants.cnn.augment", "c8"),
        ["variants.cnn.augment = 'c8': the task 'rollout' has none, c4"],
    ),
    "unknown measure": (
        _set("measures.lee", {"at": ["best"], "options": {}}),
        ["not one of the measures of smoke: decomposition, ends, equivariance"],
    ),
    "measure of unknown variants": (
        _set("measures.error.variants", ["gcnn", "gcn"]),
        ["measures.error.variants: gcn: not of the study, which has cnn, "],
    ),
    "unknown checkpoint": (_set("measures.error.at", ["last"]), ["at.0 = 'last': should be 'best' or 'early'"]),
    "option of a measure": (
        _set("measures.error.options", {"p": 1}),
        ["options: unknown key 'p'; allowed: none"],
    ),
    "step beyond the rollout": (
        _set("measures.equivariance.options", {"steps": 9}),
        ["measures.equivariance: step 9 is beyond the 3 test_steps"],
    ),
    "seed beyond the generators": (
        _set("seeds", [1, 20261128093015]),
        ["seeds.1 = 20261128093015: should be less than or equal to 4294967295"],
    ),
    "seed of the data beyond the generators": (_set("source.seed", 2**32), ["source.seed = 4294967296: should be"]),
    "more epochs than a seed has": (
        _set("variants.cnn.training", {"epochs": 10**6 + 1}),
        ["cnn.training.epochs = 1000001: should be less"],
    ),
    "width beyond all numbers": (_set("variants.cnn.options.hidden", 2**63), ["should be less than or equal to"]),
    "too many threads": (_set(".compute.threads", 10**6), ["compute.threads = 1000000: should be less than or"]),
    "repeated seeds": (_set("seeds", [1, 1]), ["seeds must be distinct"]),
    "seed beyond the blocks": (
        _set("seeds", [1, 7]),
        ["seeds: 7 has no block; source.blocks = 1 holds that of seed 1: raise it", "or take fewer seeds"],
    ),
    "seed of the tuning block": (_set("seeds", [0, 1]), ["seeds: 0 has no block of its own", "begin at 1"]),
    "no blocks": (_set("source.blocks", None), ["blocks: needed with split by scene"]),
    "blocks of a split by time": (_set("source.split", BY_TIME), ["blocks: only for a split by scene"]),
    "no seeds": (_set("seeds", []), ["seeds: needs at least 1 item(s)"]),
    "one seed without brackets": (_set("seeds", 3), ["seeds = 3: should be a list"]),
    "too few frames": (_set("source.frames", 3), ["source: 3 frames for validation; a window of the task needs 4"]),
    "inflow outside the box": (_set("source.inflow.x", 65.0), ["source: the inflow's centre must lie inside"]),
    "split beyond the frames": (
        _set("source.split", BY_TIME | {"validation": [3, 9]}),
        ["source: split by time reaches beyond the 8 stored frames"],
    ),
    "reversed split": (_set("source.split", BY_TIME | {"test": [8, 5]}), ["test: start 8 must be below stop 5"]),
    "control of less": (_control(budget=0.5), ["control.budget = 0.5: should be greater than 1"]),
    "control of no epoch more": (
        _control(budget=1.1),
        ["studies.smoke-levels: control.budget: 4 epochs of cnn; must be more than its 4, up to 1000000"],
    ),
    "control of more epochs than a seed has": (
        lambda tree: (_control()(tree), _set("variants.cnn.training", {"epochs": 10**6})(tree)),
        ["control.budget: 2000000 epochs of cnn; must be more than its 1000000"],
    ),
    "control of one seed": (_control(seeds=[1]), ["control.seeds: needs at least 2 item(s)"]),
    "control of the same seed twice": (_control(seeds=[1, 1]), ["control.seeds: must be distinct"]),
    "control of a seed of its own": (_control(seeds=[1, 7]), ["control.seeds: 7 is not one of the study's: 1, 2"]),
    "control of data of its own": (
        _control(datasets=["eps999"]),
        ["control.datasets: eps999 is not one of the study's: eps000"],
    ),
    "precision left to the machine": (
        _set(".compute.precision", "auto"),
        ["compute.precision = 'auto': should be 'fp32' or 'bf16'"],
    ),
    "unknown device": (_set(".compute.device", "gpu"), ["compute.device = 'gpu': should be 'auto', 'cpu' or 'cuda'"]),
    "no threads": (_set(".compute.threads", 0), ["compute.threads = 0: should be greater than or equal to 1"]),
    "list of variants": (_set("variants", ["cnn"]), ["variants: should be a mapping (keys with values)"]),
    "hub without an owner": (
        _set(".hub", {"repository": "cells"}),
        ["hub.repository = 'cells': expected owner/name of a dataset on the Hugging Face Hub"],
    ),
    "revision that is none": (
        _set(".hub", {"repository": "owner/cells", "revision": "../main"}),
        ["hub.revision = '../main': expected a branch or a tag of the repository"],
    ),
    "misspelt key of the hub": (
        _set(".hub", {"repository": "owner/cells", "pul": True}),
        ["hub: unknown key 'pul' (did you mean 'pull'?); allowed: repository, revision, pull"],
    ),
    "no studies": (_set(".studies", None), ["studies = None: should be a mapping (keys with values)"]),
}
TORN = {
    "empty": ("", "expected a mapping with the keys compute, studies"),
    "list": ("- 1\n", "expected a mapping with the keys compute, studies"),
    "not YAML": ("a: [1", 'in "params.yaml", line 1'),
    "key twice": ("compute: 1\ncompute: 2\n", "the key 'compute' stands here twice"),
    "no date": ("compute: 2001-13-45\n", "line 1: '2001-13-45': YAML's readers differ in it"),
    "tag that lies": ("compute: !!int x\n", "line 1: '!!int': YAML's readers differ in tags"),
    "too deep": ("compute: " + "[" * 100_000, "nested more than 50 levels deep, line 1"),
    "many keys": ("".join(f"k{number}: 1\n" for number in range(10_000)), "unknown key 'k0'"),
    "object": ("compute: !!python/object/apply:os.getcwd []\n", "line 1: '!!python/object/apply:os.getcwd': YAML's"),
}


@pytest.fixture
def tree() -> Any:
    """The tree of the test preset with two of its studies."""
    whole = read_yaml(PROJECT / "presets/test/params.yaml")
    return whole | {"studies": {name: whole["studies"][name] for name in ("smoke-levels", "digits-autoencoder")}}


def _message(path: Path = Path("params.yaml")) -> str:
    with pytest.raises(EquidynError) as raised:
        load(path)
    return str(raised.value)


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_named(case: str, tree: Any, workplace: Path) -> None:
    edit, words = WRONG[case]
    edit(tree)
    Path("params.yaml").write_text(yaml.safe_dump(tree))
    message = _message()
    assert message.startswith("params.yaml: 1 wrong entry\n  ")
    assert [word for word in words if word not in message] == [], message
    assert message.count("\n") == 1


@pytest.mark.parametrize("case", TORN)
def test_a_file_that_is_no_params_is_named(case: str, workplace: Path) -> None:
    content, words = TORN[case]
    Path("params.yaml").write_text(content)
    message = _message()
    assert message.startswith("params.yaml: ")
    assert words in message


def test_what_cannot_be_read_is_named(workplace: Path) -> None:
    assert _message(Path("nowhere.yaml")).startswith("nowhere.yaml: not found")
    assert _message(workplace) == f"{workplace}: cannot be read (Is a directory)"


def test_all_faults_are_told_at_once(tree: Any, workplace: Path) -> None:
    for case in ("misspelt key", "eps above 1", "unknown model"):
        WRONG[case][0](tree)
    Path("params.yaml").write_text(yaml.safe_dump(tree))
    assert _message().startswith("params.yaml: 3 wrong entries")


@pytest.mark.parametrize("command", [["equidyn", "validate"], ["equidyn", "train", "smoke-levels/eps000/cnn/1"]])
def test_commands_tell_it_without_a_traceback(command: list[str], tree: Any, workplace: Path) -> None:
    WRONG["negative rate"][0](tree)
    Path("params.yaml").write_text(yaml.safe_dump(tree))
    answer = subprocess.run([PROGRAMS / command[0], *command[1:]], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("equidyn: params.yaml: 1 wrong entry")
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("case", ["negative rate", "unknown model"])
def test_snakemake_tells_it_before_any_job(case: str, tree: Any, workplace: Path) -> None:
    edit, words = WRONG[case]
    edit(tree)
    Path("params.yaml").write_text(yaml.safe_dump(tree))
    command = [PROGRAMS / "snakemake", "--snakefile", PROJECT / "workflow/Snakefile", "--dry-run", "--cores", "1"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    said = answer.stdout + answer.stderr
    assert answer.returncode == 1
    assert words[0] in said
    assert "Traceback" not in said
    assert "Job stats" not in said


@pytest.mark.parametrize("name", FILES)
def test_params_of_the_project_are_valid(name: str) -> None:
    schema = json.loads((PROJECT / "workflow/schemas/params.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(read_yaml(PROJECT / name))
    assert list(load(PROJECT / name).cells())


@pytest.mark.parametrize("name", FILES)
def test_every_key_is_explained(name: str) -> None:
    """By a comment on its line, or on the line of the mapping that it opens; grids are explained by their heading."""
    lines = (PROJECT / name).read_text().splitlines()
    settings = [
        line for line in lines if ": " in line and not line.lstrip().startswith("#") and line.rstrip()[-1] != ":"
    ]
    # What makes a variant is explained with it, its rate and the values of its knob with `tune`.
    of_variants = ("model:", "options:", "augment:", "by:", "relax:", "treatment", "training:", "tune: {")
    grids = ("level:", "domain:", "kind:", "vector_action:", "sampling:", *of_variants)
    assert [line for line in settings if "#" not in line and not any(word in line for word in grids)] == []


def test_the_schema_is_in_step() -> None:
    """After a change of the models: equidyn schema > workflow/schemas/params.schema.json."""
    assert (PROJECT / "workflow/schemas/params.schema.json").read_text() == text()
