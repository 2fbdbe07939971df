"""Sets of kind "rotation": the Rotation protocol of Wang, Walters, Yu 2022, simulated here.

Simulation k has its inflow before the middle of one side and a buoyancy in proportion to k. No two share a buoyancy, so
none is a turn of another: the symmetry is that of the distribution, and no equivariance error of the data is defined.
Nor could turned simulations stay equal over the published 311 steps: rounding grows tenfold every 9 (k = 36) to 25
(k = 1) steps, measured at 64 x 64 cells. Two of k = 36 on different sides agree to 4e-13 after 20 steps in float64, and
have nothing in common after 140.

For the same reason the flow is at first its own mirror image about the inflow's axis, as the set-up is, and then, from
about step 140 on for most k, it is not: rounding alone breaks that symmetry. How far is among the checks.
"""

from dataclasses import replace

import numpy as np

from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.rotation import RotationData, RotationSource, side_of
from equidyn.domains.smoke.source import checks
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.published_action import under_published_action
from equidyn.domains.smoke.source.recording import ORIGIN, record
from equidyn.domains.smoke.source.scenes import Simulations, turned


def make(source: RotationSource, wanted: RotationData, name: str, clock: Clock) -> Fields:
    """Simulate and check one set. `name` is STUDY/DATASET, for messages.

    With the published vector action vy is stored negated, see `published_action`.
    """
    planned = simulations(source)
    recording = record(source, planned, name, exact=False)
    velocity = recording.velocity
    if wanted.vector_action == "published":
        under_published_action(velocity)
    spans, splits = ranges(source), source.splits
    made = Fields(velocity, planned.scene, planned.direction, spans, {}, recording.density, splits)
    measured = checks.measure(made) | {"max_divergence": recording.divergence, "mirror": mirror_asymmetry(made)}
    return replace(made, attributes={"provenance": clock.provenance() | ORIGIN, "checks": measured})


def simulations(source: RotationSource) -> Simulations:
    """All simulations of the set, k = 1, 2, ...; `scene` holds k, `direction` the side."""
    numbers = np.arange(1, source.simulations + 1)
    sides = side_of(numbers)
    below = np.array([0.0, source.inflow.distance - source.size / 2])  # from the middle of the box, for side 0
    inflow = [turned(below, side) + source.size / 2 for side in sides]
    buoyancy = [turned(np.array([0.0, source.strength(k)]), side) for k, side in zip(numbers, sides, strict=True)]
    return Simulations(np.array(inflow), np.array(buoyancy), numbers, sides)


def ranges(source: RotationSource) -> np.ndarray:
    """Frames [start, stop) of each simulation in each split, (simulation, split, 2) int64; (0, 0) for none."""
    table = np.zeros((source.simulations, len(source.splits), 2), dtype=np.int64)
    held_out, unused = ([k - 1 for k, _ in tasks] for tasks in (source.domain, source.unused))
    trained = np.setdiff1d(np.arange(source.simulations), held_out + unused)
    for column, (name, span) in enumerate(source.split.ranges().items()):
        table[held_out if name == "domain" else trained, column] = span
    return table


def mirror_asymmetry(dataset: Fields) -> dict[str, float]:
    """Per split, the root mean square of the part of the velocity that is odd under the mirror at the inflow's axis.

    Relative to the whole velocity: 0 where all flows are their own mirror images, sqrt(1/2) where they have nothing
    in common with them.
    """
    found = {}
    for column, split in enumerate(dataset.splits):
        odd = whole = 0.0
        for velocity, side, (start, stop) in zip(
            dataset.velocity, dataset.direction, dataset.ranges[:, column], strict=True
        ):
            frames = velocity[start:stop].astype(np.float64)
            odd += np.square((frames - _mirrored(frames, side)) / 2).sum()
            whole += np.square(frames).sum()
        found[split] = float(np.sqrt(odd / whole))
    return found


def _mirrored(velocity: np.ndarray, side: int) -> np.ndarray:
    """(time, 2, y, x) mirrored at the middle: in x for an inflow at the bottom or the top, else in y."""
    mirrored = np.flip(velocity, axis=-2 if side % 2 else -1).copy()
    mirrored[:, side % 2] *= -1
    return mirrored
