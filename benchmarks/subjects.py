"""What benchmarks look at: variants of the default study at another size, on noise, or taught a little.

What a training step costs does not depend on the data's values, so noise will do. Curvature depends on the weights:
what an eigenvalue costs depends on how the spectrum is spaced. So measures look at nets that have learned a little on
fields of Burgers' equation, which are quickly made at any size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from stand_ins import ATTRIBUTES

from equidyn.core.data.store import Stored
from equidyn.core.measures.context import EvaluationContext, context_of
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network
from equidyn.core.params import Study, load
from equidyn.core.training.adam import Adam
from equidyn.core.training.loop import Trainer
from equidyn.core.training.task import Task, recipe_of, task_of
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.turbulence.source.volumes import Volumes

STUDY = "smoke-levels"
HIDDEN = {"cnn": 154, "gcnn": 77, "rgroup": 54}  # of nets of about 650 k parameters in LAYERS
LAYERS = 5
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Size:
    """side: cells of the grid; simulations, frames: of the training split; updates: of training."""

    side: int
    names: tuple[str, ...]
    simulations: int
    frames: int
    updates: int


LARGE = Size(side=64, names=("cnn",), simulations=4, frames=11, updates=30)
SMALL = Size(side=20, names=("cnn", "gcnn"), simulations=32, frames=45, updates=300)


def resized(study: Study, name: str, **options: object) -> Study:
    """The study with other options for one of its variants."""
    variant = study.variants[name]
    changed = variant.model_copy(update={"options": variant.options | options})
    return study.model_copy(update={"variants": study.variants | {name: changed}})


def enlarged(study: Study, name: str) -> Study:
    """The study with one of its variants as large as published."""
    return resized(study, name, hidden=HIDDEN[name], layers=LAYERS)


def noise_fields(side: int, frames: int = 16) -> Fields:
    """Random planar fields, all frames in each split."""
    velocity = torch.randn(4, frames, 2, side, side).numpy()
    return Fields(velocity, np.arange(4), np.arange(4), np.tile([0, frames], (4, 3, 1)), ATTRIBUTES)


def noise_volumes(side: int) -> Volumes:
    """Random fields in a box, one sample per split, the fine grid four times as fine; side: of the coarse one."""
    coarse, fine = torch.randn(3, 3, 3, side, side, side), torch.randn(3, 3, 4 * side, 4 * side, 4 * side)
    ranges = np.array([[[0, 1], [1, 2], [2, 3]]])
    return Volumes(coarse.numpy(), fine.numpy(), np.arange(3), ranges, ATTRIBUTES)


def training_step(study: Study, name: str, dataset: Stored, precision: str) -> tuple[Callable[[], object], Network]:
    """One optimiser step of the real training loop, always on the same batch, and its network, half relaxed."""
    task = task_of(study, dataset, CPU)
    network = build_network(study, name, task.inputs, task.outputs, seed=0)
    return step_of(study, name, network, task, precision), network


def step_of(study: Study, name: str, network: Network, task: Task, precision: str) -> Callable[[], object]:
    """The same of any network, trained as the variant of that name is."""
    network.train().relax(0.5)
    training = study.training_of(name).model_copy(update={"steps_per_epoch": 1, "validation_samples": 1})
    recipe = recipe_of(study, task, study.variants[name], training, seed=0)
    trainer = Trainer(network, recipe, training, seed=0, device=CPU, precision=precision)
    (batch,) = recipe.batches(1)
    return lambda: trainer._step(batch, training.learning_rate)


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
    return Fields(np.stack(fields, axis=1).astype(np.float32), index, index % 4, ranges, ATTRIBUTES)


def _later(velocity: np.ndarray) -> np.ndarray:
    """One frame on: half a unit of time of u_t = -(u . grad) u + 0.2 lap u; velocity: (simulation, 2, y, x)."""
    for _ in range(5):
        right, left, below, above = (np.roll(velocity, *shift) for shift in ((-1, 3), (1, 3), (-1, 2), (1, 2)))
        carried = velocity[:, :1] * (right - left) / 2 + velocity[:, 1:] * (below - above) / 2
        velocity = velocity + 0.1 * (0.2 * (right + left + below + above - 4 * velocity) - carried)
    return velocity


def learned(study: Study, name: str, size: Size) -> EvaluationContext:
    """A variant's net after some steps of Adam on single rollout steps, in eval mode."""
    task = task_of(study, burgers(size), CPU)
    network = build_network(study, name, task.inputs, task.outputs, seed=0)
    optimiser, starts = Adam(network.parameters(), study.training), task.starts("train", 1)
    generator = torch.Generator().manual_seed(0)
    for _ in range(size.updates):
        optimiser.zero_grad()
        batch = task.windows(starts[torch.randint(len(starts), (4,), generator=generator)], 1)
        task.loss(network, batch).backward()
        optimiser.step(study.training.learning_rate)
    optimiser.zero_grad()
    return context_of(study, network.eval(), task, study.training.weight_decay)


def rows_of_nets(compare: Callable[[EvaluationContext, str, Size], dict], small: bool) -> Iterator[dict]:
    """A row of `compare(context, variant, size)` for each net of that size."""
    size, study = SMALL if small else LARGE, load().studies[STUDY]
    for name in size.names:
        yield compare(learned(study if small else enlarged(study, name), name, size), name, size)
