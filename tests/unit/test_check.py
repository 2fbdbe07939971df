"""`equidyn check`: what a model author runs first."""

import json
import math
import shutil

import pytest
import torch
from toy import CELL, built, toy_params
from toy_reconstruct import image_params
from toy_sets import set_params
from toy_variants import ANNEAL, params_with_all
from toy_volumes import volume_params
from typer.testing import CliRunner

from equidyn import commands
from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.models import check
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell
from equidyn.core.params.variant import Variant
from equidyn.core.training import check as trained_check
from equidyn.core.training import train
from equidyn.core.training.checkpoint import load, read_run
from equidyn.grids.conv import Conv
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

INPUTS, OUTPUTS = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)
PLAIN = Cell("toy", "sym", "cnn", 1)


def test_strict_variants_are_exact_and_others_are_listed(workplace):
    entries = {entry["variant"]: entry for entry in check.run(toy_params())}
    assert list(entries) == ["cnn", "cnn-aug", "gcnn", "rgroup"]
    assert [name for name, entry in entries.items() if entry["strict"]] == ["gcnn"]
    assert check.failures(list(entries.values())) == []
    for name, largest in (("gcnn", 1e-12), ("rgroup", 1e-12)):
        errors = entries[name]["error"]["float64"]
        assert set(errors) == {"train", "eval"}
        assert all(set(sides) == {"7 x 7", "8 x 8"} for sides in errors.values())
        assert max(error for sides in errors.values() for error in sides.values()) <= largest
    assert entries["gcnn"]["parameters"] == 2 * 2 * 18 + 2 + 36 * 4 + 2 + 2 * 18


def test_checking_leaves_the_network_as_it_is(workplace):
    """Batch statistics too: those of a checkpoint must not be moved by the noise that it is checked with."""
    variant = params_with_all(norm="batch").studies["toy"].variants[ANNEAL.variant]
    network = built("smoke", variant, INPUTS, OUTPUTS, seed=0)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    check.symmetry(network, INPUTS, OUTPUTS)
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
    assert network.training


def test_one_variant_alone(workplace):
    assert [entry["variant"] for entry in check.run(toy_params(), "cnn")] == ["cnn"]


def test_a_strict_variant_that_is_not_exact_is_found(workplace, monkeypatch):
    """A strict layer whose filter is spoilt by one part in a million fails, and so does one that gives NaN."""
    exact = Conv.filter
    for spoil in (1e-6, float("nan")):

        def spoilt(self, spoil=spoil):
            kernel, bias = exact(self)
            corner = torch.zeros_like(kernel)
            corner[..., 0, 0] = spoil
            return kernel + corner, bias

        monkeypatch.setattr(Conv, "filter", spoilt)
        found = check.failures(check.run(toy_params(), "gcnn"))
        assert len(found) == 4 and "toy/gcnn: train mode, 7 x 7" in found[0]


def _halving(resolution: int, odd: str) -> list[dict]:
    """What is found of a network that is exact on some grids, in a study of this resolution."""
    params = toy_params()
    study = params.studies["toy"]
    variants = {"halving": Variant(model="toy_models.halving", options={"odd": odd}, augment="none")}
    source = study.source.model_copy(update={"resolution": resolution})
    study = study.model_copy(update={"source": source, "variants": variants})
    return check.run(params.model_copy(update={"studies": {"toy": study}}))


def test_networks_are_checked_at_the_studys_own_size(workplace):
    """It is exact on grids of 7 x 7 and 8 x 8, and on 16 x 16, but not on 18 x 18, whose half is odd."""
    assert check.failures(_halving(16, "halved")) == []
    found = check.failures(_halving(18, "halved"))
    assert len(found) == 2 and all("toy/halving: " in line and "18 x 18: " in line for line in found)


def test_a_size_that_a_network_refuses_is_said_and_fails_only_in_its_own_study(workplace):
    (entry,) = _halving(16, "refused")
    assert entry["left_out"] == {"7 x 7": "7 cells cannot be halved"} and check.failures([entry]) == []
    assert set(entry["error"]["float64"]["eval"]) == {"8 x 8", "16 x 16"}
    found = check.failures(_halving(9, "refused"))
    assert found == ["toy/halving: it refuses the study's own size, 9 x 9: 9 cells cannot be halved"]


