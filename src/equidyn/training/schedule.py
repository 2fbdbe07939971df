"""The learning rate over training: a function of the epoch alone, so that a resumed run continues it exactly."""

import math

from equidyn.params.training import Training


def learning_rate(training: Training, epoch: int) -> float:
    """The rate in `epoch` = 1, 2, ... epochs. cosine: from the full rate towards 0; exponential: decay^(epoch - 1)."""
    done = epoch - 1
    factor = {
        "constant": 1.0,
        "cosine": (1 + math.cos(math.pi * done / training.epochs)) / 2,
        "exponential": training.decay**done,
    }[training.schedule]
    return training.learning_rate * factor
