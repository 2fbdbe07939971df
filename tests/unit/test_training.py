"""The stage train: outputs, exact resume, divergence, early stopping, precision, bad input."""

import json
import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from resuming import assert_goes_on_to_the_same_bytes, die_in_epoch_3, outputs
from safetensors.torch import load_file
from toy import CELL, TREE, toy_dataset, toy_params, write_study
from toy_models import noisy
from toy_variants import METHODS, TREATMENTS, params_with_all

from equidyn.core import paths
from equidyn.core.data.store import write
from equidyn.core.errors import EquidynError
from equidyn.core.measures import measure
from equidyn.core.params import Cell, Params
from equidyn.core.params.names import find_cell
from equidyn.core.params.training import stretched
from equidyn.core.params.variant import Variant
from equidyn.core.randomness import seeded
from equidyn.core.training import state, train
from equidyn.core.training.adam import Adam
from equidyn.core.training.schedule import learning_rate
from equidyn.core.training.task import dataset_of, task_of
from equidyn.domains.smoke.source.fields import Fields
from equidyn.grids.relaxations.anneal import cosine


def _summary(cell: Cell = CELL) -> dict:
    return json.loads((paths.run(cell) / "run.json").read_text())


def test_a_run_leaves_its_outputs_and_no_others(workplace):
    train.run(toy_params(), CELL)
    assert {path.name for path in paths.run(CELL).iterdir()} == {
        "best.safetensors",
        "early.safetensors",
        "history.csv",
        "run.json",
    }
    assert not list(workplace.glob("data/resume/**/*.pt"))
    summary, history = _summary(), pd.read_csv(paths.run(CELL) / "history.csv")
    assert summary["status"] == "completed" and summary["epochs"] == 4
    assert history["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert summary["best_score"] == pytest.approx(history["validation_rmse"].min())
    assert summary["best_epoch"] == history["validation_rmse"].idxmin()
    assert summary["provenance"]["params"]["seed"] == 1
    parts = history["validation_averaged"] + history["validation_variance"]
    assert (history["validation_loss"] - parts).abs().max() < 1e-12
    assert history["validation_variance"].max() < 1e-10  # gcnn is exact


def _pool(*factors: float) -> Fields:
    """A block of the toy fields for each factor, times this factor."""
    one, count = toy_dataset(), len(factors)
    return replace(
        one,
        velocity=np.concatenate([np.float32(factor) * one.velocity for factor in factors]),
        scene=np.arange(16 * count) // 4,
        direction=np.arange(16 * count) % 4,
        ranges=np.tile(one.ranges, (count, 1, 1)),
        block=np.arange(count).repeat(16),
    )


def test_a_seed_trains_on_its_own_block_in_the_unit_of_all(workplace):
    params, best = toy_params(), {}
    for name, factors in {"pool": (3, 1, 2), "other blocks": (5, 1, 4), "other block": (3, 2, 2)}.items():
        write(paths.dataset(CELL.study, CELL.dataset), _pool(*factors))
        train.run(params, CELL)
        best[name] = (paths.run(CELL) / "best.safetensors").read_bytes()
    assert best["pool"] == best["other blocks"] != best["other block"]
    study = params.studies[CELL.study]
    for seed in (1, 2):
        dataset = dataset_of(study, paths.dataset(CELL.study, CELL.dataset), seed)
        assert task_of(study, dataset, torch.device("cpu")).rms == toy_dataset().unit


def test_a_control_takes_the_same_course_for_longer_beside_the_run(workplace):
    tree = TREE["studies"]["toy"] | {"seeds": [1, 2], "control": {"budget": 2.0, "seeds": [1, 2], "datasets": ["sym"]}}
    toy_params()
    params, longer = write_study("toy", tree, patience=3), Cell("toy", "sym", "gcnn", 1, control=True)
    assert params.studies["toy"].training_for(longer).patience == 6
    train.run(params, CELL)
    train.run(params, longer)
    once, twice = (_summary(cell) for cell in (CELL, longer))
    assert (once["epochs"], twice["epochs"], once["early_epoch"], twice["early_epoch"]) == (4, 8, 1, 2)
    assert once["provenance"]["params_sha256"] != twice["provenance"]["params_sha256"]
    rates = [
        pd.read_csv(paths.run(cell) / "history.csv").set_index("epoch")["learning_rate"] for cell in (CELL, longer)
    ]
    assert rates[0][3] == rates[1][5]  # half of the course is done
    measure.run(params, longer)
    assert find_cell(params, str(longer)) == longer


def test_a_schedule_is_stretched_with_its_epochs(workplace):
    for schedule in ("constant", "cosine", "exponential"):
        once = toy_params(schedule=schedule).studies["toy"].training
        twice = stretched(once, 2.0)
        assert [learning_rate(twice, 2 * epoch + 1) for epoch in range(4)] == pytest.approx(
            [learning_rate(once, epoch + 1) for epoch in range(4)]
        )


def test_checkpoints_are_copies_of_different_epochs(workplace):
    train.run(toy_params(), CELL)
    best, early = (load_file(paths.run(CELL) / f"{name}.safetensors") for name in ("best", "early"))
    assert _summary()["best_epoch"] != 1
    assert any(not torch.equal(best[name], early[name]) for name in best)


@pytest.mark.parametrize(
    "variant", ["gcnn", "cnn-aug", "rgroup", "relax-anneal", *METHODS, *TREATMENTS, "remul-gradual", "muon"]
)
def test_a_killed_run_goes_on_to_the_same_bytes(workplace, monkeypatch, variant):
    """With multipliers, gates and what else a network moves itself; with what a treatment or an optimiser remembers."""
    assert_goes_on_to_the_same_bytes(params_with_all(), Cell("toy", "sym", variant, 1), monkeypatch)


MOVED = {  # variant -> columns of what its method moves, and what they are before training
    "relax-anneal": {"share": 0.0},
    "thaw": {"share": 0.0},
    "gap-gate": {"share": 1.0},
    "ace": {"gamma": 1.0, "multiplier": 0.0},
    "ace-slack": {"gamma": 1.0, "multiplier": 0.0},
    "remul-gradual": {"weight_a": 4 / 3, "weight_b": 2 / 3},
}


@pytest.mark.parametrize("variant", ["gcnn", *MOVED])
def test_the_history_has_what_a_method_moves(workplace, variant):
    """At its start, and moved; mean and largest over the kernels."""
    cell, starts = Cell("toy", "sym", variant, 1), MOVED.get(variant, {})
    train.run(params_with_all(), cell)
    history = pd.read_csv(paths.run(cell) / "history.csv")
    assert {name for columns in MOVED.values() for name in columns} & set(history) == set(starts)
    for name, start in starts.items():
        assert history[name][0] == pytest.approx(start) and history[name].nunique() > 1
        if not name.startswith("weight"):
            assert (history[f"{name}_max"] >= history[name]).all()
    if variant == "relax-anneal":
        assert history["share"][1:].tolist() == pytest.approx([cosine(done / 4) for done in range(4)], abs=1e-6)
    if variant == "remul-gradual":
        assert (history["weight_a"] + history["weight_b"]).tolist() == pytest.approx([2.0] * 5)


def _noisy(draw: str) -> tuple[Params, Cell]:
    """A study with a variant whose network draws random numbers in its forward pass."""
    params = toy_params()
    variants = {"noisy": Variant(model="toy_models.noisy", options={"draw": draw}, augment="none")}
    study = params.studies["toy"].model_copy(update={"variants": variants})
    return params.model_copy(update={"studies": {"toy": study}}), Cell("toy", "sym", "noisy", 1)


@pytest.mark.parametrize("draw", noisy.SEEDED)
def test_a_network_that_draws_random_numbers_gives_the_same_bytes(workplace, monkeypatch, draw):
    """Twice, killed and gone on with, measured twice; whatever was drawn in this process before."""
    params, cell = _noisy(draw)
    assert_goes_on_to_the_same_bytes(params, cell, monkeypatch)
    measured = []
    for _ in range(2):
        torch.rand(3), np.random.rand(3), random.random()
        checkpoints = json.loads(measure.run(params, cell).read_text())["checkpoints"]
        measured.append((checkpoints, (paths.run(cell) / "example.safetensors").read_bytes()))
    assert measured[0] == measured[1]


def test_epochs_draw_other_numbers_and_other_seeds_too(workplace):
    drawn = []
    for place in ((1, 1), (1, 2), (2, 1), (11, 1), (1,), (1, "best", "error"), (2**70, 1)):
        with seeded(*place):
            drawn.append((torch.rand(()).item(), np.random.rand(), random.random()))
    assert len(set(np.ravel(drawn))) == 3 * len(drawn)


@pytest.mark.parametrize("draw", noisy.HIDDEN)
def test_a_network_whose_draws_cannot_be_seeded_is_refused(workplace, draw):
    params, cell = _noisy(draw)
    with pytest.raises(EquidynError, match=r"studies\.toy\.variants\.noisy: its network answers .* to the same batch"):
        train.run(params, cell)
    assert not paths.run(cell).exists()


def test_a_killed_run_begins_anew_when_its_code_has_changed(workplace, monkeypatch):
    params = toy_params()
    begun = die_in_epoch_3(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        train.run(params, CELL)
    monkeypatch.setattr(train, "fingerprint", lambda files: f"{len(files)} other files")
    train.run(params, CELL)
    assert begun == [0, 1, 2, 0, 1, 2, 3]


def test_a_resume_file_of_another_run_or_torn_is_not_used(workplace):
    train.run(toy_params(), CELL)
    whole = outputs(CELL)
    resume = paths.resume(CELL)
    resume.parent.mkdir(parents=True, exist_ok=True)
    resume.write_bytes(b"torn")
    train.run(toy_params(), CELL)
    assert outputs(CELL) == whole
    network = torch.nn.Linear(1, 1)
    optimiser = Adam(network.parameters(), toy_params().studies["toy"].training)
    state.save(resume, "another", state.State(epoch=2), network, optimiser, {})
    train.run(toy_params(), CELL)
    assert outputs(CELL) == whole


def test_divergence_is_an_outcome_not_a_crash(workplace):
    train.run(toy_params(learning_rate=1.0e30, clip=0.0), CELL)
    summary = _summary()
    assert summary["status"] == "diverged" and "epoch" in summary["message"]
    assert all(torch.isfinite(tensor).all() for tensor in load_file(paths.run(CELL) / "best.safetensors").values())


def test_early_stopping(workplace):
    train.run(toy_params(learning_rate=1.0e-12, patience=1, epochs=50, schedule="constant"), CELL)
    summary = _summary()
    assert summary["status"] in ("stopped", "completed")
    assert summary["epochs"] - summary["best_epoch"] <= 1


def test_patience_counts_from_the_best_epoch(workplace):
    """A huge step makes the first epochs the best, so the run must stop exactly `patience` epochs after."""
    train.run(toy_params(learning_rate=3.0, patience=2, epochs=50, schedule="constant"), CELL)
    summary = _summary()
    assert summary["status"] == "stopped"
    assert summary["epochs"] == summary["best_epoch"] + 2


def test_bf16_trains_close_to_fp32(workplace):
    params = toy_params()
    train.run(params, CELL)
    fp32 = _summary()["best_score"]
    compute = params.compute.model_copy(update={"precision": "bf16"})
    train.run(params.model_copy(update={"compute": compute}), CELL)
    assert _summary()["precision"] == "bf16"
    assert _summary()["best_score"] == pytest.approx(fp32, rel=0.05)


def test_a_missing_dataset_is_named(workplace):
    params = toy_params()
    paths.dataset("toy", "sym").unlink()
    with pytest.raises(EquidynError, match=r"sym\.h5: missing; run"):
        train.run(params, CELL)


def test_schedules(workplace):
    training = toy_params(epochs=10, learning_rate=1.0).studies["toy"].training
    cosine = [learning_rate(training, epoch) for epoch in range(1, 11)]
    assert cosine[0] == 1 and cosine[5] == pytest.approx(0.5) and cosine == sorted(cosine, reverse=True)
    exponential = training.model_copy(update={"schedule": "exponential"})
    assert learning_rate(exponential, 3) == pytest.approx(0.95**2)
    assert learning_rate(training.model_copy(update={"schedule": "constant"}), 9) == 1


def test_no_job_loads_the_compiler_of_torch(workplace):
    """It costs more than a second, and nothing here uses it; some innocent calls of torch load it."""
    toy_params()
    code = (
        "import sys\n"
        "from equidyn.core.measures import measure\n"
        "from equidyn.core.params import Cell, load\n"
        "from equidyn.core.training import train\n"
        "cell = Cell('toy', 'sym', 'gcnn', 1)\n"
        "train.run(load(), cell)\n"
        "measure.run(load(), cell)\n"
        "print('torch._dynamo' in sys.modules)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
