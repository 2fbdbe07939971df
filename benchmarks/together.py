"""Lie derivative, sharpness and Hessian maxima of one net: processor time of ours and of the published ways.

    python benchmarks/together.py            # a net of about 650 k parameters, 64 x 64; some minutes
    python benchmarks/together.py --small    # the sizes of the default study

In the published proportions: the Lie derivative on 16 windows, sharpness over the whole training split, maxima on
batches of 10 % of it. The large training split is cut to 40 windows, which favours the published ways. These, written
anew from the published code:
- Lie derivative: rotate the field by bilinear interpolation as a function of the angle, run the net, rotate back, and
  differentiate backwards twice, batch by batch. Vector components turn here, as in domains/smoke/measures/lie.py.
- Sharpness: for each t and each direction, a perturbed copy of the net, and over all batches the loss of the net and
  of the copy. In eval mode with directions on the unit sphere, so that both sides estimate one quantity; ours from
  windows spread evenly over the split. On the same windows the two must agree.
- Maxima: power iteration with deflation, stopped by its own rule, at less than the accuracy of ours (hessian.py).
fp32, one thread. Written to benchmarks/results/together.csv.
"""

import copy
from functools import partial

import torch
from hessian import by_lanczos, by_power_iteration
from results import command
from subjects import LARGE, SMALL, Size, rows_of_nets
from timing import seconds

from equidyn.core.models.registry import count_parameters
from equidyn.curvature.directions import RADII, mean_change, sphere_directions
from equidyn.curvature.landscape import Hessian, Landscape, split_batch
from equidyn.domains.smoke.measures.lie import lie_derivative
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Windows

FIELDS = 16  # of a Lie derivative
DIRECTIONS, BATCH = 5, 8  # of sharpness, and windows of a batch, both as published
SAMPLE = {LARGE.side: 4, SMALL.side: 16}  # windows of our sharpness
MAXIMA_BATCH = {LARGE.side: 2, SMALL.side: 16}  # windows of a batch of the maxima (published: 16)
Seconds = tuple[float, float]  # of ours and of the published way


def turned(field: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """Pixels turned by bilinear interpolation, and the components of each vector with them."""
    x, y = pixels_turned(field, angle).unflatten(1, (-1, 2)).unbind(2)
    cosine, sine = angle.cos(), angle.sin()
    return torch.stack([cosine * x - sine * y, sine * x + cosine * y], dim=2).flatten(1, 2)


def pixels_turned(image: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
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


def published_lie(context: RolloutContext, fields: torch.Tensor) -> torch.Tensor:
    """d/dt r(-t) f(r(t) x) at t = 0, through the derivative of a backward pass with respect to its weights."""
    found = []
    for batch in fields.split(BATCH):
        angle = torch.zeros((), requires_grad=True)
        answer = turned(context.task.unroll(context.network, turned(batch, angle), 1)[0], -angle)
        weights = torch.ones_like(answer, requires_grad=True)
        (backward,) = torch.autograd.grad(answer, angle, weights, create_graph=True)
        (change,) = torch.autograd.grad(backward, weights, torch.ones_like(angle), create_graph=True)
        found.append(change.detach())
    return torch.cat(found)


def our_lie(context: RolloutContext, fields: torch.Tensor) -> torch.Tensor:
    """As domains/smoke/measures/lie.py takes it."""
    task = context.task
    return lie_derivative(lambda field: task.unroll(context.network, field, 1)[0], fields, task.inputs, task.outputs)[1]


def published_sharpness(context: RolloutContext, windows: Windows) -> list[float]:
    """mean |L(w + t d) - L(w)| for each t, with both losses computed for every direction and batch."""
    batches = [windows.part(slice(first, first + BATCH)) for first in range(0, len(windows), BATCH)]
    weights = torch.nn.utils.parameters_to_vector(context.network.parameters()).detach()

    def change(step: torch.Tensor) -> float:
        moved = copy.deepcopy(context.network)
        torch.nn.utils.vector_to_parameters(weights + step, moved.parameters())
        losses = [[context.task.loss(net, batch) for net in (moved, context.network)] for batch in batches]
        there, here = torch.tensor(losses).mean(0)
        return (there - here).abs().item()

    with torch.no_grad():
        directions = sphere_directions(weights, DIRECTIONS)
        return [sum(change(radius * one) for one in directions) / DIRECTIONS for radius in RADII]


def our_sharpness(context: RolloutContext, windows: Windows) -> list[float]:
    """The same numbers as curvature/sharpness.py takes them."""
    landscape = Landscape(context.network, context.task, windows)
    directions = sphere_directions(landscape.point, DIRECTIONS)
    here = landscape.value(landscape.point)
    return [mean_change(landscape.value, landscape.point, here, directions, radius) for radius in RADII]


def lie_derivatives(context: RolloutContext) -> Seconds:
    """Of the same fields."""
    fields = context.training_sample(FIELDS).inputs
    return seconds(lambda: our_lie(context, fields))[0], seconds(lambda: published_lie(context, fields))[0]


def sharpnesses(context: RolloutContext, size: Size) -> Seconds:
    """Ours on a sample of windows, the published way on all."""
    chosen, loader = context.training_sample(SAMPLE[size.side]), context.training_sample(10**6)
    ours_s, ours = seconds(lambda: our_sharpness(context, chosen))
    torch.testing.assert_close(ours, published_sharpness(context, chosen), rtol=1e-2, atol=0.0)
    return ours_s, seconds(lambda: published_sharpness(context, loader))[0]


def maxima(context: RolloutContext, size: Size) -> Seconds:
    """On the same batches."""
    share = len(context.task.starts("train", 1)) // 10
    batches = split_batch(context.training_sample(share), -(-share // MAXIMA_BATCH[size.side]))
    landscapes = [Landscape(context.network, context.task, batch) for batch in batches]
    ours, _ = seconds(lambda: [by_lanczos(Hessian(landscape)) for landscape in landscapes])
    published, _ = seconds(lambda: [by_power_iteration(Hessian(landscape), 1e-3) for landscape in landscapes])
    return ours, published


def compare(context: RolloutContext, name: str, size: Size) -> dict:
    """One row: seconds of each, and of all."""
    lie_derivatives(context)  # warms up
    parts = {"lie": lie_derivatives(context), "sharpness": sharpnesses(context, size), "hessian": maxima(context, size)}
    parts["together"] = tuple(map(sum, zip(*parts.values(), strict=True)))
    row = {"variant": name, "parameters": count_parameters(context.network), "side": size.side}
    for part, (ours, published) in parts.items():
        row |= {
            f"{part}: ours [s]": round(ours, 2),
            f"{part}: published [s]": round(published, 2),
            f"{part}: ratio": round(published / ours, 1),
        }
    return row


if __name__ == "__main__":
    command("together", __doc__, partial(rows_of_nets, compare))
