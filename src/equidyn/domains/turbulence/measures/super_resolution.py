"""super_resolution: how wrong the fine fields are, beside interpolations of the coarse one, and how divergent."""

from typing import Any

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.turbulence.measures.spectra import fourier_upsampled, spectral_slopes
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.domains.turbulence.tasks.upscale.task import errors

TITLE = "Super-resolution"
RMS = "rms velocity"
QUANTITIES = (
    Quantity(
        "mae", "test MAE", RMS, "lower", "log", headline=True, baselines=("trilinear.mae", "spectral.mae", "mean.mae")
    ),
    Quantity("rmse", "test RMSE", RMS, "lower", baselines=("trilinear.rmse", "spectral.rmse", "mean.rmse")),
    Quantity("by_component", "test MAE", RMS, "lower", axis="component"),
    Quantity("trilinear.mae", "trilinear interpolation", RMS),
    Quantity("trilinear.rmse", "trilinear interpolation", RMS),
    Quantity("mean.mae", "mean flow (0)", RMS),
    Quantity("mean.rmse", "mean flow (0)", RMS),
    Quantity("spectral.mae", "Fourier interpolation", RMS),
    Quantity("spectral.rmse", "Fourier interpolation", RMS),
    Quantity("unit", "rms velocity", "length/time", detail=True),
    Quantity("divergence", "divergence over gradient", "1", "lower", headline=True, baselines=("truth_divergence",)),
    Quantity("truth_divergence", "the truth"),
)


def measure(context: UpscaleContext) -> dict[str, Any]:
    """Errors over all test samples, components and voxels; in units of the data's rms velocity component.

    mae, rmse; by_component: MAE of vx, vy and vz. The same of what takes no training: trilinear and
    spectral: interpolations of the middle coarse frame, the second its Fourier series; mean: the answer 0.
    unit: that rms [length / time]. divergence, truth_divergence: rms divergence over rms velocity gradient (root of the
    mean sum of its nine squares), of the answers and of the truth, by spectral derivatives.
    """
    targets, prediction = context.test.targets, context.prediction
    return {
        **errors(prediction, targets),
        "by_component": [_mae(prediction, targets, component) for component in range(targets.shape[1])],
        **{name: errors(predictions, targets) for name, predictions in _references(context).items()},
        "unit": context.task.rms,
        "divergence": _divergence(prediction),
        "truth_divergence": _divergence(targets),
    }


def _mae(prediction: torch.Tensor, targets: torch.Tensor, component: int) -> float:
    chosen = slice(component, component + 1)
    return errors(prediction[:, chosen], targets[:, chosen])["mae"]


def _references(context: UpscaleContext) -> dict[str, torch.Tensor]:
    """Answers (sample, 3, Z, Y, X) that take no training, by name."""
    test, factor = context.test, context.task.outputs.refinement
    return {
        "trilinear": context.trilinear,
        "mean": torch.zeros_like(test.targets[:1]).expand_as(test.targets),
        "spectral": torch.stack([fourier_upsampled(frame, factor).to(frame) for frame in test.middle]),
    }


def _divergence(fields: torch.Tensor) -> float:
    """rms divergence over rms gradient of fields (sample, 3, Z, Y, X), one sample at a time; 0 for constant ones."""
    divergence, gradient = torch.stack([torch.stack(spectral_slopes(field)) for field in fields]).sum(0).tolist()
    return (divergence / gradient) ** 0.5 if gradient else 0.0
