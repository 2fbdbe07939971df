"""Does bf16 change the result? The default study's cells trained in fp32 and in bf16, side by side.

    python benchmarks/precision.py [--dataset eps060] [--seeds 3]

Needs the dataset (`equidyn prepare smoke-levels/eps060`). Both runs of a pair share weights, batches and seed, so they
differ by arithmetic alone; "ratio" is the test RMSE in bf16 over that in fp32, of the mean over seeds.
Written to benchmarks/results/precision.csv.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from results import save_and_show
from subjects import CPU, STUDY

from equidyn.core import paths
from equidyn.core.params import Cell, Params, load
from equidyn.core.progress import progress
from equidyn.core.training.precision import set_up
from equidyn.core.training.task import Task, dataset_of, task_of
from equidyn.core.training.train import trainer_of
from equidyn.domains.smoke.measures.error import measure
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext

PRECISIONS = ("fp32", "bf16")


def trained(params: Params, task: Task, cell: Cell, precision: str) -> tuple[float, float]:
    """Train one cell; returns its test RMSE and the seconds of processor time."""
    compute = params.compute.model_copy(update={"precision": precision})
    trainer = trainer_of(params.model_copy(update={"compute": compute}), cell, task)
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        state = trainer.run(Path(folder) / "resume", "", lambda _: None)
    seconds = time.process_time() - started
    trainer.network.load_state_dict(state.best)
    return measure(RolloutContext(trainer.network.eval().deployed(), task))["rmse"], seconds


def row(name: str, sides: list[list[tuple[float, float]]]) -> dict:
    """Means over seeds of both sides, and their ratios."""
    (full, full_s), (narrow, narrow_s) = (map(statistics.mean, zip(*side, strict=True)) for side in sides)
    return {
        "variant": name,
        "seeds": len(sides[0]),
        "fp32 test RMSE": round(full, 5),
        "bf16 test RMSE": round(narrow, 5),
        "ratio": round(narrow / full, 4),
        "fp32 [s]": round(full_s, 1),
        "bf16 [s]": round(narrow_s, 1),
        "speed-up": round(full_s / narrow_s, 2),
    }


def main() -> None:
    """Train the pairs and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="eps060", help="dataset of the default study")
    parser.add_argument("--seeds", type=int, default=3, help="how many of the study's seeds")
    arguments, params = parser.parse_args(), load()
    set_up(params.compute)
    study = params.studies[STUDY]
    task = task_of(study, dataset_of(study, paths.dataset(STUDY, arguments.dataset)), CPU)
    rows = []
    with progress("precision", len(study.variants)) as advance:
        for done, name in enumerate(study.variants, start=1):
            cells = [Cell(STUDY, arguments.dataset, name, seed) for seed in study.seeds[: arguments.seeds]]
            rows.append(row(name, [[trained(params, task, cell, one) for cell in cells] for one in PRECISIONS]))
            advance(done, name)
    save_and_show("precision", rows)


if __name__ == "__main__":
    main()
