"""ends: test MAE of the net as trained, and of the strict net nearest to it."""

from equidyn.domains.turbulence.measures.super_resolution import RMS
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.domains.turbulence.tasks.upscale.task import errors
from equidyn.grids import ends

TITLE = "As trained, and projected"
QUANTITIES = ends.quantities("test MAE", RMS)


def measure(context: UpscaleContext) -> dict[str, float]:
    """As of grids/ends.py, with the MAE of the measure super_resolution."""
    return ends.ends(context, lambda one: errors(one.prediction, one.test.targets)["mae"])
