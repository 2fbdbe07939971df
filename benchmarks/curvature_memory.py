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
from subjects import CPU, HIDDEN, STUDY, enlarged, noise_fields
from timing import seconds

from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import load
from equidyn.core.training.task import task_of
from equidyn.curvature.landscape import Hessian, Landscape

SIDE, BATCH, LIMIT = 64, 16, 4.0


def one(name: str, steps: int) -> dict:
    """Build the products of one net, take two, and tell what this process has used."""
    torch.set_num_threads(1)
    study = enlarged(load().studies[STUDY], name)
    task = task_of(study, noise_fields(SIDE), CPU)
    network = build_network(study, name, task.inputs, task.outputs, seed=0).eval()
    hessian = Hessian(Landscape(network, task, task.sample("train", BATCH, steps)))
    vector = torch.ones_like(hessian.landscape.point)
    hessian(vector)
    spent, _ = seconds(lambda: hessian(vector))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return {
        "variant": name,
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
    parser.add_argument("--variant", choices=HIDDEN, help="only this net, in this process; prints JSON")
    arguments = parser.parse_args()
    if arguments.variant:
        print(json.dumps(one(arguments.variant, arguments.steps)))
        return
    rows = []
    for name in HIDDEN:
        command = [sys.executable, __file__, "--variant", name, "--steps", str(arguments.steps)]
        rows.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    save_and_show("curvature_memory" if arguments.steps == 1 else f"curvature_memory_{arguments.steps}", rows)


if __name__ == "__main__":
    main()
