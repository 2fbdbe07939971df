"""error: how wrong the rollouts are, beside the forecast that nothing changes."""

from typing import Any

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext

TITLE = "Test error"
RMS, STEP = "rms velocity", "rollout step"
QUANTITIES = (
    Quantity("rmse", "test RMSE", RMS, "lower", "log", headline=True, baselines=("persistence_rmse",)),
    Quantity("rmse_by_step", "test RMSE", RMS, "lower", axis=STEP, baselines=("persistence_rmse_by_step",)),
    Quantity("persistence_rmse", "persistence", RMS),
    Quantity("persistence_rmse_by_step", "persistence", RMS, axis=STEP),
    Quantity("unit", "rms velocity", "length/time", detail=True),
    Quantity("*.rmse", "test RMSE", RMS, "lower", "log", True, baselines=("*.persistence_rmse",), optional=True),
    Quantity(
        "*.rmse_by_step", "test RMSE", RMS, "lower", axis=STEP, baselines=("*.persistence_rmse_by_step",), optional=True
    ),
    Quantity("*.persistence_rmse", "persistence", RMS, optional=True),
    Quantity("*.persistence_rmse_by_step", "persistence", RMS, axis=STEP, optional=True),
)


def measure(context: RolloutContext) -> dict[str, Any]:
    """RMSE over all test windows, steps, components and pixels, and per step; in units of the data's rms velocity.

    unit: that rms [length / time], so that rmse * unit is in the unit of the published tables. Where there are several
    test splits, each has the same numbers under its own name; those without a name are of the first.
    Published: sqrt of the mean over batches of (sum_t MSE_t) / T; equal to this for batches of equal size.
    """
    tests = context.task.tests
    by_split = {name: _of(context.on(name)) for name in tests} if len(tests) > 1 else {}
    return _of(context) | {"unit": context.task.rms} | by_split


def _of(context: RolloutContext) -> dict[str, Any]:
    targets = context.windows.targets
    still = context.windows.inputs[:, -2:].expand_as(targets)
    return _rmse(context.prediction, targets, "") | _rmse(still, targets, "persistence_")


def _rmse(predicted: torch.Tensor, targets: torch.Tensor, prefix: str) -> dict[str, Any]:
    squares = (predicted.double() - targets).square().mean((1, 2, 3, 4))
    return {f"{prefix}rmse": squares.mean().sqrt().item(), f"{prefix}rmse_by_step": squares.sqrt().tolist()}
