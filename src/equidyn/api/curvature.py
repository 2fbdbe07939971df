"""The loss of a model as a function of its weights: sharpness, and the spectrum of its Hessian."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import torch
from torch import nn

from equidyn.api.results import HessianSpectrum, Measured, Sharpness
from equidyn.api.subject import Select, Subject, differentiable, prepared
from equidyn.curvature import spectrum
from equidyn.curvature.directions import RADII, changes, towards
from equidyn.curvature.lanczos import Ritz
from equidyn.curvature.landscape import GRAPH_BYTES, Hessian, Landscape

Loss = Callable[[torch.Tensor, Any], torch.Tensor]
Pair = tuple[torch.Tensor, Any]
UNIT = "unit of the loss/weight²"
ASYMMETRY = 1e-3  # of a . H b - b . H a, over |H a|; round-off of float32 leaves 1e-5


@dataclass(frozen=True)
class Pairs:
    """Inputs with their targets, tensors along the same first axis."""

    inputs: torch.Tensor
    targets: torch.Tensor | None

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, chosen: slice) -> Self:
        """Some of them."""
        return Pairs(self.inputs[chosen], None if self.targets is None else self.targets[chosen])


@dataclass(frozen=True)
class _Task:
    """The user's loss of the subject's answers, whose weights the landscape has put in place."""

    subject: Subject
    function: Loss

    def loss(self, _network: nn.Module, batch: Pairs) -> torch.Tensor:
        value = self.function(self.subject(batch.inputs), batch.targets)
        if not isinstance(value, torch.Tensor) or value.numel() != 1:
            raise ValueError("loss: expected a function (answers, targets) -> one number, the mean over the batch")
        return value.reshape(())


def sharpness(
    model: nn.Module,
    loss: Loss,
    batch: Pair,
    *,
    radii: Sequence[float] = RADII,
    directions: int = 5,
    mode: str = "eval",
    select: Select = None,
) -> Sharpness:
    """Mean of |L(w + t d) - L(w)| over `directions` random directions d, for each t of `radii` [unit of the loss].

    batch: (x, y); loss(model(x), y): one number, such as torch.nn.functional.mse_loss. Of all weights that are trained.
    sphere: d uniform on the unit sphere (Zhao et al. 2023, arXiv 2305.13404); adaptive: each filter of d as long as the
    model's (Li et al. 2018, arXiv 1712.09913), so that t is relative to the weights. The means are over t and d. The
    directions are the same at each call, and serve all t. Standard errors are over directions.

    >>> import torch, equidyn as eq
    >>> net, batch = torch.nn.Conv2d(1, 1, 3, padding=1), (torch.randn(4, 1, 8, 8), torch.zeros(4, 1, 8, 8))
    >>> eq.sharpness(net, torch.nn.functional.mse_loss, batch, radii=[0.0, 0.5]).sphere[0].value
    0.0
    """
    with _landscape(model, loss, batch, mode, select) as landscape:
        here = landscape.value(landscape.point)
        found = {
            name: torch.tensor(
                [changes(landscape.value, landscape.point, here, ways, radius) for radius in radii],
                dtype=torch.float64,
            )
            for name, ways in towards(landscape, directions).items()
        }
    unit = "unit of the loss"
    return Sharpness(
        **{name: tuple(Measured.mean(row, unit) for row in rows) for name, rows in found.items()},
        **{f"{name}_mean": Measured.mean(rows.mean(0), unit) for name, rows in found.items()},
        radii=tuple(radii),
        loss=here,
    )


def hessian(
    model: nn.Module,
    loss: Loss,
    batches: Pair | Sequence[Pair],
    *,
    iterations: int = 40,
    probes: int = 2,
    mode: str = "eval",
    select: Select = None,
) -> HessianSpectrum:
    """The spectrum of the Hessian of a loss in weight space, at the weights as they are.

    batches: (x, y), or several of one shape; loss: as of `sharpness`, a mean over the batch. Of all weights that are
    trained, float32 or float64.
    Ends, trace and density are of the loss on all samples together, by Lanczos: at most `iterations` products from each
    of `probes` random starts (Ghorbani et al. 2019, arXiv 1901.10159). tops and maxima are of each batch (Park, Kim
    2022, arXiv 2202.06709), to a relative error of 1e-3, or as far as `iterations` get. Products are exact to round-off
    (two backward passes); what a model holds fixed in its gradients is held fixed. Kinks have no curvature here: of an
    absolute error take the mean square instead.

    >>> import torch, equidyn as eq
    >>> net, x = torch.nn.Linear(2, 1, bias=False), torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    >>> found = eq.hessian(net, torch.nn.functional.mse_loss, (x, torch.zeros(2, 1)))  # x^T x
    >>> round(found.largest.value, 4), round(found.smallest.value, 4)
    (9.0, 1.0)
    """
    pairs = [batches] if _is_pair(batches) else list(batches)
    look = partial(_probed, iterations=iterations, probes=probes)
    runs, spent = _runs(model, loss, _together(pairs), mode, select, look)
    each = [_runs(model, loss, pair, mode, select, lambda one: [spectrum.ends_of(one, iterations)]) for pair in pairs]
    tops = [found[0] for found, _ in each]
    ends, shape = spectrum.ends(runs[0]), spectrum.shape(runs)
    weights = sum(part.numel() for part in model.parameters() if part.requires_grad)
    traces = torch.tensor([weights * run.values @ run.weights for run in runs], dtype=torch.float64)
    return HessianSpectrum(
        **{name: Measured(ends[name], ends[f"{name}_error"], UNIT) for name in ("largest", "smallest")},
        trace=Measured.mean(traces, UNIT),
        top=tuple(ends["top"]),
        negative_share=shape["negative_share"],
        density_at=tuple(shape["density_at"]),
        density=tuple(shape["density"]),
        tops=tuple(float(run.values[-1]) for run in tops),
        maxima=tuple(tuple(spectrum.maxima(run)) for run in tops),
        products=spent + sum(products for _, products in each),
        weights=weights,
    )


def _runs(
    model: nn.Module, loss: Loss, pair: Pair, mode: str, select: Select, look: Callable[[Hessian], list[Ritz]]
) -> tuple[list[Ritz], int]:
    """What `look` finds of the Hessian on a batch, and the products spent."""
    with _landscape(model, loss, pair, mode, select) as landscape:
        if landscape.point.dtype not in (torch.float32, torch.float64):
            raise ValueError(f"model: {landscape.point.dtype} does not resolve second derivatives; give model.float()")
        if not landscape.loss(landscape.point.clone().requires_grad_()).requires_grad:
            raise ValueError("loss: it does not depend on any weight of the model that is trained")
        try:
            product = Hessian(landscape, None if mode == "train" else GRAPH_BYTES)
            _check_mean(landscape, product)
            return look(product), product.products
        except RuntimeError as fault:
            raise ValueError(f"model: its loss cannot be differentiated twice: {str(fault).splitlines()[0]}") from fault


def _probed(product: Hessian, iterations: int, probes: int) -> list[Ritz]:
    """Refused if the products are not those of a symmetric matrix: some second derivatives of torch 2.13 are wrong."""
    point = product.landscape.point
    one, other = torch.randn(2, len(point), generator=torch.Generator().manual_seed(0)).to(point)
    of_one, of_other = product(one), product(other)
    if (one @ of_other - other @ of_one).abs() > ASYMMETRY * max(of_one.norm(), of_other.norm()):
        raise ValueError(
            "model: its Hessian is not symmetric: a layer's second derivatives are wrong, as those of weight norm are "
            "(torch.nn.utils.parametrize.remove_parametrizations takes it off), or in half precision (autocast)"
        )
    return spectrum.probed(product, iterations, probes)


def _check_mean(landscape: Landscape, product: Hessian) -> None:
    """Samples are split where a graph would not fit; then the loss must be a mean over them."""
    if len(product.parts) > 1:
        with torch.no_grad():
            shares = [len(part) / len(landscape.batch) * landscape(part).item() for part in product.parts]
        whole = landscape.value(landscape.point)
        if abs(sum(shares) - whole) > 1e-3 * abs(whole):
            raise ValueError(
                "loss: it is no mean over samples, and the batch is too large to be taken whole; give less"
            )


@contextmanager
def _landscape(model: nn.Module, loss: Loss, pair: Pair, mode: str, select: Select) -> Iterator[Landscape]:
    _check(model, pair)
    with torch.enable_grad(), prepared(model, pair[0], mode, select, samples=False) as subject, differentiable():
        yield Landscape(model, _Task(subject, loss), Pairs(*pair))


def _check(model: nn.Module, pair: Pair) -> None:
    if not isinstance(model, nn.Module) or isinstance(model, torch.jit.ScriptModule):
        raise ValueError("model: curvature is of the weights of an nn.Module; of a scripted one, give its original")
    if not _is_pair(pair):
        raise ValueError("batch: expected (x, y), tensors of as many samples; y may be None")
    kinds = {part.dtype for part in model.parameters() if part.requires_grad}
    if not kinds:
        raise ValueError("model: it has no weights that are trained (requires_grad)")
    if len(kinds) > 1 or next(iter(kinds)).is_complex:
        raise ValueError(f"model: its weights must be of one real floating type, got {sorted(map(str, kinds))}")


def _is_pair(batch: Any) -> bool:
    if not isinstance(batch, tuple | list) or len(batch) != 2 or not isinstance(batch[0], torch.Tensor):
        return False
    return batch[1] is None or (isinstance(batch[1], torch.Tensor) and len(batch[1]) == len(batch[0]))


def _together(pairs: Sequence[Pair]) -> Pair:
    """All samples of all batches."""
    for pair in pairs or [()]:
        if not _is_pair(pair):
            raise ValueError("batches: expected (x, y), or a list of such pairs; tensors of as many samples")
    xs, ys = zip(*pairs, strict=True)
    if len({x.shape[1:] for x in xs}) > 1:
        raise ValueError(f"batches: expected samples of one shape, got {sorted({tuple(x.shape[1:]) for x in xs})}")
    return torch.cat(xs), None if ys[0] is None else torch.cat(ys)
