"""soft: symmetry as a penalty in the loss of a net that need not obey it.

REMUL: Elhag et al. 2024 (arXiv 2410.17878). Here with one random quarter turn per batch, and for the first step of
the rollout only: one more forward pass.
"""

import torch

from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.grids.stack import ConvStack


def broken_symmetry(
    task: Rollout, network: ConvStack, inputs: torch.Tensor, answer: torch.Tensor, turns: int
) -> torch.Tensor:
    """Mean square of g^-1 f(g x) - f(x), g being `turns` quarter turns; differentiable; in the task's unit, squared.

    inputs: x, (window, channels, y, x); answer: f(x), the first predicted frame, (window, 2, y, x).
    """
    turned = task.unroll(network, task.inputs.act(inputs, turns), 1)[0]
    return (task.outputs.act(turned, task.outputs.inverse(turns)) - answer).square().mean()
