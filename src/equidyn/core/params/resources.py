"""What a cluster is asked for: minutes and memory of a job, from params.yaml alone, roughly and from above.

A job that needs more than was asked for is stopped by the cluster and tried again, and each attempt asks for as much
again as the first; a training goes on where it stopped. So the figures need not be sharp: they are some five times what
was measured.
"""

from math import ceil

from equidyn.core.params.study import Study

SHORT = 40  # minutes; a cluster takes longer to start many shorter jobs than to do them
LONGEST = 3 * 24 * 60  # minutes; few partitions grant more
START = 10  # minutes: imports, reading data, a slow shared folder

# Microseconds of one core for one value (below) of one sample in training. Measured: rollout 4 (7,500 parameters), 18
# and 117 (643 k, bf16 and fp32); upscale 10 (2,900) and 64 (127 k, bf16); classify 5; reconstruct .1; recognise .5.
_MICROSECONDS = {"rollout": 60.0, "upscale": 150.0, "classify": 25.0, "reconstruct": 1.0, "recognise": 3.0}
# MB for one value of one sample of a batch, beside libraries and data. Measured: upscale .018 (127 k parameters).
_MEGABYTES = 0.02
_LIBRARIES = 1000  # MB
_ARCHIVED = 64  # cells per side of the published archives


def minutes_to_train(study: Study, variant: str, attempt: int = 1) -> int:
    """Minutes of one core, at most LONGEST."""
    training = study.training_of(variant)
    samples = training.epochs * training.steps_per_epoch * training.batch_size
    return _minutes(samples * _values(study) * _MICROSECONDS[study.task.kind] / 6e7, attempt)


def minutes_to_measure(study: Study, variant: str, attempt: int = 1) -> int:
    """Half of the training's: in the default run measures took from a tenth to 1.7 times as long, in seconds."""
    return _minutes((minutes_to_train(study, variant) - START) / 2, attempt)


def memory_mb(study: Study, variant: str, attempt: int = 1) -> int:
    """Memory of a training or of its measures [MB]."""
    return attempt * ceil(_LIBRARIES + _MEGABYTES * study.training_of(variant).batch_size * _values(study))


def is_short(study: Study, variant: str) -> bool:
    """Whether training and measures are better done as one job, together with those of other cells."""
    return minutes_to_train(study, variant) + minutes_to_measure(study, variant) <= SHORT


def _minutes(work: float, attempt: int) -> int:
    return min(LONGEST, attempt * ceil(START + work))


def _values(study: Study) -> int:
    """Places at which the network answers for a sample: cells x steps of a rollout, voxels, pixels, numbers."""
    source, task = study.source, study.task
    if source.kind == "gaussian":
        return source.points * source.dimensions
    if source.kind == "digits":
        return source.side**2
    side = getattr(source, "resolution", _ARCHIVED)
    return side**3 if task.kind == "upscale" else side**2 * task.train_steps
