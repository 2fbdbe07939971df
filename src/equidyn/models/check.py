"""`equidyn check`: is a strict variant exact? Parameters and relative error of freshly built networks.

How far a network is from its symmetry is measured by a file per type of input: check_fields.py, check_sets.py and
check_images.py.
"""

from copy import deepcopy
from typing import Any

import torch

from equidyn.models import check_fields, check_images, check_sets
from equidyn.models.ends import ends
from equidyn.models.network import Network
from equidyn.models.registry import build_network, count_parameters
from equidyn.params.study import Params
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import SetType

PRECISIONS = {"float32": torch.float32, "float64": torch.float64}
TOLERANCE = 1e-12  # of strict variants, relative, in float64
_PROBES = {FieldType: check_fields, SetType: check_sets, ImageType: check_images}


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
    """{parameters, strict, group, error: {dtype: {mode: {case: error}}}} of a network, which is left as it is.

    group: the group whose error it is: the one that the network imposes, or that of the data for plain ones.
    """
    probe = _PROBES[type(inputs)]
    error = {
        precision: {mode: _errors(network, dtype, mode, inputs, outputs) for mode in ("train", "eval")}
        for precision, dtype in PRECISIONS.items()
    }
    parameters = count_parameters(network.settled())
    return {"parameters": parameters, "strict": network.strict, "group": probe.group(network, inputs), "error": error}


def _entry(params: Params, study: str, name: str) -> dict[str, Any]:
    inputs, outputs = ends(params.studies[study])
    network = build_network(params.studies[study].variants[name], inputs, outputs, seed=0)
    with torch.no_grad():
        network(_PROBES[type(inputs)].noise(inputs, torch.float32))  # moves the batch statistics, if there are any
    return {"variant": name, "study": study} | symmetry(network, inputs, outputs)


def _errors(network: Network, dtype: torch.dtype, mode: str, inputs: Any, outputs: Any) -> dict[str, float]:
    probed = deepcopy(network).to(dtype).train(mode == "train")
    return _PROBES[type(inputs)].errors(probed, inputs, outputs, dtype)
