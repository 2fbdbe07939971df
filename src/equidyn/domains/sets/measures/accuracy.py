"""accuracy: how often a classifier of sets is right, beside what no rule can exceed."""

import math

import numpy as np

from equidyn.core.measures.quantities import Quantity
from equidyn.core.training.labelled import Samples
from equidyn.domains.sets.source.chi_square import bayes_labels, best_threshold, sums_of_squares
from equidyn.domains.sets.tasks.classify_sets.context import ClassifySetsContext

QUANTITIES = (
    Quantity("accuracy", "test accuracy", "1", "higher", headline=True, baselines=("bayes", "bayes_here", "threshold")),
    Quantity("loss", "test loss", "nats", "lower", headline=True),
    Quantity("train_accuracy", "training accuracy", "1", "higher"),
    Quantity("train_loss", "training loss", "nats", "lower"),
    Quantity("bayes", "Bayes limit", optional=True),
    Quantity("bayes_here", "Bayes rule on these sets", optional=True),
    Quantity("above_bayes", "above the Bayes rule here", optional=True),
    Quantity("above_bayes_error", "its standard error, by the test sets", optional=True),
    Quantity("threshold", "best threshold"),
)


def measure(context: ClassifySetsContext) -> dict[str, float]:
    """Accuracy, and cross-entropy [nats], on the test samples; the same on the stored training samples.

    bayes: accuracy of the best rule there is, exact (source/chi_square.py); bayes_here: its share on the
    very test samples, which a network can exceed by chance only. above_bayes: by how much the network's share exceeds
    it, and above_bayes_error, the standard error of that by the choice of the test samples: both err on the same hard
    sets, so that their difference is known much better than either share. threshold: share on the test samples of the
    best threshold on the sum of squares, as learnt on the training samples: a rule of one parameter. Where training
    draws fresh samples, the stored training samples are as unseen as the test samples. Of sets from files no best rule
    is known, and bayes, bayes_here and above_bayes are left out.
    """
    training, checks = context.task.splits["train"], context.task.attributes["checks"]
    found = context.rates(context.logits, context.test)
    found |= context.rates(context.predictions(training.inputs), training, "train_")
    known = _above_bayes(context) | {"bayes": checks["bayes_accuracy"]} if "bayes_accuracy" in checks else {}
    return found | known | {"threshold": _threshold(training, context.test)}


def _above_bayes(context: ClassifySetsContext) -> dict[str, float]:
    """Accuracy of the best rule on the test samples, by how much the network's is above it, and its standard error."""
    inputs, labels = context.test.inputs.cpu().numpy(), context.test.labels.cpu().numpy() > 0.5
    best = bayes_labels(sums_of_squares(inputs), context.task.attributes["checks"]["variances"], inputs[0].size)
    logits = context.logits[:, 0].cpu().numpy()
    right = np.where(np.isnan(logits), np.nan, (logits > 0) == labels)
    gains = right - (best == labels)
    return {
        "bayes_here": float((best == labels).mean()),
        "above_bayes": float(gains.mean()),
        "above_bayes_error": float(gains.std(ddof=1) / math.sqrt(len(gains))) if len(gains) > 1 else 0.0,
    }


def _threshold(training: Samples, test: Samples) -> float:
    """Accuracy on the test samples of the threshold that is best on the training samples, with the side it says."""
    statistic, labels = (
        [sums_of_squares(samples.inputs.cpu().numpy()) for samples in (training, test)],
        [samples.labels.cpu().numpy() > 0.5 for samples in (training, test)],
    )
    threshold, _ = best_threshold(statistic[0], labels[0].astype(int))
    above = labels[0] == (statistic[0] > threshold)
    right = labels[1] == (statistic[1] > threshold)
    return float(right.mean() if above.mean() >= 0.5 else 1 - right.mean())
