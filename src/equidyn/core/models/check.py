"""`equidyn check`: is a strict variant exact? Parameters and relative error of freshly built networks.

Nothing here knows a kind of data: how a group acts on what a network maps is said by its types (symmetry/group_action),
and which of its inner activations are equivariant, too, by the network.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any

import numpy as np
import torch

from equidyn.core.errors import EquidynError
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, Study
from equidyn.core.randomness import seeded
from equidyn.core.threads import use_threads
from equidyn.core.training.task import check_treatment, io_types
from equidyn.symmetry.error import ratio
from equidyn.symmetry.group_action import GroupAction

TOLERANCE = 1e-12  # of strict variants, relative, in float64
WAYS = (("float32", "eval"), ("float64", "train"), ("float64", "eval"))  # precision and mode
RANDOM = 2  # random elements of a group that has too many to look at all
LARGE = 1 << 12  # numbers in a batch from which it is as fast alone, in less memory, and generators are enough
LIMIT = 1e8  # multiplications of one answer at a study's own size, beyond which a network takes many seconds
REFUSALS = (ValueError, RuntimeError, EquidynError)  # what a network that takes no such size may raise; torch's too
Named = dict[str, torch.Tensor]
Table = dict[str, dict[str, dict[str, float]]]  # precision -> mode -> case -> error


def run(params: Params, variant: str | None = None) -> list[dict[str, Any]]:
    """One entry per variant and study: {variant, study} and what `symmetry` finds, at the study's own size too.

    Networks that are built for one size are built for the one beside it as well. Networks that are built alike between
    the same types are looked at once. Sizes beyond LIMIT are left out, unless the variant is asked for. EquidynError is
    raised for a network that cannot be built, or that does not suit its treatment.
    """
    use_threads(params.compute.threads)
    limit = LIMIT if variant is None else math.inf
    found: dict[Any, dict[str, Any]] = {}
    entries = []
    for study, settings in params.studies.items():
        types = io_types(settings)
        for name, wanted in settings.variants.items():
            if variant in (None, name):
                grid = settings.source.input_grid
                built = repr((wanted.model, wanted.options, wanted.relax, wanted.impose))
                key = (settings.domain, built, types, grid)
                if key not in found:
                    found[key] = _with_beside(_fresh(settings, name, grid, limit), settings, name)
                if wanted.treatment:  # of which networks that are built alike may have different ones
                    check_treatment(settings, name, build_network(settings, name, *types, seed=0), types[0])
                entries.append({"variant": name, "study": study} | found[key])
    return entries


def failures(entries: list[dict[str, Any]], tolerance: float = TOLERANCE) -> list[str]:
    """Strict variants whose float64 error exceeds the tolerance (or is not a number) anywhere; and any that refuse the
    size of their own study."""
    refusing = [
        f"{label(entry)}: it refuses the study's own size, {entry['own']}: {entry['left_out'][entry['own']]}"
        for entry in entries
        if entry["own"] in entry["left_out"]
    ]
    return refusing + [
        f"{label(entry)}: {mode} mode, {case}: {error:.1e} > {tolerance:.0e}"
        for entry in entries
        if entry["strict"]
        for mode, cases in entry["error"]["float64"].items()
        for case, error in cases.items()
        if not error <= tolerance
    ]


def label(entry: dict[str, Any]) -> str:
    """What was checked: STUDY/VARIANT, or the checkpoint of a training run."""
    if "checkpoint" not in entry:
        return f"{entry['study']}/{entry['variant']}"
    cell = Cell(entry["study"], entry["dataset"], entry["variant"], entry["seed"], entry["control"])
    return f"{cell} {entry['checkpoint']}"


def symmetry(
    network: Network, inputs: GroupAction, outputs: GroupAction, grid: Sequence[int] = (), limit: float = math.inf
) -> dict[str, Any]:
    """{parameters, strict, group, error: {precision: {mode: {case: error}}}, also, own, left_out}.

    The network is left as it is. grid: cells of the study's own inputs along each axis, of data on grids; left out if
    that takes more than `limit` multiplications. own: the case of that size, or the last one; left_out: case -> why: in
    the network's own words, where it takes no such size.
    group: under which it is: the one that the network imposes, or that of the data for plain ones.
    also: name of the action of the data, where the network imposes another -> the same as `error` under it.
    """
    types = imposed(network, inputs, outputs)
    answer = {"parameters": count_parameters(network.deployed()), "strict": network.strict}
    own = _affordable(network, grid, limit)
    shapes = shapes_of(inputs, own)
    left_out = _refused(network, shapes)
    taken = {case: shape for case, shape in shapes.items() if case not in left_out}
    if grid and not own:
        left_out[_in_words(grid)] = "it takes long; ask for this one to have it looked at"
    answer |= {"own": next(reversed(shapes)), "left_out": left_out}
    answer |= {"group": types[0].group_name, "error": _by_way(network, *types, taken)}
    if types[0].group_name == inputs.group_name:
        return answer | {"also": {}}
    return answer | {"also": {inputs.group_name: _by_way(network, inputs, outputs, taken)}}


def _affordable(network: Network, grid: Sequence[int], limit: float) -> Sequence[int]:
    """The grid; () if an answer on it takes more than `limit` multiplications."""
    dear = limit < math.inf and grid and math.prod(grid) * network.multiply_adds() > limit
    return () if dear else grid


def _in_words(grid: Sequence[int]) -> str:
    return " x ".join(map(str, grid))


def shapes_of(inputs: GroupAction, grid: Sequence[int] = ()) -> dict[str, tuple[int, ...]]:
    """The shapes that a type proposes, odd and even, and the study's own grid, last, by what readers call them."""
    shapes = inputs.example_shapes()
    if not grid:
        return shapes
    own = (*next(iter(shapes.values()))[: -len(grid)], *grid)
    shapes.pop(_in_words(grid), None)
    return shapes | {_in_words(grid): own}