def test_a_size_that_takes_long_is_looked_at_for_a_variant_that_is_asked_for(workplace, monkeypatch):
    params = toy_params()
    study = params.studies["toy"]
    study = study.model_copy(update={"source": study.source.model_copy(update={"resolution": 12})})
    params = params.model_copy(update={"studies": {"toy": study}})
    monkeypatch.setattr(check, "LIMIT", 12 * 12 * 100)
    all_of_them, (one,) = check.run(params), check.run(params, "gcnn")
    assert [set(entry["left_out"]) for entry in all_of_them] == [{"12 x 12"}] * 4
    assert check.failures(all_of_them) == []
    assert not one["left_out"] and set(one["error"]["float64"]["eval"]) == {"7 x 7", "8 x 8", "12 x 12"}


@pytest.mark.parametrize(
    ("make", "name", "own", "beside"),
    [
        (set_params, "mlp-canonical", "4 x 3", "5 x 3"),
        (set_params, "intrinsic", "4 x 3", "5 x 3"),
        (image_params, "equivariant-ae", "6 x 6", "7 x 7"),
        (volume_params, "gcnn-vector", "6 x 6 x 6", "3 x 3 x 3"),
    ],
)
def test_every_kind_of_data_is_checked_at_odd_and_even_sizes(workplace, make, name, own, beside):
    (entry,) = check.run(make(), name)
    cases = set(entry["error"]["float64"]["train"])
    assert entry["own"] == own and entry["strict"] and check.failures([entry]) == []
    assert any(beside in case for case in cases | set(entry["left_out"]))


@pytest.mark.parametrize("weight", [0.0, math.nan])
def test_an_answer_of_0_is_exact_and_one_of_nan_is_not(workplace, weight):
    study = toy_params().studies["toy"]
    network = build_network(study, "gcnn", INPUTS, OUTPUTS, 0)
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, weight)
    entry = {"variant": "gcnn", "study": "toy"} | check.symmetry(network, INPUTS, OUTPUTS)
    assert len(check.failures([entry])) == (0 if weight == 0 else 4)


@pytest.mark.parametrize("tolerance", [1e-12, 1e-20])
def test_the_tolerance_is_a_bound(workplace, tolerance):
    found = check.failures(check.run(toy_params(), "gcnn"), tolerance)
    assert bool(found) == (tolerance < 1e-17)


def test_nets_of_one_model_that_are_relaxed_otherwise_are_looked_at_apart(workplace):
    entries = {entry["variant"]: entry for entry in check.run(params_with_all())}
    assert entries[ANNEAL.variant]["strict"] and not entries["projection"]["strict"]
    assert max(entries["projection"]["error"]["float64"]["eval"].values()) > 1e-4


@pytest.fixture
def trained(workplace):
    params = params_with_all()
    for cell in (CELL, ANNEAL, PLAIN):
        train.run(params, cell)
    return params


def _names(entries):
    return [check.label(entry) for entry in entries]


def test_all_trained_nets_of_strict_variants_are_checked(trained):
    entries = trained_check.run_all(trained)
    assert _names(entries) == [f"{cell} {name}" for cell in (CELL, ANNEAL) for name in ("best", "early")]
    assert check.failures(entries) == []
    assert {"dataset", "seed", "checkpoint", "parameters", "strict", "error"} <= entries[0].keys()
    assert entries[0]["parameters"] == entries[2]["parameters"]  # the annealed net is as large as gcnn
    assert [entry["strict"] for entry in entries] == [True] * 4


def test_trained_nets_are_checked_with_their_trained_weights(trained):
    """Fresh rgroup and anneal are exact by their start; what is checked must be what was trained."""
    fresh, best = check.run(trained, "cnn")[0], trained_check.run_cell(trained, PLAIN)[0]
    assert fresh["error"] != best["error"]
    assert not best["strict"] and best["error"]["float64"]["eval"]["7 x 7"] > 1e-3


def test_a_trained_net_that_is_not_exact_is_found(trained, monkeypatch):
    """As if the free term had been left in."""
    relaxed = check.symmetry

    def left_in(network, *kinds):
        network.relax(1e-6)
        return relaxed(network, *kinds)

    monkeypatch.setattr(trained_check, "symmetry", left_in)
    found = check.failures(trained_check.run_all(trained))
    assert len(found) == 2 * 2 * 2
    assert found[0].startswith("toy/sym/relax-anneal/1 best: train mode, 7 x 7")


def test_runs_of_one_variant(trained):
    assert _names(trained_check.run_all(trained, "cnn")) == ["toy/sym/cnn/1 best", "toy/sym/cnn/1 early"]


