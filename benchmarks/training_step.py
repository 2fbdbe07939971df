"""A training step against its limit: the same convolutions as bare `conv2d` calls, forward and backward.

    python benchmarks/training_step.py            # gcnn and rgroup at about 650 k parameters, 64 x 64; some minutes
    python benchmarks/training_step.py --small    # the sizes of the default study

Our step is all of it: filters from weights, rollout, loss, backward, clipping, Adam. Both sides run in turn, in one
process on one thread; the median is taken. Written to benchmarks/results/training_step.csv.
"""

from collections.abc import Callable, Iterator

import torch
from results import command
from timing import timed
from torch.nn import functional

from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import Study, load
from equidyn.core.params.variant import Variant
from equidyn.core.training.loop import Trainer
from equidyn.core.training.precision import arithmetic
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.tasks.rollout.recipe import RolloutRecipe
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.grids.stack import ConvStack

LARGE = {"side": 64, "batch": 8, "hidden": {"gcnn": 77, "rgroup": 54}, "repeats": 3}
SMALL = {"side": 32, "batch": 8, "hidden": {"gcnn": 10, "rgroup": 7, "cnn": 20}, "repeats": 15}


def noise_dataset(side: int, frames: int = 16) -> Fields:
    """Random fields: the cost of a step does not depend on their values."""
    velocity = torch.randn(4, frames, 2, side, side).numpy()
    index = torch.arange(4).numpy()
    ranges = torch.tensor([[[0, frames]] * 3] * 4).numpy()
    return Fields(velocity, index, index, ranges, {})


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


def our_step(study: Study, variant: Variant, side: int, batch: int, precision: str) -> tuple[Callable, ConvStack]:
    """One optimiser step of the real training loop."""
    task = Rollout(study.task, noise_dataset(side), torch.device("cpu"))
    network = build_network(variant, task.inputs, task.outputs, seed=0)
    training = study.training.model_copy(update={"batch_size": batch, "validation_samples": 1})
    recipe = RolloutRecipe(task, variant, training, seed=0)
    trainer = Trainer(network, recipe, training, seed=0, device=task.device, precision=precision)
    windows = recipe.batches(1)[0]
    return lambda: trainer._step(windows, training.learning_rate), network


def compare(study: Study, model: str, size: dict) -> dict:
    """One row: parameters, and both sides in both precisions."""
    variant = study.variants[model].model_copy(
        update={"options": study.variants[model].options | {"hidden": size["hidden"][model]}}
    )
    steps = []
    for precision in ("fp32", "bf16"):
        step, network = our_step(study, variant, size["side"], size["batch"], precision)
        with arithmetic(torch.device("cpu"), "fp32"):
            steps += [step, bare_step(network, size["side"], size["batch"], study.task.train_steps, precision)]
    fp32, fp32_limit, bf16, bf16_limit = timed(*steps, repeats=size["repeats"])
    return {
        "model": model,
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
    """Each model of that size."""
    size, study = SMALL if small else LARGE, load().studies["smoke-levels"]
    for model in size["hidden"]:
        yield compare(study, model, size)


if __name__ == "__main__":
    command("training_step", __doc__, rows)
