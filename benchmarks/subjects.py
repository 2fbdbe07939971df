"""What the benchmarks of measures look at: nets that have learned a little on moving fields.

Curvature depends on the weights, so untrained nets on noise would not do: what an eigenvalue costs depends on how the
spectrum is spaced. Fields of Burgers' equation are quickly made at any size, and can be learned.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from equidyn.core.models.registry import build_network
from equidyn.core.params import Study, load
from equidyn.core.params.variant import Variant
from equidyn.core.training.adam import Adam
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout

STUDY = "smoke-levels"


@dataclass(frozen=True)
class Size:
    """side: cells of the grid; hidden: by model; simulations, frames: of the training split; updates: of training."""

    side: int
    hidden: dict[str, int]
    simulations: int
    frames: int
    updates: int


LARGE = Size(side=64, hidden={"cnn": 154}, simulations=4, frames=11, updates=30)
SMALL = Size(side=24, hidden={"cnn": 13, "gcnn": 7}, simulations=32, frames=45, updates=300)


def burgers(size: Size) -> Fields:
    """Velocities (simulation, time, 2, y, x) [cells per unit of time] that carry themselves and diffuse, periodic.

    Waves down to 8 cells in length, whatever the side. All frames are training data.
    """
    random = np.random.default_rng(0)
    numbers = np.arange(-(size.side // 8), size.side // 8 + 1)
    wave = np.stack(np.meshgrid(numbers, numbers, indexing="ij"), axis=-1).reshape(-1, 2)
    y, x = np.meshgrid(*[2 * np.pi / size.side * np.arange(size.side)] * 2, indexing="ij")
    phases = random.uniform(0, 2 * np.pi, (size.simulations, 2, len(wave), 1, 1))
    angles = (
        wave[:, :1, None] * y + wave[:, 1:, None] * x + component for component in phases.reshape(-1, *phases.shape[2:])
    )
    first = np.stack([np.sin(angle).sum(0) for angle in angles]) / (7 * len(wave) ** 0.5)
    fields = [first.reshape(size.simulations, 2, size.side, size.side)]
    for _ in range(size.frames - 1):
        fields.append(_later(fields[-1]))
    index = np.arange(size.simulations)
    ranges = np.tile(np.array([0, size.frames]), (size.simulations, 3, 1))
    return Fields(np.stack(fields, axis=1).astype(np.float32), index, index % 4, ranges, {})


def _later(velocity: np.ndarray) -> np.ndarray:
    """One frame on: half a unit of time of u_t = -(u . grad) u + 0.2 lap u; velocity: (simulation, 2, y, x)."""
    for _ in range(5):
        right, left, below, above = (np.roll(velocity, *shift) for shift in ((-1, 3), (1, 3), (-1, 2), (1, 2)))
        carried = velocity[:, :1] * (right - left) / 2 + velocity[:, 1:] * (below - above) / 2
        velocity = velocity + 0.1 * (0.2 * (right + left + below + above - 4 * velocity) - carried)
    return velocity


def learned(study: Study, model: str, size: Size) -> RolloutContext:
    """A net of `model` after some steps of Adam on single rollout steps, in eval mode."""
    task = Rollout(study.task, burgers(size), torch.device("cpu"))
    variant = Variant(model=model, options={"hidden": size.hidden[model]}, augment="none")
    network = build_network(variant, task.inputs, task.outputs, seed=0)
    optimiser, starts = Adam(network.parameters(), study.training), task.starts("train", 1)
    generator = torch.Generator().manual_seed(0)
    for _ in range(size.updates):
        optimiser.zero_grad()
        batch = task.windows(starts[torch.randint(len(starts), (4,), generator=generator)], 1)
        task.loss(network, batch).backward()
        optimiser.step(study.training.learning_rate)
    optimiser.zero_grad()
    return RolloutContext(network.eval(), task, study.training.weight_decay)


def rows_of_nets(compare: Callable[[RolloutContext, str, Size], dict], small: bool) -> Iterator[dict]:
    """A row of `compare(context, model, size)` for each net of that size."""
    size, study = SMALL if small else LARGE, load().studies[STUDY]
    for model in size.hidden:
        yield compare(learned(study, model, size), model, size)
