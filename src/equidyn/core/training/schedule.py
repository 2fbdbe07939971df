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


def relaxation(training: Training, epoch: int) -> float:
    """Share of the free term of annealed layers in `epoch`: from 1, by a cosine, to 0 after 3/4 of the epochs."""
    done = (epoch - 1) / (0.75 * training.epochs)
    return (1 + math.cos(math.pi * min(done, 1.0))) / 2
