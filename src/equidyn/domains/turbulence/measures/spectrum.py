"""spectrum: at which scales the fine fields are right: energy, error and correlation by wavenumber."""

import math
from typing import Any

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.turbulence.measures.spectra import shell_products
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext

# A shell with less than this share of the truth's energy holds its round-off, and what is relative to it says nothing.
EMPTY = 1e-12

TITLE = "Energy spectra"
ENERGY = "(rms velocity)²"
QUANTITIES = (
    Quantity("wavenumber", "wavenumber [2π / side]", axis="wavenumber", scale="log"),
    Quantity("truth", "energy of the truth", ENERGY, "none", "log", axis="wavenumber"),
    Quantity("prediction", "energy", ENERGY, "none", "log", axis="wavenumber", baselines=("truth",)),
    Quantity("trilinear", "energy of the interpolation", ENERGY, "none", "log", axis="wavenumber"),
    Quantity("error", "error", "1", "lower", "log", axis="wavenumber"),
    Quantity("correlation", "correlation", "1", "higher", axis="wavenumber"),
    Quantity("total_error", "spectral error", "decades", "lower", headline=True),
)


def measure(context: UpscaleContext) -> dict[str, Any]:
    """Energy in shells |k| in [n - 1/2, n + 1/2), n = 1 to half the fine grid; means over the test samples.

    wavenumber: the n [2 pi / side of the box]. truth, prediction, trilinear: energy [rms velocity^2]; with the shells
    that are left out, of the mean flow and of the corners, it adds up to the mean kinetic energy. error: energy of
    prediction - truth over that of the truth. correlation: Re <prediction* truth> over the root of both energies.
    total_error: mean of |log10(prediction / truth)| over the shells that the coarse grid does not resolve, n above half
    its side, up to a third of the fine grid's side. What is relative to a shell without energy is NaN (null in a file).

    In a box that does not repeat, fields are taken without their means and times a Hann window of mean square 1: energy
    is then that of the middle of the box, and each shell takes in some of its neighbours.
    """
    truth, prediction, trilinear, both, gap = _shells(context)
    present = truth > EMPTY * truth.sum()
    by_shell = {
        "truth": truth,
        "prediction": prediction,
        "trilinear": trilinear,
        "error": _ratio(gap, truth, present),
        "correlation": _ratio(both, (prediction * truth).sqrt(), present & (prediction > 0)),
    }
    last = context.test.targets.shape[-1] // 2
    return {
        "wavenumber": list(range(1, last + 1)),
        **{name: values[1 : last + 1].tolist() for name, values in by_shell.items()},
        "total_error": _total_error(context, _ratio(prediction, truth, present)),
    }


def _shells(context: UpscaleContext) -> torch.Tensor:
    """Energy by shell of truth, prediction, trilinear, truth with prediction, and their difference: (5, shell)."""
    found = []
    for fields in zip(context.test.targets, context.prediction, context.trilinear, strict=True):
        truth, prediction, trilinear = (field.double() for field in fields)
        pairs = [(truth, truth), (prediction, prediction), (trilinear, trilinear), (prediction, truth)]
        gap = prediction - truth
        found.append(torch.stack([shell_products(*pair) for pair in (*pairs, (gap, gap))]))
    return torch.stack(found).mean(0).cpu()


def _ratio(part: torch.Tensor, whole: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    """part / whole by shell, NaN where there is nothing to compare with."""
    return torch.where(present, part / torch.where(present, whole, 1.0), math.nan)


def _total_error(context: UpscaleContext, ratio: torch.Tensor) -> float:
    """Mean of |log10 ratio| over the shells that are to be found; NaN if there are none."""
    fine = context.test.targets.shape[-1]
    coarse = fine // context.task.outputs.refinement
    return ratio[coarse // 2 + 1 : fine // 3 + 1].log10().abs().mean().item()
