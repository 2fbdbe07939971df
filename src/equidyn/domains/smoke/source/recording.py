"""Running the simulations of a set, and keeping their frames and what only the float64 run can tell."""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from equidyn.core.errors import EquidynError
from equidyn.core.progress import progress
from equidyn.domains.smoke.params.rotation import RotationSource
from equidyn.domains.smoke.params.smoke import SmokeSource
from equidyn.domains.smoke.source.checks import disagreement, turned_sets
from equidyn.domains.smoke.source.scenes import Simulations
from equidyn.domains.smoke.source.simulator import SmokeSimulator

ORIGIN = {"source": f"PhiFlow {version('phiflow')} smoke, simulated here"}  # for the provenance
TOLERANCE = 1e-9  # of level 0, in float64 [length / time]; 70 steps at 64 x 64 come to about 1e-11 or less


@dataclass
class Recording:
    """A simulated set.

    velocity: (simulation, time, 2, y, x) float32 [length / time]; density: (simulation, time, y, x) float32.
    divergence: largest |div| after projection over all steps [1 / time].
    disagreement: largest difference between a scene's four directions over all steps, in float64 [length / time];
    0 if they were not compared.
    """

    velocity: np.ndarray
    density: np.ndarray
    divergence: float = 0.0
    disagreement: float = 0.0


def record(source: SmokeSource | RotationSource, planned: Simulations, name: str, exact: bool) -> Recording:
    """Run all simulations and keep the frames after the warm-up.

    exact: compare the four directions of each scene at every step, and raise EquidynError unless they are turns of
    each other up to TOLERANCE; every scene must have all four. `name` is STUDY/DATASET, for messages.
    """
    shape, grid = (len(planned.scene), source.frames), (source.resolution, source.resolution)
    kept = Recording(np.empty((*shape, 2, *grid), np.float32), np.empty((*shape, *grid), np.float32))
    simulator = SmokeSimulator(source, planned)
    scene = source.scene.by if getattr(source, "scene", None) else ""
    steps, sets = source.warmup + source.frames, turned_sets(planned.scene, planned.direction)
    with progress(f"prepare {name}", steps) as advance:
        for step in range(steps):
            frame = simulator.advance()
            kept.divergence = max(kept.divergence, frame.divergence)
            if exact:
                kept.disagreement = max(kept.disagreement, _agreeing(frame.velocity, sets, name, step + 1, scene))
            if step >= source.warmup:
                kept.velocity[:, step - source.warmup] = frame.velocity
                kept.density[:, step - source.warmup] = frame.density
            advance(step + 1, f"steps of {shape[0]} simulations")
    return kept


def _agreeing(velocity: np.ndarray, sets: np.ndarray, name: str, step: int, scene: str) -> float:
    """How far the float64 frames of a scene's four directions are from turns of each other; too far is an error."""
    found = disagreement(velocity, sets)
    if not found < TOLERANCE:
        raise EquidynError(
            f"{name}: level 0 must be exactly symmetric, but at step {step} the four directions of a scene, each "
            f"simulated on its own, differ by {found:.1e} (allowed: {TOLERANCE:.0e}). The flow is chaotic: rounding "
            "grows tenfold every 10 to 15 steps. Lower source.frames, source.warmup or source.dt"
            + f"; or, if quarter turns change what {scene} builds, give the set a level above 0"
            * bool(scene)
        )
    return found
