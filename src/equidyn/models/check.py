"""`equidyn check`: is a strict variant exact? Parameters and relative C4 error of freshly built networks."""

from copy import deepcopy
from typing import Any

import torch

from equidyn.models.registry import build_network, count_parameters
from equidyn.models.stack import ConvStack
from equidyn.params.study import Params
from equidyn.symmetry.fields import FieldType

SIDES = (16, 32, 64)
PRECISIONS = {"float32": torch.float32, "float64": torch.float64}
TOLERANCE = 1e-12  # of strict variants, relative, in float64


def run(params: Params, variant: str | None = None) -> list[dict[str, Any]]:
    """One entry per variant and study: {variant, study, parameters, strict, error: {dtype: {mode: {side: error}}}}."""
    return [
        _entry(params, study, name)
        for study in params.studies
        for name in params.studies[study].variants
        if variant in (None, name)
    ]


def failures(entries: list[dict[str, Any]], tolerance: float = TOLERANCE) -> list[str]:
    """Strict variants whose float64 error exceeds the tolerance (or is not a number) anywhere."""
    return [
        f"{label(entry)}: {mode} mode, {side} pixels: {error:.1e} > {tolerance:.0e}"
        for entry in entries
        if entry["strict"]
        for mode, sides in entry["error"]["float64"].items()
        for side, error in sides.items()
        if not error <= tolerance
    ]


def relative_error(network: ConvStack, field: torch.Tensor, inputs: FieldType, outputs: FieldType) -> float:
    """max_g ||f(g x) - g f(x)|| / ||f(x)|| on field (batch, inputs.channels, n, n)."""
    with torch.no_grad():
        answer = network(field)
        gaps = [network(inputs.turn(field, turns)) - outputs.turn(answer, turns) for turns in (1, 2, 3)]
    return max((gap.norm() / answer.norm()).item() for gap in gaps)


def label(entry: dict[str, Any]) -> str:
    """What was checked: STUDY/VARIANT, or the checkpoint of a training run."""
    if "checkpoint" not in entry:
        return f"{entry['study']}/{entry['variant']}"
    return f"{entry['study']}/{entry['dataset']}/{entry['variant']}/{entry['seed']} {entry['checkpoint']}"


def symmetry(network: ConvStack, inputs: FieldType, outputs: FieldType) -> dict[str, Any]:
    """{parameters, strict, error: {dtype: {mode: {side: error}}}} of a network, which is left as it is."""
    error = {
        precision: {mode: _by_side(deepcopy(network).to(dtype), mode, inputs, outputs) for mode in ("train", "eval")}
        for precision, dtype in PRECISIONS.items()
    }
    return {"parameters": count_parameters(network.settled()), "strict": network.strict, "error": error}


def _entry(params: Params, study: str, name: str) -> dict[str, Any]:
    inputs = FieldType("vector", params.studies[study].task.input_frames)
    outputs = FieldType("vector", 1)
    network = build_network(params.studies[study].variants[name], inputs, outputs, seed=0)
    with torch.no_grad():
        network(_field(inputs, min(SIDES), torch.float32))  # moves the batch statistics, if there are any
    return {"variant": name, "study": study} | symmetry(network, inputs, outputs)


def _by_side(network: ConvStack, mode: str, inputs: FieldType, outputs: FieldType) -> dict[str, float]:
    network.train(mode == "train")
    dtype = next(network.parameters()).dtype
    return {str(side): relative_error(network, _field(inputs, side, dtype), inputs, outputs) for side in SIDES}


def _field(inputs: FieldType, side: int, dtype: torch.dtype) -> torch.Tensor:
    """Noise, the same at each call: the largest test of a symmetry, having no symmetry itself."""
    generator = torch.Generator().manual_seed(side)
    return torch.randn(2, inputs.channels, side, side, generator=generator, dtype=dtype)
