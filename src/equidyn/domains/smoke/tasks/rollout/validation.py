"""What is recorded after every epoch, on fixed windows of the validation split."""

from equidyn.domains.smoke.tasks.rollout.task import Rollout, Windows
from equidyn.grids.stack import ConvStack
from equidyn.symmetry.decomposition import decompose


def validate(network: ConvStack, task: Rollout, windows: Windows) -> dict[str, float]:
    """RMSE, and the loss over the C4 orbit split into averaged model and variance; float32, eval mode."""
    outputs = task.orbit(network, windows.inputs, len(windows.targets))
    parts = decompose(outputs, windows.targets, task.outputs)
    return {
        "validation_rmse": (outputs[0] - windows.targets).square().mean().sqrt().item(),
        "validation_loss": parts["loss"],
        "validation_averaged": parts["averaged"],
        "validation_variance": parts["variance"],
    }
