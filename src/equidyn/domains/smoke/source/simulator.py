"""Rising smoke in a closed box, simulated with PhiFlow: one batched, traced float64 step for all simulations of a set.

One step [W22]: the smoke is carried by the velocity (MacCormack) and fed by the inflow; the velocity carries itself
(semi-Lagrangian) and gains buoyancy in proportion to the smoke; the pressure projection makes it divergence-free. As
published, the smoke moves with a time step of 1 whatever `dt` of the velocity is, and buoyancy is a gain per step.

Float64 and the exact projection are what keeps turned simulations equal: the flow is chaotic, and with float32, or an
iterative solver at 1e-5, they drift apart by a factor of ten every 10 to 15 steps.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from equidyn.domains.smoke.params.rotation import RotationSource
from equidyn.domains.smoke.params.smoke import SmokeSource
from equidyn.domains.smoke.source.phiflow import (
    TORCH,
    Box,
    CenteredGrid,
    Field,
    Solve,
    Sphere,
    StaggeredGrid,
    Tensor,
    advect,
    batch,
    channel,
    divergence,
    extrapolation,
    fluid,
    math,
    quiet,
    resample,
)
from equidyn.domains.smoke.source.projection import project
from equidyn.domains.smoke.source.scenery import Scenery, scenery
from equidyn.domains.smoke.source.scenes import Simulations

RESIDUAL = 1e-10  # of conjugate gradients, relative


@dataclass(frozen=True)
class Frame:
    """One moment of all simulations, float64.

    velocity: (simulation, 2, y, x), (vx, vy) at the cells' centres [length / time].
    density: (simulation, y, x), smoke [inflow per step].
    divergence: largest |div| of the staggered velocity over cells and simulations [1 / time].
    """

    velocity: np.ndarray
    density: np.ndarray
    divergence: float


class SmokeSimulator:
    """All simulations of a set, side by side, from rest.

    The first step runs untraced: only after it do the fields have the layout that all later ones share, so that the
    second step is traced once, and every later one runs the trace.
    """

    def __init__(self, source: SmokeSource | RotationSource, simulations: Simulations) -> None:
        with _float64():
            around = scenery(getattr(source, "scene", None), source.size)
            self._smoke, self._velocity, inflow = _start(source, simulations, around)
            buoyancy = _per_simulation(simulations.buoyancy)
            self._step = _stepper(inflow, buoyancy, source.dt, solver(around))
        self._traced = math.jit_compile(self._step) if around.is_empty_box else self._step
        self._steps = 0

    def advance(self) -> Frame:
        """One time step of every simulation."""
        with _float64():
            step = self._traced if self._steps else self._step
            self._smoke, self._velocity, centred, excess = step(self._smoke, self._velocity)
            self._steps += 1
            return Frame(
                velocity=centred.numpy(["simulation", "vector", "y", "x"]),
                density=self._smoke.values.numpy(["simulation", "y", "x"]),
                divergence=float(excess),
            )


@contextmanager
def _float64() -> Iterator[None]:
    """PhiFlow on torch in float64, for the length of a block; its global settings stay as they were."""
    with TORCH, math.precision(64), quiet():
        yield


def _per_simulation(vectors: np.ndarray) -> Tensor:
    """(simulation, 2) array -> tensor with the named dimensions of the fields."""
    return math.tensor(vectors, batch("simulation"), channel(vector="x,y"))


def solver(around: Scenery) -> Callable[[Field], tuple[Field, Field]]:
    """Exact in an empty closed box; else PhiFlow's, by conjugate gradients, which is not traced: as many iterations as
    the residual needs. Double precision to 1e-10, since at 1e-5 turned simulations drift apart."""
    if around.is_empty_box:
        return project
    return lambda velocity: fluid.make_incompressible(
        velocity, around.obstacles, Solve("CG", RESIDUAL, 0, rank_deficiency=0)
    )


def _start(
    source: SmokeSource | RotationSource, simulations: Simulations, around: Scenery
) -> tuple[Field, Field, Field]:
    """Smoke and velocity at rest, and the inflow per step, each with all simulations."""
    grid = {"bounds": Box(x=source.size, y=source.size), "x": source.resolution, "y": source.resolution}
    disc = Sphere(center=_per_simulation(simulations.inflow), radius=source.inflow.radius)
    inflow = CenteredGrid(disc, extrapolation.BOUNDARY, **grid)
    for further in around.inflows:
        inflow += CenteredGrid(further, extrapolation.BOUNDARY, **grid)
    smoke = CenteredGrid(0, extrapolation.BOUNDARY, **grid)
    velocity = StaggeredGrid(0, extrapolation.ZERO if around.walls is None else around.walls, **grid)
    fields = [field.with_values(_stored(field.values, inflow.shape.batch)) for field in (smoke, velocity, inflow)]
    for field in fields:
        field.geometry.center, field.points  # noqa: B018 - cached on first use, which must not be inside a trace
    return tuple(fields)


def _stored(values: Tensor, simulations: object) -> Tensor:
    """`values` as a torch float64 tensor with a dimension for the simulations."""
    return math.tensor(math.expand(math.to_float(values), simulations))


def _stepper(inflow: Field, buoyancy: Tensor, dt: float, solve: Callable) -> Callable:
    """The function (smoke, velocity) -> (smoke, velocity, velocity at centres, largest |div|) of one time step."""

    def step(smoke: Field, velocity: Field) -> tuple[Field, Field, Tensor, Tensor]:
        smoke = advect.mac_cormack(smoke, velocity, dt=1.0) + inflow
        lift = resample(smoke * buoyancy, to=velocity)
        velocity, _ = solve(advect.semi_lagrangian(velocity, velocity, dt=dt) + lift)
        remaining = math.abs(divergence(velocity).values)
        excess = math.max(remaining, remaining.shape)
        return smoke, velocity, velocity.at_centers().values, excess

    return step
