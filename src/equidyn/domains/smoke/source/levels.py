"""Levels of symmetry breaking: which simulations make up a set, before any is run.

A scene is one seeded perturbation of the inflow and the buoyancy. It is simulated in four directions: direction j is
the scene turned counter-clockwise by j quarter turns (equidyn/symmetry/groups.py), with the strength of buoyancy
that the level gives to that direction. Scenes depend on the seed, their block and their number in it only, so that all
levels of a study share them, a larger set holds a smaller one, and further blocks leave the others as they were.
"""

import numpy as np

from equidyn.core.data.store import SPLITS
from equidyn.core.errors import EquidynError
from equidyn.domains.smoke.params.smoke import EpsLevel, Jitter, SmokeLevel, SmokeSource, SplitByTime
from equidyn.domains.smoke.source.scenes import Simulations, turned

# Levels list their buoyancies as published: up, right, down, left [W22]. In counter-clockwise quarter turns from "up"
# these are the directions 0, 3, 2, 1: after "up" comes "left".
PUBLISHED_ORDER = (0, 3, 2, 1)
MEAN_BUOYANCY = 0.02  # over the directions, at every eps [length / time per step and unit of smoke]
EPS_PATTERN = (-1.0, -1 / 3, 1 / 3, 1.0)
SPLIT_ORDER = ("test", "validation", "train")  # in this order, more training scenes leave the others as they were


def buoyancies(level: SmokeLevel) -> np.ndarray:
    """Strength of buoyancy by direction (counter-clockwise quarter turns from "up"), (4,) float64."""
    if isinstance(level, EpsLevel):
        published = MEAN_BUOYANCY * (1 + level.value * np.array(EPS_PATTERN))
    else:
        published = 0.005 * (2 + level.value * np.arange(4))
    by_direction = np.empty(4)
    by_direction[list(PUBLISHED_ORDER)] = published
    return by_direction


def simulations(source: SmokeSource, level: SmokeLevel) -> Simulations:
    """All simulations of a set; raises EquidynError if a scene's inflow lies outside the box."""
    strength = buoyancies(level)
    inflow, buoyancy = [], []
    for block, number in np.ndindex(source.block_count, source.scenes):
        centre, push = _scene(source, block, number)
        for direction in range(4):
            inflow.append(turned(centre - source.size / 2, direction) + source.size / 2)
            buoyancy.append(strength[direction] * turned(push, direction))
    scene, direction = np.divmod(np.arange(len(inflow)), 4)
    return Simulations(np.array(inflow), np.array(buoyancy), scene, direction)


def blocks(source: SmokeSource) -> np.ndarray | None:
    """The block of each simulation, (simulation,) int64; None for a source without blocks."""
    return None if source.blocks is None else np.arange(source.block_count).repeat(4 * source.scenes)


def _scene(source: SmokeSource, block: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Centre of the inflow (x, y) and push (x, y), of length 1 up to the jitter of strength, for "up"."""
    jitter: Jitter = source.jitter
    shift_x, shift_y, tilt, change = np.random.default_rng([source.seed, block, number]).uniform(-1, 1, 4)
    centre = np.array([source.inflow.x, source.inflow.y]) + jitter.position * np.array([shift_x, shift_y])
    if not np.all((centre > 0) & (centre < source.size)):
        raise EquidynError(
            f"source.jitter.position = {jitter.position}: scene {number} of block {block} would have its inflow "
            f"at {centre.round(2)}, outside the box of size {source.size}; lower it, or move source.inflow inwards"
        )
    angle = jitter.tilt * tilt
    push = (1 + jitter.strength * change) * np.array([-np.sin(angle), np.cos(angle)])
    return centre, push


def ranges(source: SmokeSource) -> np.ndarray:
    """Frames [start, stop) of each simulation in each of SPLITS, (simulation, split, 2) int64; (0, 0) for none."""
    split = source.split
    if isinstance(split, SplitByTime):
        one = np.array([getattr(split, name) for name in SPLITS], dtype=np.int64)
        return np.tile(one, (4, 1, 1))
    table = np.zeros((source.scenes, len(SPLITS), 2), dtype=np.int64)
    first = 0
    for name in SPLIT_ORDER:
        last = first + getattr(split, name)
        table[first:last, SPLITS.index(name)] = (0, source.frames)
        first = last
    return np.tile(table.repeat(4, axis=0), (source.block_count, 1, 1))
