"""recognition: how often a net names the right digit."""

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.task import accuracy

MOST = 10_000  # training images looked at

QUANTITIES = (
    Quantity("accuracy", "test accuracy", "1", "higher", headline=True, baselines=("guess",)),
    Quantity("loss", "test loss", "nats", "lower"),
    Quantity("train_accuracy", "training accuracy", "1", "higher"),
    Quantity("train_loss", "training loss", "nats", "lower"),
    Quantity("rotated", "test accuracy, turned", "1", "higher", headline=True, baselines=("guess",)),
    Quantity("guess", "most frequent digit"),
)


def measure(context: ClassifyImagesContext) -> dict[str, float]:
    """Accuracy, and cross-entropy [nats], on the test images; the same on training images, upright.

    train_*: on at most MOST training images, spread evenly. rotated: accuracy on the test images turned
    by 90, 180 and 270 degrees, all three; of sixes and nines no net can tell all that have been turned.
    guess: share of the most frequent digit among the test images, which who always names it gets.
    """
    task, test = context.task, context.test
    training = task.sample("train", MOST)
    turned = [context.predictions(task.inputs.act(test.inputs, turns)) for turns in (1, 2, 3)]
    return {
        **context.rates(context.logits, test),
        **context.rates(context.predictions(training.inputs), training, "train_"),
        "rotated": torch.stack([accuracy(logits, test.labels) for logits in turned]).mean().item(),
        "guess": test.labels.bincount().max().item() / len(test),
    }
