"""Sets of kind "turbulence": forced flow in a periodic box, simulated here, on a coarse and on a fine grid.

At anisotropy 0 nothing in the equations, the forcing or the start prefers a direction beyond the grid's own axes, so
that the set is symmetric under the 24 rotations of the cube, in distribution; at eps > 0 the forcing weighs vx by
1 + 2 eps and vy, vz by 1 - eps, with the same power. Simulations depend on the seed, their block and their number in it
only, so that all datasets of a study start from the same flows, a larger set holds a smaller one, and further blocks
leave the others as they were.

All is computed on the processor, also where there is a GPU: another device would round otherwise, and in a chaotic flow
that is another simulation.
"""

from dataclasses import replace

import numpy as np

from equidyn.core.data.store import rms
from equidyn.core.provenance import Clock
from equidyn.domains.turbulence.params import TurbulenceData, TurbulenceSource
from equidyn.domains.turbulence.source import turbulence_checks
from equidyn.domains.turbulence.source.turbulence_run import record
from equidyn.domains.turbulence.source.volumes import Volumes

_ORIGIN = {"source": "Pseudo-spectral turbulence, simulated here"}
_ORDER = ("test", "validation", "train")  # in this order, more training simulations leave the others as they were


def make(source: TurbulenceSource, wanted: TurbulenceData, name: str, clock: Clock) -> Volumes:
    """Simulate and check one dataset; raises EquidynError if it is unstable, unresolved, or not isotropic at level 0.

    A dataset's own number of training simulations counts instead of the source's. `name` is STUDY/DATASET, for
    messages.
    """
    source = source.with_train(wanted.train)
    recording = record(source, wanted.anisotropy, name)
    simulation = np.arange(source.block_count * source.simulations).repeat(source.samples)
    coarse, fine = (array.reshape(-1, *array.shape[2:]) for array in (recording.coarse, recording.fine))
    made = Volumes(coarse, fine, simulation, ranges(source), {}, source.splits)
    measured = turbulence_checks.measure(source, wanted.anisotropy, recording, name) | {"rms": _rms(made)}
    about = {"provenance": clock.provenance() | _ORIGIN, "checks": measured}
    return replace(made, attributes=about)


def ranges(source: TurbulenceSource) -> np.ndarray:
    """Samples [start, stop) of each of source.splits, (block, split, 2) int64."""
    table, first = {}, 0
    for split in _ORDER:
        last = first + getattr(source.split, split) * source.samples
        table[split] = (first, last)
        first = last
    one = np.array([table[split] for split in source.splits], dtype=np.int64)
    return one + first * np.arange(source.block_count)[:, None, None]


def _rms(made: Volumes) -> dict[str, float]:
    """Root mean square of a fine velocity component in each split, of all blocks [length / time]."""
    return {split: rms(made.of(split)[1]) for split in made.splits}
