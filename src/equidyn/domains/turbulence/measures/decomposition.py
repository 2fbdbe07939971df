"""decomposition: which part of the squared error of super-resolution is due to broken symmetry."""

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.symmetry.decomposition import decompose_by_sample

TITLE = "Loss by symmetry"
QUANTITIES = (
    Quantity("loss", "loss", "(rms velocity)²", "lower", "log"),
    Quantity("averaged", "of the group-averaged network", "(rms velocity)²", "lower", "log"),
    Quantity("variance", "variance over the group", "(rms velocity)²", "lower", "log"),
    Quantity("share", "share of broken symmetry", "%", headline=True),
)


def measure(context: UpscaleContext, *, samples: PositiveInt = 2) -> dict[str, float]:
    """Loss over the orbit of `samples` test samples = loss of the group-averaged network + variance over the group.

    Mean squares, in the squared unit of the task, under the 24 rotations of the cube, with vectors turned as vectors.
    The answers to the turned inputs are those of equivariance, if that looks at as many samples.
    """
    return decompose_by_sample(context.orbit(samples), context.sample(samples).targets, context.task.outputs)
