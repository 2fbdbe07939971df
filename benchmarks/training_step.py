"""A training step against its limit: the same convolutions as bare `conv2d` calls, forward and backward.

    python benchmarks/training_step.py            # gcnn and rgroup at about 650 k parameters, 64 x 64; some minutes
    python benchmarks/training_step.py --small    # the sizes of the default study

Our step is all of it: filters from weights, rollout, loss, backward, clipping, Adam. Both sides run in turn, in one
process on one thread; the median is taken. Written to benchmarks/results/training_step.csv.
"""

from collections.abc import Callable, Iterator

import torch
from results import command
from subjects import STUDY, enlarged, noise_fields, training_step
from timing import timed
from torch.nn import functional

from equidyn.core.models.registry import count_parameters
from equidyn.core.params import Study, load
from equidyn.grids.stack import ConvStack

SIDE = 64


def bare_step(network: ConvStack, side: int, batch: int, steps: int, precision: str) -> Callable[[], None]:
    """The same convolutions and nothing else: each layer's conv2d forward and backward, once per rollout step."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    layout = {"dtype": dtype, "memory_format": torch.channels_last}
    kernels = [kernel.detach().to(**layout).requires_grad_() for kernel, _ in network.filters()]
    fields = [torch.randn(batch, kernel.shape[1], side, side).to(**layout).requires_grad_() for kernel in kernels]
    gradients = [torch.randn(batch, kernel.shape[0], side, side).to(**layout) for kernel in kernels]

    def step() -> None:
        for _ in range(steps):
            for field, kernel, gradient in zip(fields, kernels, gradients, strict=True):
                answer = functional.conv2d(field, kernel, padding=kernel.shape[-1] // 2)
                torch.autograd.grad(answer, (field, kernel), gradient)

    return step


def compare(study: Study, name: str, side: int, repeats: int) -> dict:
    """One row: parameters, and both sides in both precisions."""
    data, steps = noise_fields(side), []
    for precision in ("fp32", "bf16"):
        step, network = training_step(study, name, data, precision)
        steps += [step, bare_step(network, side, study.training.batch_size, study.task.train_steps, precision)]
    fp32, fp32_limit, bf16, bf16_limit = timed(*steps, repeats=repeats)
    return {
        "variant": name,
        "parameters": count_parameters(network.deployed()),
        "fp32 [s]": round(fp32, 4),
        "fp32 limit [s]": round(fp32_limit, 4),
        "fp32 share of limit": round(fp32_limit / fp32, 3),
        "bf16 [s]": round(bf16, 4),
        "bf16 limit [s]": round(bf16_limit, 4),
        "bf16 share of limit": round(bf16_limit / bf16, 3),
        "bf16 speed-up": round(fp32 / bf16, 2),
    }


def rows(small: bool) -> Iterator[dict]:
    """Each net of that size."""
    study = load().studies[STUDY]
    for name in ("gcnn", "rgroup", "cnn") if small else ("gcnn", "rgroup"):
        if small:
            yield compare(study, name, study.source.resolution, repeats=15)
        else:
            yield compare(enlarged(study, name), name, SIDE, repeats=3)


if __name__ == "__main__":
    command("training_step", __doc__, rows)
