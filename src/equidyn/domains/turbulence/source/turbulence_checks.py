"""What is measured of a set of turbulence while it is made, and what of it makes the set be refused."""

from typing import Any

import numpy as np
import torch

from equidyn.core.errors import EquidynError
from equidyn.domains.turbulence.params import TurbulenceSource
from equidyn.domains.turbulence.source.navier_stokes import Flow
from equidyn.domains.turbulence.source.spectral import Modes
from equidyn.domains.turbulence.source.turbulence_run import Recording, flow_of
from equidyn.domains.turbulence.source.turbulence_statistics import Frames

BOUND = 6.0  # standard errors that isotropy may be off by
FINEST = 0.4  # least k_max eta: below, energy heaps up at the smallest scales instead of leaving there
STEPS = 20  # after which single and double precision are compared
MEMORY = 2.0  # integral time of a component's energy, in turnovers; measured: 1.9
HEAVIER = 1.2  # scatter of second moments over that of Gaussian modes; measured: 1.2 of <v_i^2>, 1.0 of <v_i v_j>


def measure(source: TurbulenceSource, anisotropy: float, recording: Recording, name: str) -> dict[str, Any]:
    """All checks, as JSON data; raises EquidynError if the set is not what it should be. `name` is STUDY/DATASET.

    `equivariance` is None: no simulation is stored in two orientations, and the symmetry is one in distribution.
    """
    frames = Frames(recording.fine.reshape(-1, *recording.fine.shape[2:]))
    found = {"equivariance": None, "anisotropy": anisotropy} | _scales(source, frames)
    found |= _energetics(source, recording) | {"cfl": recording.courant, "divergence": frames.divergence}
    found |= isotropy(frames, independent(source, found["turnover"]))
    found |= {"float64_difference": precision(source, anisotropy, recording.burnt_in), "float64_steps": STEPS}
    _refuse(found, name)
    return found


def _scales(source: TurbulenceSource, frames: Frames) -> dict[str, Any]:
    """turnover: of the largest eddies, integral scale over u' [time]; turnovers: of the burn-in."""
    dissipation = source.viscosity * frames.square_gradient
    typical = np.sqrt(2 * frames.energy / 3)  # u', rms velocity component
    turnover = frames.integral_scale / typical
    taylor = np.sqrt(15 * source.viscosity / dissipation) * typical
    kolmogorov = (source.viscosity**3 / dissipation) ** 0.25
    return {
        "energy": frames.energy,
        "dissipation": dissipation,
        "power": source.forcing.power,
        "kmax_eta": float(Modes(source.resolution).largest * kolmogorov),
        "re_lambda": float(typical * taylor / source.viscosity),
        "integral_scale": frames.integral_scale,
        "turnover": float(turnover),
        "turnovers": float(source.burn_in * source.dt / turnover),
        "skewness": frames.skewness,
        "gradient_ratio": frames.gradient_ratio,
        "wavenumber": list(range(1, len(frames.spectrum))),
        "spectrum": frames.spectrum[1:].tolist(),
    }


def _energetics(source: TurbulenceSource, recording: Recording) -> dict[str, Any]:
    """balance: (dissipation + dE/dt) / power, over all of the run; None if it has no length.

    times, variances: of each component, the mean over simulations at each look.
    """
    times, energy = recording.times, recording.energy.mean(axis=0)
    balance = None
    if times[-1] > 0:
        lost = np.trapezoid(recording.dissipation.mean(axis=0), times) + energy[-1] - energy[0]
        balance = float(lost / times[-1] / source.forcing.power)
    variances = recording.variances.mean(axis=0).T
    return {"balance": balance, "times": times.tolist(), "variances": variances.tolist()}


def independent(source: TurbulenceSource, turnover: float) -> float:
    """How many independent frames the samples are worth: a flow forgets its large eddies in MEMORY turnovers.

    One for each simulation, and one more for every two such times that its samples span.
    """
    span = (source.samples - 1) * source.interval * source.dt
    return source.block_count * source.simulations * (1 + span / (2 * MEMORY * turnover))


def isotropy(frames: Frames, count: float) -> dict[str, Any]:
    """Second moments of the velocity, and how far they are from those of isotropic flow, in standard errors.

    count: how many independent frames they come from. The standard error is that of Gaussian modes (Frames.scatter),
    times HEAVIER, over the square root of this number.
    """
    moments = frames.moments
    variance = np.diag(moments)
    mean = variance.mean()
    crossed = np.abs(moments - np.diag(variance)).max() / mean
    error, error_crossed = (HEAVIER * scatter / np.sqrt(count) for scatter in frames.scatter)
    return {
        "variance": variance.tolist(),
        "variance_ratio": float(variance.max() / variance.min()),
        "variance_off": float(np.abs(variance / mean - 1).max() / error),
        "cross": float(crossed),
        "cross_off": float(crossed / error_crossed),
        "standard_error": float(error),
        "independent_frames": float(count),
    }


def precision(source: TurbulenceSource, anisotropy: float, velocity: torch.Tensor) -> float:
    """How far the flow in single precision is from that in double precision after STEPS steps, relative.

    velocity: modes (3, kz, ky, kx) that both start from.
    """
    ends = [
        _after(flow_of(source, anisotropy, Modes(source.resolution, dtype)), velocity.to(kind))
        for dtype, kind in ((torch.float32, torch.complex64), (torch.float64, torch.complex128))
    ]
    modes = Modes(source.resolution, torch.float64)
    return float((modes.energy(ends[0] - ends[1]) / modes.energy(ends[1])).sqrt())


def _after(flow: Flow, velocity: torch.Tensor) -> torch.Tensor:
    for _ in range(STEPS):
        velocity = flow.step(velocity)
    return velocity


def _refuse(found: dict[str, Any], name: str) -> None:
    """Raise EquidynError if too little of the small scales is resolved, or what should be isotropic is not."""
    if not found["kmax_eta"] >= FINEST:
        raise EquidynError(
            f"{name}: k_max eta is {found['kmax_eta']:.2f}, below {FINEST:g}: the grid does not resolve the scales at "
            "which viscosity takes the energy. Raise source.viscosity or source.resolution, or lower "
            "source.forcing.power"
        )
    if found["anisotropy"] > 0:
        return
    for key, words in (
        ("variance_off", f"<v_i^2> is {', '.join(f'{value:.3g}' for value in found['variance'])} for x, y, z"),
        ("cross_off", f"a cross moment <v_i v_j> is {found['cross']:.3g} of the mean <v_i^2>"),
    ):
        if not found[key] <= BOUND:
            raise EquidynError(
                f"{name}: the flow should be isotropic, but {words}, {found[key]:.1f} standard errors off, and "
                f"{BOUND:g} are allowed. Take more simulations, or more turnovers in source.burn_in and "
                "source.samples; if that does not help, please report it"
            )