def errors(
    network: Network,
    inputs: GroupAction,
    outputs: GroupAction,
    dtype: torch.dtype = torch.float64,
    shapes: dict[str, tuple[int, ...]] | None = None,
) -> dict[str, float]:
    """Case -> max_g ||f(g x) - g f(x)|| / ||f(x)|| over noise x, for a network of this precision; 0 / 0 is 0, exact.

    Cases are `shapes`, by name (None: those that the type of the inputs proposes), or the activations that the network
    names.
    """
    shapes = inputs.example_shapes() if shapes is None else shapes
    parts = [(case, relative_errors(network, _drawn(shape, dtype), inputs, outputs)) for case, shape in shapes.items()]
    return {name or case: error for case, found in parts for name, error in found.items()}


def relative_errors(
    network: Network, values: torch.Tensor, inputs: GroupAction, outputs: GroupAction
) -> dict[str, float]:
    """Name of an activation, "" for the answer of a network that names none -> its error on `values`."""
    kinds = {name: kind for name, kind in network.kinds.items() if kind is not None} or {"": outputs}
    elements = inputs.elements_to_check(0 if values.numel() > LARGE else RANDOM, np.random.default_rng(0))
    predictions = _outputs(network, [inputs.act(values, element) for element in elements])
    first, largest = next(predictions), dict.fromkeys(kinds, 0.0)
    for element, found in zip(elements[1:], predictions, strict=True):
        for name, kind in kinds.items():
            gap = found[name] - kind.act(first[name], element)
            largest[name] = _larger(largest[name], ratio(gap.norm(), first[name].norm()))
    return largest


def noise(inputs: GroupAction, dtype: torch.dtype) -> torch.Tensor:
    """Noise in the first shape that the type proposes, the same at each call."""
    return _drawn(next(iter(inputs.example_shapes().values())), dtype)


def _drawn(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Noise is the largest test of a symmetry, having no symmetry itself."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=dtype)


def _fresh(study: Study, variant: str, grid: Sequence[int], limit: float = math.inf) -> dict[str, Any]:
    """What is found of a freshly built network; raises EquidynError if it cannot be built."""
    inputs, outputs = io_types(study)
    network = build_network(study, variant, inputs, outputs, seed=0)
    with suppress(*REFUSALS), torch.no_grad(), seeded(0):
        # moves the batch statistics, if there are any
        network(_drawn(list(shapes_of(inputs, _affordable(network, grid, limit)).values())[-1], torch.float32))
    return symmetry(network, inputs, outputs, grid, limit)


def _with_beside(found: dict[str, Any], study: Study, variant: str) -> dict[str, Any]:
    """`found` with the errors at the size beside the study's own, of a network that is built for it."""
    source = study.source.beside()
    if source is None:
        return found
    other = study.model_copy(update={"source": source})
    size = next(iter(io_types(other)[0].example_shapes()))
    try:
        errors_there = _fresh(other, variant, ())
    except EquidynError as fault:
        return found | {"left_out": found["left_out"] | {size: str(fault)}}
    refused = found["left_out"] | errors_there["left_out"]
    return found | {"error": _merged(found["error"], errors_there["error"], size), "left_out": refused}


def _merged(table: Table, other: Table, size: str) -> Table:
    """Two tables of errors in one; the cases of the other one are named by its size."""
    return {
        precision: {
            mode: cases
            | {case if case == size else f"{case}, {size}": error for case, error in other[precision][mode].items()}
            for mode, cases in modes.items()
        }
        for precision, modes in table.items()
    }


def _refused(network: Network, shapes: dict[str, tuple[int, ...]]) -> dict[str, str]:
    """Case -> in its own words why the network takes no inputs of this shape."""
    refused, probed = {}, deepcopy(network).float().eval()
    for case, shape in shapes.items():
        try:
            with torch.no_grad():
                _named(probed, _drawn(shape, torch.float32))
        except REFUSALS as fault:
            refused[case] = str(fault)
    return refused


def imposed(network: Network, inputs: GroupAction, outputs: GroupAction) -> tuple[GroupAction, GroupAction]:
    """The types under whose action a network is exact if it is strict; those given, if it names none."""
    return network.imposed_inputs or inputs, network.imposed_outputs or outputs


def _by_way(network: Network, inputs: GroupAction, outputs: GroupAction, shapes: dict[str, tuple[int, ...]]) -> Table:
    table: Table = {}
    for precision, mode in WAYS:
        dtype = getattr(torch, precision)
        probed = deepcopy(network).to(dtype).train(mode == "train")
        table.setdefault(precision, {})[mode] = errors(probed, inputs, outputs, dtype, shapes)
    return table


def _outputs(network: Network, batches: Sequence[torch.Tensor]) -> Iterator[Named]:
    """For each batch: large ones, and in train mode, where a norm looks at its whole batch, one by one; else all
    together."""
    with torch.no_grad():
        if network.training or batches[0].numel() > LARGE:
            yield from (_named(network, batch) for batch in batches)
        else:
            found = _named(network, torch.cat(list(batches)))
            parts = zip(*(values.chunk(len(batches)) for values in found.values()), strict=True)
            yield from (dict(zip(found, part, strict=True)) for part in parts)


def _named(network: Network, values: torch.Tensor) -> Named:
    with seeded(0):  # what a network draws itself is the same for each element
        return network.activations(values) if network.kinds else {"": network(values)}


def _larger(one: float, other: float) -> float:
    """Not a number is larger than any."""
    return other if not other <= one else one
