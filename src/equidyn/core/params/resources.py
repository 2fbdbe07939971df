"""What a cluster is asked for: minutes and memory of a job, from params.yaml alone, roughly and from above.

A job that needs more than was asked for is stopped by the cluster and tried again, and each attempt asks for as much
again as the first; a training goes on where it stopped. So the figures need not be sharp: they are some five times what
was measured.
"""

from math import ceil

from equidyn.core.params.study import Cell, Study

SHORT = 40  # minutes; a cluster takes longer to start many shorter jobs than to do them
LONGEST = 3 * 24 * 60  # minutes; few partitions grant more
START = 10  # minutes: imports, reading data, a slow shared folder

# MB for one value of one sample of a batch, beside libraries and data. Measured: .018, of a net of 127 k parameters.
_MEGABYTES = 0.02
_LIBRARIES = 1000  # MB


def minutes_to_train(study: Study, cell: Cell, attempt: int = 1) -> int:
    """Minutes of one core, at most LONGEST."""
    training = study.training_for(cell)
    samples = training.epochs * training.steps_per_epoch * training.batch_size
    return _minutes(samples * study.task.values(study.source) * study.task.microseconds / 6e7, attempt)


def minutes_to_tune(study: Study, cell: Cell, attempt: int = 1) -> int:
    """Those of all trials, one after another; cell: the trained run of one of them."""
    trials = len(study.tune.rates) + study.tune.further
    return _minutes(trials * (minutes_to_train(study, cell) - START), attempt)


def minutes_to_measure(study: Study, cell: Cell, attempt: int = 1) -> int:
    """Half of the training's: in the default run measures took from a tenth to 1.7 times as long, in seconds."""
    return _minutes((minutes_to_train(study, cell) - START) / 2, attempt)


def memory_mb(study: Study, cell: Cell, attempt: int = 1) -> int:
    """Memory of a training or of its measures [MB]."""
    return attempt * ceil(
        _LIBRARIES + _MEGABYTES * study.training_for(cell).batch_size * study.task.values(study.source)
    )


def is_short(study: Study, cell: Cell) -> bool:
    """Whether training and measures are better done as one job, together with those of other cells."""
    return minutes_to_train(study, cell) + minutes_to_measure(study, cell) <= SHORT


def _minutes(work: float, attempt: int) -> int:
    return min(LONGEST, attempt * ceil(START + work))
