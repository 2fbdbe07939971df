"""A training step of our strict planar nets beside one of the e2cnn package's net, at the same number of parameters.

    python benchmarks/e2cnn_step.py    # two minutes

With AVX2 kernels, on newer processors too: ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2.

The package's net has the fields, layers and weights of our `e2cnn`; `gcnn`, whose kernels are not limited in frequency,
has as many fields as come nearest to that number of weights. All run in the same training loop, in fp32, each in turn,
in one process on one thread; the median is taken. Written to benchmarks/results/e2cnn_step.csv.
"""

import sys
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import torch
from results import save_and_show
from subjects import CPU, STUDY, noise_fields, resized, step_of
from timing import timed

from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import Study, load
from equidyn.core.training.task import task_of

try:
    from e2cnn import gspaces
    from e2cnn import nn as package
except ImportError:
    sys.exit("the package e2cnn is missing: pip install -e '.[dev]' in this checkout's environment brings it")

# Cells along a side, fields in hidden layers, layers, steps of the rollout, rounds.
SIZES = [(20, 12, 4, 4, 9), (32, 12, 4, 4, 5), (64, 12, 4, 2, 5), (64, 40, 4, 1, 2)]


class PackageNet(Network):
    """The net of the package: convolutions with bias, and ReLU between them, from irrep(1) to irrep(1)."""

    def __init__(self, frames: int, hidden: int, layers: int) -> None:
        super().__init__()
        space = gspaces.Rot2dOnR2(N=4)
        vector, regular = space.irrep(1), space.regular_repr
        kinds = [[vector] * frames, *[[regular] * hidden] * (layers - 1), [vector]]
        fields = [package.FieldType(space, kind) for kind in kinds]
        parts = [package.R2Conv(fields[0], fields[1], 3, padding=1)]
        for before, after in pairwise(fields[1:]):
            parts += [package.ReLU(before), package.R2Conv(before, after, 3, padding=1)]
        self.inputs, self.net = fields[0], package.SequentialModule(*parts)

    def filters(self) -> None:
        """The package expands its filters at each call in training."""

    def forward(self, field: torch.Tensor, filters: Any = None) -> torch.Tensor:
        """Map (batch, 2 frames, y, x) to (batch, 2, y, x)."""
        return self.net(package.GeometricTensor(field, self.inputs)).tensor


def nearest(study: Study, name: str, task: Any, layers: int, parameters: int) -> tuple[Network, int]:
    """The net with about so many parameters, and its number of fields."""
    nets = []
    for hidden in count(1):
        network = build_network(resized(study, name, hidden=hidden, layers=layers), name, task.inputs, task.outputs, 0)
        nets.append((network, hidden))
        if count_parameters(network) >= parameters:
            break
    return min(nets[-2:], key=lambda pair: abs(count_parameters(pair[0]) - parameters))


def rows() -> Iterator[dict]:
    """One row per size."""
    study = load().studies[STUDY]
    for side, hidden, layers, steps, repeats in SIZES:
        task_settings = study.task.model_copy(update={"train_steps": steps})
        training = study.training.model_copy(update={"batch_size": 8})
        sized = study.model_copy(update={"task": task_settings, "training": training})
        task = task_of(sized, noise_fields(side), CPU)
        theirs = PackageNet(sized.task.input_frames, hidden, layers)
        parameters = count_parameters(theirs)
        nets = {name: nearest(sized, name, task, layers, parameters) for name in ("e2cnn", "gcnn")}
        found = timed(
            step_of(sized, "e2cnn", theirs, task, "fp32"),
            *(step_of(sized, name, net, task, "fp32") for name, (net, _) in nets.items()),
            repeats=repeats,
        )
        yield {"cells": f"{side} x {side}", "layers": layers, "rollout steps": steps, "package: fields": hidden} | {
            "package: parameters": parameters,
            "package [ms]": round(1000 * found[0], 1),
            **{
                f"{name}{key}": value
                for (name, (net, fields)), took in zip(nets.items(), found[1:], strict=True)
                for key, value in {
                    ": fields": fields,
                    ": parameters": count_parameters(net),
                    " [ms]": round(1000 * took, 1),
                    ": times faster": round(found[0] / took, 2),
                }.items()
            },
        }


if __name__ == "__main__":
    torch.set_num_threads(1)
    save_and_show("e2cnn_step", list(rows()))
