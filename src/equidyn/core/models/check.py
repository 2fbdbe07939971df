"""`equidyn check`: is a strict variant exact? Parameters and relative error of freshly built networks.

How far a network is from its symmetry is measured by a file per type of input: check_fields.py, check_sets.py,
check_images.py and check_volumes.py.
"""

from copy import deepcopy
from typing import Any

import torch

from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params.params import Params
from equidyn.core.training.task import io_types
from equidyn.domains.digits.models import check_images
from equidyn.domains.sets.models import check_sets
from equidyn.domains.smoke.models import check_fields
from equidyn.domains.turbulence.models import check_volumes
from equidyn.symmetry.fields import BoxType, FieldType
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import SetType

PRECISIONS = {"float32": torch.float32, "float64": torch.float64}
TOLERANCE = 1e-12  # of strict variants, relative, in float64
_PROBES = {FieldType: check_fields, SetType: check_sets, ImageType: check_images, BoxType: check_volumes}


def run(params: Params, variant: str | None = None) -> list[dict[str, Any]]:
    """One entry per variant and study: {variant, study} and what `symmetry` finds."""
    return [
        _entry(params, study, name)
        for study in params.studies
        for name in params.studies[study].variants
        if variant in (None, name)
    ]


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


def symmetry(network: Network, inputs: Any, outputs: Any) -> dict[str, Any]:
    """{parameters, strict, group, error: {dtype: {mode: {case: error}}}, also} of a network, which is left as it is.

    group: the group whose error it is: the one that the network imposes, or that of the data for plain ones.
    also: name of another action, which the network need not have -> the same as `error` under it; mostly empty.
    """
    probe = _PROBES[type(inputs)]
    answer = {"parameters": count_parameters(network.settled()), "strict": network.strict}
    answer |= {"group": probe.group(network, inputs), "error": {}, "also": {}}
    for precision, dtype in PRECISIONS.items():
        for mode in ("train", "eval"):
            probed = deepcopy(network).to(dtype).train(mode == "train")
            _put(answer["error"], precision, mode, probe.errors(probed, inputs, outputs, dtype))
            others = probe.also(probed, inputs, outputs, dtype) if hasattr(probe, "also") else {}
            for name, cases in others.items():
                _put(answer["also"].setdefault(name, {}), precision, mode, cases)
    return answer


def _entry(params: Params, study: str, name: str) -> dict[str, Any]:
    inputs, outputs = io_types(params.studies[study])
    network = build_network(params.studies[study], name, inputs, outputs, seed=0)
    with torch.no_grad():
        network(_PROBES[type(inputs)].noise(inputs, torch.float32))  # moves the batch statistics, if there are any
    return {"variant": name, "study": study} | symmetry(network, inputs, outputs)


def _put(table: dict[str, Any], precision: str, mode: str, cases: dict[str, float]) -> None:
    table.setdefault(precision, {})[mode] = cases
