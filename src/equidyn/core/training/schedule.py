"""What changes over training: functions of the epoch alone, so that a resumed run continues them exactly."""

import math

from equidyn.core.params.training import Training


def learning_rate(training: Training, epoch: int) -> float:
    """The rate in `epoch` = 1, 2, ... epochs. cosine: from the full rate towards 0; exponential: decay^(epoch - 1)."""
    done = epoch - 1
    factor = {
        "constant": 1.0,
        "cosine": (1 + math.cos(math.pi * done / training.epochs)) / 2,
        "exponential": training.decay**done,
    }[training.schedule]
    return training.learning_rate * factor


def over(training: Training, epoch: int) -> float:
    """The share of the training that is over when `epoch` begins."""
    return (epoch - 1) / training.epochs
