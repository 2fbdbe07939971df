"""The Lie derivative by one forward-mode pass, against the published way: two backward passes.

    python benchmarks/lie.py            # nets of about 650 k parameters, 64 x 64
    python benchmarks/lie.py --small    # nets and fields of the default study

Both sides take the same windows through the same nets. The published way, written anew: rotate the field by bilinear
interpolation as a function of the angle, run the net, rotate back, and differentiate backwards twice, batch by batch;
vector components turn here, so that it is the quantity of domains/smoke/measures/lie.py up to the scheme of
interpolation. "exact path" leaves the interpolation out: the same two backward passes along x + t G x, whose derivative
is the same to round-off ("difference"). Seconds of processor time, median of runs in turn, one thread. Written to
benchmarks/results/lie.csv.
"""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from results import command
from timing import timed
from training_step import noise_dataset

from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import Study, load
from equidyn.core.params.variant import Variant
from equidyn.domains.smoke.measures.lie import lie_derivative
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.grids.stack import ConvStack
from equidyn.symmetry.generator import rotation_generator

WINDOWS, BATCH = 16, 8  # of domains/smoke/measures/lie.py; of the published configuration for the levels
LARGE = {"cnn": 154, "rsteer": 40}  # model -> hidden
SMALL = ("cnn", "gcnn", "e2cnn", "rgroup", "rsteer")  # variants of the study

Rotation = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def interpolated(field: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """Pixels turned by bilinear interpolation, and the components of each vector with them."""
    x, y = pixels_rotated(field, angle).unflatten(1, (-1, 2)).unbind(2)
    cosine, sine = angle.cos(), angle.sin()
    return torch.stack([cosine * x - sine * y, sine * x + cosine * y], dim=2).flatten(1, 2)


def pixels_rotated(image: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """By gathers, since torch's grid_sample has no second derivative in the grid; clamped at the walls."""
    side = image.shape[-1]
    middle, cosine, sine = (side - 1) / 2, angle.cos(), angle.sin()
    x = torch.arange(side, dtype=image.dtype) - middle
    y = x[:, None]
    row, column = cosine * y - sine * x + middle, cosine * x + sine * y + middle
    top, left = row.detach().floor().long(), column.detach().floor().long()
    below, right = row - top, column - left

    def at(row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
        return image[..., row.clamp(0, side - 1), column.clamp(0, side - 1)]

    upper = (1 - right) * at(top, left) + right * at(top, left + 1)
    return (1 - below) * upper + below * ((1 - right) * at(top + 1, left) + right * at(top + 1, left + 1))


def exact_path(field: torch.Tensor, angle: torch.Tensor, task: Rollout) -> torch.Tensor:
    """The straight line with the same derivative as a rotation."""
    kind = task.inputs if field.shape[1] == task.inputs.channels else task.outputs
    return field + angle * rotation_generator(field, kind)


def by_two_backward_passes(task: Rollout, network: ConvStack, fields: torch.Tensor, rotate: Rotation) -> torch.Tensor:
    """d/dt r(-t) f(r(t) x) at t = 0, through the derivative of a backward pass with respect to its weights."""
    found = []
    for batch in fields.split(BATCH):
        angle = torch.zeros((), requires_grad=True)
        answer = rotate(task.unroll(network, rotate(batch, angle), 1)[0], -angle)
        weights = torch.ones_like(answer, requires_grad=True)
        (backward,) = torch.autograd.grad(answer, angle, weights, create_graph=True)
        (change,) = torch.autograd.grad(backward, weights, torch.ones_like(angle), create_graph=True)
        found.append(change.detach())
    return torch.cat(found)


def by_one_forward_pass(task: Rollout, network: ConvStack, fields: torch.Tensor) -> torch.Tensor:
    """As domains/smoke/measures/lie.py takes it."""
    return lie_derivative(lambda field: task.unroll(network, field, 1)[0], fields, task.inputs, task.outputs)[1]


def compare(study: Study, name: str, variant: Variant, side: int, repeats: int) -> dict:
    """One row: both sides, and how far they differ."""
    task = Rollout(study.task, noise_dataset(side), torch.device("cpu"))
    network = build_network(variant, task.inputs, task.outputs, seed=0).eval()
    fields = task.sample("test", WINDOWS, 1).inputs
    ours = partial(by_one_forward_pass, task, network, fields)
    straight = partial(by_two_backward_passes, task, network, fields, partial(exact_path, task=task))
    published = partial(by_two_backward_passes, task, network, fields, interpolated)
    difference = ((ours() - straight()).norm() / ours().norm()).item()
    ours_s, straight_s, published_s = timed(ours, straight, published, repeats=repeats)
    return {
        "net": name,
        "parameters": count_parameters(network),
        "side": side,
        "ours [s]": round(ours_s, 4),
        "published [s]": round(published_s, 4),
        "ratio": round(published_s / ours_s, 2),
        "exact path [s]": round(straight_s, 4),
        "exact path ratio": round(straight_s / ours_s, 2),
        "difference": f"{difference:.1e}",
    }


def rows(small: bool) -> Iterator[dict]:
    """The nets of the study on its own fields, or large ones at 64 x 64."""
    study = load().studies["smoke-levels"]
    if small:
        for name in SMALL:
            yield compare(study, name, study.variants[name], study.source.resolution, repeats=25)
    else:
        for model, hidden in LARGE.items():
            variant = Variant(model=model, options={"hidden": hidden, "layers": 5, "kernel": 3}, augment="none")
            yield compare(study, model, variant, 64, repeats=3)


if __name__ == "__main__":
    command("lie", __doc__, rows)