def test_a_missing_run_is_named(workplace):
    params = toy_params()
    with pytest.raises(EquidynError, match=r"toy/sym/gcnn/seed1/run\.json: missing"):
        trained_check.run_cell(params, CELL)
    with pytest.raises(EquidynError, match="no trained run of a strict variant in data/runs"):
        trained_check.run_all(params)
    with pytest.raises(EquidynError, match="no trained run of gcnn in data/runs"):
        trained_check.run_all(params, "gcnn")


@pytest.mark.parametrize("change", [{"learning_rate": 0.02}, {"epochs": 5}])
def test_a_run_with_other_params_is_refused_with_both_hashes(trained, change):
    found = read_run(trained, CELL)["provenance"]["params_sha256"]
    with pytest.raises(
        EquidynError, match=f"other params .SHA-256 {found}. than params.yaml has now .[0-9a-f]{{64}}."
    ) as text:
        read_run(params_with_all(**change), CELL)
    assert str(text.value).count(found) == 1


def test_a_run_of_another_seed_is_refused(trained):
    other = Cell("toy", "sym", "gcnn", 2)
    shutil.copytree(paths.run(CELL), paths.run(other))
    with pytest.raises(EquidynError, match="trained with other params"):
        read_run(trained, other)


def test_a_measure_that_changes_does_not_make_a_run_foreign(trained):
    study = trained.studies["toy"]
    fewer = {name: settings for name, settings in study.measures.items() if name == "error"}
    changed = trained.model_copy(update={"studies": {"toy": study.model_copy(update={"measures": fewer})}})
    assert read_run(changed, CELL) == read_run(trained, CELL)


@pytest.mark.parametrize("content", ["{}", "[]", '{"provenance": 1}'])
def test_a_foreign_record_is_refused(trained, content):
    (paths.run(CELL) / "run.json").write_text(content)
    with pytest.raises(EquidynError, match=r"run\.json: not a whole record"):
        read_run(trained, CELL)


def test_a_foreign_or_torn_checkpoint_is_refused_with_both_hashes(trained):
    run, folder = read_run(trained, CELL), paths.run(CELL)
    network = build_network(trained.studies["toy"], "gcnn", INPUTS, OUTPUTS, 1)
    foreign = read_run(trained, PLAIN)["sha256"]["best"]
    whole = (folder / "best.safetensors").read_bytes()
    shutil.copy(paths.run(PLAIN) / "best.safetensors", folder)
    with pytest.raises(EquidynError, match=f"SHA-256 {foreign}; there {run['sha256']['best']}"):
        load(network, folder, "best", run)
    (folder / "best.safetensors").write_bytes(whole[:-9])
    with pytest.raises(EquidynError, match=r"best\.safetensors: not the file that run\.json beside it names"):
        load(network, folder, "best", run)
    (folder / "best.safetensors").unlink()
    with pytest.raises(EquidynError, match=r"best\.safetensors: missing or not readable"):
        load(network, folder, "best", run)
    with pytest.raises(EquidynError, match="not a whole checkpoint"):
        load(network, folder, "early", {"provenance": {}})


def _command(*arguments):
    return CliRunner().invoke(commands.app, ["check", *arguments])


def test_the_command_checks_trained_nets(workplace):
    train.run(toy_params(), CELL)
    for arguments in (["--trained"], ["--trained", "gcnn"], [str(CELL)]):
        answer = _command(*arguments, "--json")
        assert answer.exit_code == 0
        assert _names(json.loads(answer.stdout)) == [f"{CELL} best", f"{CELL} early"]
    assert f"{CELL} best" in _command("--trained").stdout
    assert _names(json.loads(_command("gcnn", "--json").stdout)) == ["toy/gcnn"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--trained", "gccn"], "unknown variant 'gccn'"),
        (["toy/sym/gccn/1"], "unknown variant 'gccn'"),
        (["toy/sym/gcnn"], "expected STUDY/DATASET/VARIANT/SEED"),
        (["toy/sym/gcnn/1"], "run.json: missing"),
        (["--trained"], "no trained run"),
    ],
)
def test_the_command_names_what_is_wrong(workplace, arguments, words):
    toy_params()
    answer = _command(*arguments)
    assert isinstance(answer.exception, EquidynError) and words in str(answer.exception)


def test_the_command_fails_if_a_trained_strict_net_is_not_exact(workplace):
    train.run(toy_params(), CELL)
    answer = _command("--trained", "--tolerance", "0")
    assert isinstance(answer.exception, EquidynError)
    assert f"{CELL} best: train mode, 7 x 7" in str(answer.exception)
