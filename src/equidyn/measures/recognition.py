"""recognition: how often a net names the right digit."""

import torch

from equidyn.measures.subjects.recognise import RecogniseSubject
from equidyn.training.recognise.task import accuracy

MOST = 10_000  # training images looked at


def measure(subject: RecogniseSubject) -> dict[str, float]:
    """Share of right answers, and cross-entropy [nats], on the test images; the same on training images, upright.

    train_*: on at most MOST training images, spread evenly. rotated: share of right answers on the test images turned
    by 90, 180 and 270 degrees, all three; of sixes and nines no net can tell all that have been turned.
    guess: share of the most frequent digit among the test images, which who always names it gets.
    """
    task, test = subject.task, subject.test
    training = task.sample("train", MOST)
    turned = [subject.answers(task.inputs.turn(test.inputs, turns)) for turns in (1, 2, 3)]
    return {
        **subject.rates(subject.logits, test),
        **subject.rates(subject.answers(training.inputs), training, "train_"),
        "rotated": torch.stack([accuracy(logits, test.labels) for logits in turned]).mean().item(),
        "guess": test.labels.bincount().max().item() / len(test),
    }
