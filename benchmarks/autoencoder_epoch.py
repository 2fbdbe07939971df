"""An epoch of the auto-encoders against bare matrix products, with the data in memory.

    python benchmarks/autoencoder_epoch.py            # 60,000 images of 14 x 14 pixels, in batches of 128
    python benchmarks/autoencoder_epoch.py --small    # 6,000 images

Our epoch is all of it but validation: drawing the order, gathering the images, forward, loss, backward, Adam. The bare
one is the products of the same steps and nothing else, into memory that is there already: of each layer the forward
one and both backward ones, but no gradient by the images. Both sides run in turn, in one process on one thread;
processor time, median. "share of bare speed" is bare / ours, "by plain" ours / ours of `ae`.
Written to benchmarks/results/autoencoder_epoch.csv.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from results import command
from timing import timed
from torch.nn import functional

from equidyn.core.data.labelled import Labelled
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.loop import Trainer
from equidyn.domains.digits.params import ReconstructTask
from equidyn.domains.digits.tasks.reconstruct.recipe import ReconstructRecipe
from equidyn.domains.digits.tasks.reconstruct.task import Reconstruct

IMAGES, SMALL, SIDE, BATCH = 60_000, 6_000, 14, 128
WIDTHS = (SIDE**2, 36, 9, 36, SIDE**2)
MODELS = {"ae": "autoencoder", "equivariant-ae": "equivariant_autoencoder"}
TRAINING = {
    "learning_rate": 1e-3,
    "betas": (0.9, 0.999),
    "weight_decay": 0.0,
    "schedule": "constant",
    "decay": 1.0,
    "batch_size": BATCH,
    "epochs": 19,
    "patience": 19,
    "clip": 0.0,
    "early_epoch": 0,
    "validation_samples": 1,
}


def our_epoch(model: str, images: torch.Tensor) -> tuple[Callable[[], object], int]:
    """An epoch of the real training loop, and the network's parameters."""
    ranges = np.array([[0, len(images)]] * 3)
    dataset = Labelled(images.numpy(), np.zeros(len(images), dtype=np.int64), ranges, {})
    task = Reconstruct(ReconstructTask(kind="reconstruct"), dataset, torch.device("cpu"))
    variant = Variant(model=model, options={}, augment="none")
    network = build_network(variant, task.inputs, task.outputs, seed=0)
    training = Training(**TRAINING, steps_per_epoch=-(-len(images) // BATCH))
    recipe = ReconstructRecipe(task, variant, training, seed=0)
    trainer = Trainer(network, recipe, training, seed=0, device=task.device, precision="fp32")
    return lambda: trainer._train(1, training.learning_rate), count_parameters(network)


def bare_epoch(images: torch.Tensor) -> Callable[[], None]:
    """The products of as many steps: y = x W', then W's gradient g' x and, but in the first layer, x's gradient g W."""
    weights = [torch.randn(wide, narrow) for narrow, wide in pairwise(WIDTHS)]
    values = [torch.randn(BATCH, width) for width in WIDTHS]
    by_weight = [torch.empty_like(weight) for weight in weights]
    batches = images.flatten(1)[: len(images) // BATCH * BATCH].split(BATCH)

    def epoch() -> None:
        for batch in batches:
            inputs = [batch, *values[1:-1]]
            for into, weight, outputs in zip(inputs, weights, values[1:], strict=True):
                torch.mm(into, weight.T, out=outputs)
            for into, weight, outputs, gradient in zip(inputs, weights, values[1:], by_weight, strict=True):
                torch.mm(outputs.T, into, out=gradient)
                if into is not batch:
                    torch.mm(outputs, weight, out=into)

    return epoch


def by_hand_epoch(images: torch.Tensor) -> Callable[[], None]:
    """The steps of the plain auto-encoder with the backward pass written out."""
    weights = [torch.randn(wide, narrow) / narrow**0.5 for narrow, wide in pairwise(WIDTHS)]
    biases = [torch.zeros(wide) for wide in WIDTHS[1:]]
    parameters, count = [*weights, *biases], torch.zeros(())
    means, squares = ([torch.zeros_like(parameter) for parameter in parameters] for _ in range(2))
    batches = images.flatten(1)[: len(images) // BATCH * BATCH].split(BATCH)
    fixed = {"beta1": 0.9, "beta2": 0.999, "weight_decay": 0.0, "eps": 1e-8, "amsgrad": False, "maximize": False}

    def epoch() -> None:
        nonlocal count
        for batch in batches:
            gradients = by_hand(batch, weights, biases)
            count += 1
            counts = [count] * len(parameters)
            torch._fused_adam_(parameters, gradients, means, squares, [], counts, lr=1e-3, **fixed)

    return epoch


def by_hand(batch: torch.Tensor, weights: list[torch.Tensor], biases: list[torch.Tensor]) -> list[torch.Tensor]:
    """Gradients by weights, then by biases, of the mean square of what the auto-encoder changes in a batch."""
    values, last = [batch], len(weights) - 1
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        linear = functional.linear(values[-1], weight, bias)
        values.append(functional.elu_(linear) if layer < last else linear)
    functional.mse_loss(values[-1], batch)
    slope = (values[-1] - batch).mul_(2 / batch.numel())
    by_weight, by_bias = [], []
    for layer in range(last, -1, -1):
        by_weight.insert(0, slope.T @ values[layer])
        by_bias.insert(0, slope.sum(0))
        if layer:
            slope = torch.ops.aten.elu_backward(slope @ weights[layer], 1.0, 1.0, 1.0, True, values[layer])
    return [*by_weight, *by_bias]


def rows(small: bool) -> Iterator[dict]:
    """Each model, beside the same bare products."""
    torch.manual_seed(0)
    images = torch.rand(SMALL if small else IMAGES, SIDE, SIDE)
    ours = [our_epoch(model, images) for model in MODELS.values()]
    works = [epoch for epoch, _ in ours]
    *seconds, bare, hand = timed(*works, bare_epoch(images), by_hand_epoch(images), repeats=7)
    for name, (_, parameters), second in zip(MODELS, ours, seconds, strict=True):
        yield {
            "model": name,
            "images": len(images),
            "parameters": parameters,
            "epoch [s]": round(second, 4),
            "bare products [s]": round(bare, 4),
            "share of bare speed": round(bare / second, 3),
            "by plain": round(second / seconds[0], 2),
            "by hand [s]": round(hand, 4),
        }


if __name__ == "__main__":
    command("autoencoder_epoch", __doc__, rows)
