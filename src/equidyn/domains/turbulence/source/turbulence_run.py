"""Running the simulations of a set of turbulence, and keeping their samples and what is seen on the way."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from equidyn.core.errors import EquidynError
from equidyn.core.progress import progress
from equidyn.domains.turbulence.params import TurbulenceSource
from equidyn.domains.turbulence.source.coarse import FILTERS
from equidyn.domains.turbulence.source.forcing import ConstantPower
from equidyn.domains.turbulence.source.navier_stokes import Flow
from equidyn.domains.turbulence.source.spectral import Modes
from equidyn.domains.turbulence.source.turbulence_start import start

EVERY = 10  # steps from one look at the flow to the next
FASTEST = 2.0  # Courant number; larger ones are refused. Flows at 32^3 were seen to blow up at 2.6, and not at 2.3
TOGETHER = 2**17  # voxels of the simulations that run side by side: more do not fit the caches

Frames = dict[int, list[tuple[int, int]]]


@dataclass
class Recording:
    """Simulated samples, and what was seen while the simulations ran.

    coarse: (simulation, sample, frame, 3, z, y, x) float32; fine: (simulation, sample, 3, Z, Y, X) float32, both
    [length / time]. times: (look,) [time]; energy, dissipation: (simulation, look) float64; variances: (simulation,
    look, 3) float64, <v_i^2>. courant: the largest of all looks and frames. burnt_in: the modes of the first simulation
    when its burn-in ended, (3, kz, ky, kx).
    """

    coarse: np.ndarray
    fine: np.ndarray
    times: np.ndarray
    energy: np.ndarray
    dissipation: np.ndarray
    variances: np.ndarray
    courant: float = 0.0
    burnt_in: torch.Tensor | None = None


def flow_of(source: TurbulenceSource, anisotropy: float, modes: Modes) -> Flow:
    """The equations of a set, in the precision of `modes`."""
    weights = (1 + 2 * anisotropy, 1 - anisotropy, 1 - anisotropy)
    forcing = ConstantPower(modes, source.forcing.wavenumber, source.forcing.power, weights)
    return Flow(modes, source.viscosity, source.dt, forcing)


def schedule(source: TurbulenceSource) -> Frames:
    """What is kept of which step: {step: [(sample, frame), ...]}; the windows of successive samples may overlap.

    The first frame of the first sample is taken when the burn-in ends.
    """
    kept: Frames = {}
    for sample in range(source.samples):
        for frame in range(source.context):
            step = source.burn_in + sample * source.interval + frame * source.spacing
            kept.setdefault(step, []).append((sample, frame))
    return kept


def looks(source: TurbulenceSource) -> list[int]:
    """The steps at which energy, dissipation and variances are taken: the first and last, and every tenth."""
    last = max(schedule(source))
    return sorted({*range(0, last, EVERY), last})


def record(source: TurbulenceSource, anisotropy: float, name: str) -> Recording:
    """Run all simulations; raises EquidynError if one of them is unstable. `name` is STUDY/DATASET, for messages.

    What becomes of a simulation does not depend on which others run beside it, to the last digit.
    """
    recording, flow = _empty(source), flow_of(source, anisotropy, Modes(source.resolution))
    count, last = len(recording.fine), max(schedule(source))
    with progress(f"prepare {name}", count * (last + 1)) as advance:
        for group in _groups(source):
            for step in _run(source, flow, group, recording, name):
                advance(group.start * (last + 1) + len(group) * (step + 1), f"steps of {count} simulations")
    return recording


def _groups(source: TurbulenceSource) -> list[range]:
    """Which simulations run side by side: as few groups as TOGETHER allows, of nearly one size."""
    count, at_once = source.block_count * source.simulations, max(1, TOGETHER // source.resolution**3)
    groups = -(-count // at_once)
    return [range(count * group // groups, count * (group + 1) // groups) for group in range(groups)]


def _empty(source: TurbulenceSource) -> Recording:
    times = source.dt * np.array(looks(source))
    each = source.block_count * source.simulations
    grid, coarse = (source.resolution,) * 3, (source.resolution // source.factor,) * 3
    return Recording(
        coarse=np.empty((each, source.samples, source.context, 3, *coarse), np.float32),
        fine=np.empty((each, source.samples, 3, *grid), np.float32),
        times=times,
        energy=np.empty((each, len(times))),
        dissipation=np.empty((each, len(times))),
        variances=np.empty((each, len(times), 3)),
    )


def _run(source: TurbulenceSource, flow: Flow, group: range, recording: Recording, name: str) -> Iterator[int]:
    """Run some simulations side by side and write them into the recording; yields each step that is done."""
    kept, places = schedule(source), {step: place for place, step in enumerate(looks(source))}
    velocity = torch.stack([start(source, simulation, flow.modes) for simulation in group])
    for step in range(max(kept) + 1):
        velocity = flow.step(velocity) if step else velocity
        if step in places or step in kept:
            field = flow.modes.to_space(velocity)
            courant = flow.courant(field)
            _refuse_fast(courant, f"{name}: simulation {group[int(courant.argmax())]}, step {step}")
            recording.courant = max(recording.courant, float(courant.max()))
            _keep(recording, source, field, group, kept.get(step, []))
        if step in places:
            _look(recording, flow, velocity, field, group, places[step])
        if step == source.burn_in and 0 in group:
            recording.burnt_in = velocity[0].clone()
        yield step


def _refuse_fast(courant: torch.Tensor, where: str) -> None:
    """Raise EquidynError unless the Courant numbers of all simulations are such that steps are stable."""
    largest = float(courant.max())  # not a number if one of them is not
    if not largest <= FASTEST:
        seen = f"Courant number {largest:.2f}" if np.isfinite(largest) else "the velocity is not finite any more"
        raise EquidynError(
            f"{where}: {seen}; the time step is stable up to about {FASTEST:g} voxels, |vx| + |vy| + |vz| taken "
            "together: lower source.dt or source.forcing.power"
        )


def _keep(
    recording: Recording, source: TurbulenceSource, field: torch.Tensor, group: range, frames: list[tuple[int, int]]
) -> None:
    """The frames of a step: field is (simulation of the group, 3, z, y, x)."""
    chosen = slice(group.start, group.stop)
    for sample, frame in frames:
        recording.coarse[chosen, sample, frame] = FILTERS[source.filter](field, source.factor).numpy()
        if frame == source.context // 2:
            recording.fine[chosen, sample] = field.numpy()


def _look(
    recording: Recording, flow: Flow, velocity: torch.Tensor, field: torch.Tensor, group: range, place: int
) -> None:
    chosen = slice(group.start, group.stop)
    recording.energy[chosen, place] = flow.modes.energy(velocity)
    recording.dissipation[chosen, place] = flow.modes.dissipation(velocity, flow.viscosity)
    recording.variances[chosen, place] = field.square().mean(dim=(-3, -2, -1), dtype=torch.float64)
