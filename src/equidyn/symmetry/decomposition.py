"""The part of a loss that is due to broken symmetry, exactly.

For the squared error and a finite group, with b_g = g^-1 f(g x) and target y:
mean_g ||b_g - y||^2 = ||mean_g b_g - y||^2 + mean_g ||b_g - mean_h b_h||^2:
the loss over the orbit of the data = the loss of the group-averaged model + the variance over the group.
"""

import torch

from equidyn.symmetry.fields import FieldType, orbit_back


def decompose(outputs: torch.Tensor, target: torch.Tensor, kind: FieldType) -> dict[str, float]:
    """Split the mean squared error; per element, so it does not depend on the size of the batch or field.

    outputs: (4, ..., channels, y, x), outputs[g] = f(g x); target: (..., channels, y, x).
    Returns loss = averaged + variance, and share = variance / loss (0 for a loss of 0).
    """
    back = orbit_back(outputs, kind).double()
    centre = back.mean(0)
    averaged = (centre - target).square().mean()
    variance = (back - centre).square().mean()
    loss = (back - target).square().mean()
    share = (variance / loss).item() if loss > 0 else 0.0
    return {"loss": loss.item(), "averaged": averaged.item(), "variance": variance.item(), "share": share}
