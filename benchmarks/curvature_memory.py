"""Memory of Hessian-vector products: nets of about 650 k parameters, a batch of 16 windows at 64 x 64.

    python benchmarks/curvature_memory.py            # one rollout step in the loss; two minutes
    python benchmarks/curvature_memory.py --steps 6  # as published; some minutes

Each net gets a process of its own, whose peak resident memory is told ("peak", torch included; limit: 4 GB) after the
gradient's graph is built and two products are taken. "parts": into how many the batch was split to bound the graph.
Seconds of processor time for a product, one thread. Written to benchmarks/results/curvature_memory.csv.
"""

import argparse
import json
import resource
import subprocess
import sys

import torch
from results import save_and_show
from sharpness import seconds
from training_step import noise_dataset

from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import load
from equidyn.core.params.variant import Variant
from equidyn.curvature.landscape import Hessian, Landscape
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout

HIDDEN = {"cnn": 154, "gcnn": 77, "rgroup": 54}
SIDE, BATCH, LIMIT = 64, 16, 4.0


def one(model: str, steps: int) -> dict:
    """Build the products of one net, take two, and tell what this process has used."""
    torch.set_num_threads(1)
    settings = load().studies["smoke-levels"].task.model_copy(update={"train_steps": steps})
    task = Rollout(settings, noise_dataset(SIDE), torch.device("cpu"))
    variant = Variant(model=model, options={"hidden": HIDDEN[model]}, augment="none")
    network = build_network(variant, task.inputs, task.outputs, seed=0).eval()
    context = RolloutContext(network, task)
    hessian = Hessian(Landscape(network, task, context.training_sample(BATCH, steps)))
    vector = torch.ones_like(hessian.landscape.point)
    hessian(vector)
    spent, _ = seconds(lambda: hessian(vector))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return {
        "model": model,
        "parameters": count_parameters(network),
        "windows": BATCH,
        "rollout steps": steps,
        "parts": len(hessian.parts),
        "product [s]": round(spent, 1),
        "peak [GB]": round(peak, 2),
        "limit [GB]": LIMIT,
    }


def main() -> None:
    """Measure each net in its own process and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1, help="rollout steps of the loss")
    parser.add_argument("--model", choices=HIDDEN, help="only this net, in this process; prints JSON")
    arguments = parser.parse_args()
    if arguments.model:
        print(json.dumps(one(arguments.model, arguments.steps)))
        return
    rows = []
    for model in HIDDEN:
        command = [sys.executable, __file__, "--model", model, "--steps", str(arguments.steps)]
        rows.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    save_and_show("curvature_memory" if arguments.steps == 1 else f"curvature_memory_{arguments.steps}", rows)


if __name__ == "__main__":
    main()
