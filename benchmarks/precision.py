"""Does auto precision change the result? The default study's cells trained in fp32 and in auto precision, side by side.

    python benchmarks/precision.py [--dataset eps030] [--seeds 3]

Needs the dataset (`equidyn prepare smoke-levels/eps030`). Both runs of a pair share weights, batches and seed, so they
differ by arithmetic alone; "ratio" is the test RMSE in auto precision over that in fp32, of the mean over seeds.
Written to benchmarks/results/precision.csv.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch
from results import save_and_show

from equidyn.core import paths
from equidyn.core.data.store import read
from equidyn.core.models.registry import build_network
from equidyn.core.params import Params, load
from equidyn.core.progress import progress
from equidyn.core.training.loop import Trainer
from equidyn.core.training.precision import precision_of, set_up
from equidyn.domains.smoke.measures.error import measure
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.recipe import RolloutRecipe
from equidyn.domains.smoke.tasks.rollout.task import Rollout

STUDY = "smoke-levels"


def test_rmse(params: Params, task: Rollout, name: str, seed: int, precision: str) -> tuple[float, float]:
    """Train one cell; returns its test RMSE and the seconds of processor time."""
    study = params.studies[STUDY]
    variant = study.variants[name]
    network = build_network(variant, task.inputs, task.outputs, seed)
    training = study.training_of(name)
    recipe = RolloutRecipe(task, variant, training, seed)
    trainer = Trainer(network, recipe, training, seed=seed, device=task.device, precision=precision)
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        state = trainer.run(Path(folder) / "r", "", lambda _: None)
    seconds = time.process_time() - started
    network.load_state_dict(state.best)
    return measure(RolloutContext(network.eval(), task))["rmse"], seconds


def main() -> None:
    """Train the pairs and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="eps030", help="dataset of the default study")
    parser.add_argument("--seeds", type=int, default=3, help="how many of the study's seeds")
    arguments = parser.parse_args()
    params = load()
    set_up(params.compute)
    study, device = params.studies[STUDY], torch.device("cpu")
    task = Rollout(study.task, read(paths.dataset(STUDY, arguments.dataset)), device)
    seeds, rows = study.seeds[: arguments.seeds], []
    auto = precision_of(params.compute, device)
    with progress("precision", len(study.variants)) as advance:
        for done, name in enumerate(study.variants, start=1):
            full = [test_rmse(params, task, name, seed, "fp32") for seed in seeds]
            fast = [test_rmse(params, task, name, seed, auto) for seed in seeds]
            rows.append(row(name, auto, full, fast))
            advance(done, name)
    save_and_show("precision", rows)


def row(name: str, auto: str, full: list[tuple[float, float]], fast: list[tuple[float, float]]) -> dict:
    """Means over seeds, and ratios of both sides."""
    rmse = [statistics.mean(pair[0] for pair in side) for side in (full, fast)]
    seconds = [statistics.mean(pair[1] for pair in side) for side in (full, fast)]
    return {
        "variant": name,
        "auto is": auto,
        "seeds": len(full),
        "fp32 test RMSE": round(rmse[0], 5),
        "auto test RMSE": round(rmse[1], 5),
        "ratio": round(rmse[1] / rmse[0], 4),
        "fp32 [s]": round(seconds[0], 1),
        "auto [s]": round(seconds[1], 1),
        "speed-up": round(seconds[0] / seconds[1], 2),
    }


if __name__ == "__main__":
    main()
