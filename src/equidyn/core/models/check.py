"""`equidyn check`: is a strict variant exact? Parameters and relative error of freshly built networks.

Nothing here knows a kind of data: how a group acts on what a network maps is said by its types (symmetry/group_action),
and which of its inner activations are equivariant, too, by the network.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch

from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params.params import Params
from equidyn.core.randomness import seeded
from equidyn.core.threads import use_threads
from equidyn.core.training.task import io_types
from equidyn.symmetry.error import ratio
from equidyn.symmetry.group_action import GroupAction

TOLERANCE = 1e-12  # of strict variants, relative, in float64
WAYS = (("float32", "eval"), ("float64", "train"), ("float64", "eval"))  # precision and mode
RANDOM = 2  # random elements of a group that has too many to look at all
Named = dict[str, torch.Tensor]


def run(params: Params, variant: str | None = None) -> list[dict[str, Any]]:
    """One entry per variant and study: {variant, study} and what `symmetry` finds.

    Networks that are built alike between the same types are looked at once.
    """
    use_threads(params.compute.threads)
    found: dict[Any, dict[str, Any]] = {}
    entries = []
    for study, settings in params.studies.items():
        types = io_types(settings)
        for name, wanted in settings.variants.items():
            if variant in (None, name):
                key = (settings.domain, wanted.model, repr(wanted.options), repr(wanted.impose), types)
                if key not in found:
                    found[key] = _fresh(build_network(settings, name, *types, seed=0), *types)
                entries.append({"variant": name, "study": study} | found[key])
    return entries


def failures(entries: list[dict[str, Any]], tolerance: float = TOLERANCE) -> list[str]:
    """Strict variants whose float64 error exceeds the tolerance (or is not a number) anywhere."""
    return [
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
    return f"{entry['study']}/{entry['dataset']}/{entry['variant']}/{entry['seed']} {entry['checkpoint']}"


def symmetry(network: Network, inputs: GroupAction, outputs: GroupAction) -> dict[str, Any]:
    """{parameters, strict, group, error: {precision: {mode: {case: error}}}, also}; the network is left as it is.

    group: under which it is: the one that the network imposes, or that of the data for plain ones.
    also: name of the action of the data, where the network imposes another -> the same as `error` under it.
    """
    types = imposed(network, inputs, outputs)
    answer = {"parameters": count_parameters(network.deployed()), "strict": network.strict}
    answer |= {"group": types[0].group_name, "error": _by_way(network, *types)}
    if types[0].group_name == inputs.group_name:
        return answer | {"also": {}}
    return answer | {"also": {inputs.group_name: _by_way(network, inputs, outputs)}}


def errors(
    network: Network, inputs: GroupAction, outputs: GroupAction, dtype: torch.dtype = torch.float64
) -> dict[str, float]:
    """Case -> max_g ||f(g x) - g f(x)|| / ||f(x)|| over noise x, for a network of this precision; 0 / 0 is 0, exact.

    Cases are the shapes that the type of the inputs proposes, or the activations that the network names.
    """
    shapes = inputs.example_shapes().items()
    parts = [(case, relative_errors(network, noise(inputs, dtype, case), inputs, outputs)) for case, _ in shapes]
    return {name or case: error for case, found in parts for name, error in found.items()}


def relative_errors(
    network: Network, values: torch.Tensor, inputs: GroupAction, outputs: GroupAction
) -> dict[str, float]:
    """Name of an activation, "" for the answer of a network that names none -> its error on `values`."""
    kinds = {name: kind for name, kind in network.kinds.items() if kind is not None} or {"": outputs}
    elements = inputs.elements_to_check(RANDOM, np.random.default_rng(0))
    predictions = _outputs(network, [inputs.act(values, element) for element in elements])
    first, largest = next(predictions), dict.fromkeys(kinds, 0.0)
    for element, found in zip(elements[1:], predictions, strict=True):
        for name, kind in kinds.items():
            gap = found[name] - kind.act(first[name], element)
            largest[name] = _larger(largest[name], ratio(gap.norm(), first[name].norm()))
    return largest


def noise(inputs: GroupAction, dtype: torch.dtype, case: str | None = None) -> torch.Tensor:
    """Noise, the same at each call: the largest test of a symmetry, having no symmetry itself. None: the first case."""
    shapes = inputs.example_shapes()
    generator = torch.Generator().manual_seed(0)
    return torch.randn(shapes[case or next(iter(shapes))], generator=generator, dtype=dtype)


def _fresh(network: Network, inputs: GroupAction, outputs: GroupAction) -> dict[str, Any]:
    with torch.no_grad(), seeded(0):
        network(noise(inputs, torch.float32))  # moves the batch statistics, if there are any
    return symmetry(network, inputs, outputs)


def imposed(network: Network, inputs: GroupAction, outputs: GroupAction) -> tuple[GroupAction, GroupAction]:
    """The types under whose action a network is exact if it is strict; those given, if it names none."""
    return network.imposed_inputs or inputs, network.imposed_outputs or outputs


def _by_way(network: Network, inputs: GroupAction, outputs: GroupAction) -> dict[str, dict[str, dict[str, float]]]:
    table: dict[str, dict[str, dict[str, float]]] = {}
    for precision, mode in WAYS:
        dtype = getattr(torch, precision)
        probed = deepcopy(network).to(dtype).train(mode == "train")
        table.setdefault(precision, {})[mode] = errors(probed, inputs, outputs, dtype)
    return table


def _outputs(network: Network, batches: Sequence[torch.Tensor]) -> Iterator[Named]:
    """For each batch: in train mode one by one, since a norm looks at its whole batch; else all together."""
    with torch.no_grad():
        if network.training:
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
