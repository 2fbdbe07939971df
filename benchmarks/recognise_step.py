"""A training step of the nets that recognise digits, against the bare convolutions and matrix products of that step.

    python benchmarks/recognise_step.py            # 55,000 images of 28 x 28 pixels, in batches of 128
    python benchmarks/recognise_step.py --small    # 640 images, in batches of 32

Our step is all of it: gathering the images, filters from weights, forward, loss, backward, Adam. The bare one is the
products and nothing else, in the same layout: of each layer the forward one and both backward ones, but no gradient by
the images. What lies between is pooling, ReLU and their derivatives above all. "bf16" is our step under autocast, which
the task does not use: the column says why. An epoch is one pass, without validation. Steps run in turn, in one process
on one thread; processor time, median. Written to benchmarks/results/recognise_step.csv.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, count

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
from equidyn.domains.digits.models.recogniser import DigitClassifier
from equidyn.domains.digits.params import ClassifyImagesTask
from equidyn.domains.digits.tasks.classify_images.recipe import ClassifyImagesRecipe
from equidyn.domains.digits.tasks.classify_images.task import ClassifyImages

MODELS = {"cnn": "digits_cnn", "gcnn": "digits_gcnn"}
TRAINING = {
    "learning_rate": 1e-3,
    "betas": (0.9, 0.999),
    "weight_decay": 0.0,
    "schedule": "constant",
    "decay": 1.0,
    "epochs": 5,
    "patience": 5,
    "clip": 0.0,
    "early_epoch": 0,
    "validation_samples": 1,
}


@dataclass(frozen=True)
class Size:
    """images: in memory; batch: of a step; repeats: timed steps of each kind."""

    images: int
    batch: int
    repeats: int


LARGE, SMALL = Size(55_000, 128, 60), Size(640, 32, 20)


def noise(size: Size) -> ClassifyImages:
    """Random images: the cost of a step does not depend on their values."""
    images = torch.rand(size.images, 28, 28).numpy()
    labels = (np.arange(size.images) % 10).astype(np.int64)
    dataset = Labelled(images, labels, np.array([[0, size.images]] * 3), {})
    return ClassifyImages(ClassifyImagesTask(kind="classify_images"), dataset, torch.device("cpu"))


def our_step(
    task: ClassifyImages, model: str, size: Size, precision: str
) -> tuple[Callable[[], object], DigitClassifier]:
    """One step of the real training loop, on the next batch of an endless course."""
    variant = Variant(model=model, options={}, augment="none")
    network = build_network(variant, task.inputs, task.outputs, seed=0)
    training = Training(**TRAINING, batch_size=size.batch, steps_per_epoch=size.images // size.batch)
    recipe = ClassifyImagesRecipe(task, variant, training, seed=0)
    trainer = Trainer(network, recipe, training, seed=0, device=task.device, precision=precision)
    batches = chain.from_iterable(recipe.batches(epoch) for epoch in count(1))
    return lambda: trainer._step(next(batches), training.learning_rate), network


def bare_step(network: DigitClassifier, size: Size) -> Callable[[], None]:
    """The products of the same layers, forward and backward; of the first, the backward one by weights alone."""
    shapes = network.activations(torch.rand(size.batch, 28, 28))
    images = torch.rand(size.batch, 1, 28, 28).contiguous(memory_format=torch.channels_last)
    works = []
    for name, inputs in (("conv1", images), ("conv2", shapes["pool1"]), ("fc1", shapes["pool2"]), ("logits", None)):
        layer = getattr(network, name)
        weight = (layer.filter()[0] if hasattr(layer, "filter") else layer.weight).detach().clone()
        if name.startswith("conv"):
            weight = weight.contiguous(memory_format=torch.channels_last)
            product, taken = functional.conv2d, inputs.detach()
        else:
            weight, product = weight.flatten(1), functional.linear
            taken = torch.rand(size.batch, weight.shape[1])
        wanted = (weight.requires_grad_(), *([] if name == "conv1" else [taken.requires_grad_()]))
        works.append((product, taken, weight, wanted, torch.ones_like(product(taken, weight)).detach()))

    def step() -> None:
        for product, taken, weight, wanted, gradient in works:
            torch.autograd.grad(product(taken, weight), wanted, gradient)

    return step


def rows(small: bool) -> Iterator[dict]:
    """One row per net."""
    size = SMALL if small else LARGE
    task = noise(size)
    for name, model in MODELS.items():
        fp32, network = our_step(task, model, size, "fp32")
        bf16, _ = our_step(task, model, size, "bf16")
        ours, bare, narrow = timed(fp32, bare_step(network, size), bf16, repeats=size.repeats)
        yield {
            "net": name,
            "parameters": count_parameters(network),
            "multiply-adds per image": network.multiply_adds(),
            "batch": size.batch,
            "step [ms]": round(1e3 * ours, 2),
            "bare [ms]": round(1e3 * bare, 2),
            "share of bare speed": round(bare / ours, 3),
            "GFLOP/s of ours": round(6e-9 * network.multiply_adds() * size.batch / ours, 1),
            "step in bf16 [ms]": round(1e3 * narrow, 2),
            "epoch [s]": round(ours * -(-size.images // size.batch), 2),
        }


if __name__ == "__main__":
    command("recognise_step", __doc__, rows)
