"""How far a network for super-resolution is from commuting with the rotations of the cube: those that it imposes.

A net that takes the components of velocity for scalars may be exact by its own lights, and yet not have the symmetry of
a velocity field: for such nets the error with vectors turned is told as well.
"""

import torch

from equidyn.domains.turbulence.models.upscaler import Upscaler
from equidyn.symmetry.fields import BoxType

SIDES = (3, 4)
TRUE = "vectors turned"  # how a velocity field turns
_ACTIONS = {"vector": TRUE, "scalar": "components as scalars"}


def group(network: Upscaler, inputs: BoxType) -> str:
    """The action that the network imposes; for plain ones that of a velocity field."""
    return f"the 24 rotations of the cube, {_ACTIONS[network.imposed_inputs.kind]}"


def errors(network: Upscaler, inputs: BoxType, outputs: BoxType, dtype: torch.dtype) -> dict[str, float]:
    """Size of the coarse grid, in words -> relative error under the action that the network imposes."""
    return _by_side(network, network.imposed_inputs, network.imposed_outputs, dtype)


def also(network: Upscaler, inputs: BoxType, outputs: BoxType, dtype: torch.dtype) -> dict[str, dict[str, float]]:
    """Name of another action that matters -> errors() under it: the true one, for nets that impose something else."""
    if network.imposed_inputs == inputs:
        return {}
    return {TRUE: _by_side(network, inputs, outputs, dtype)}


def relative_error(network: Upscaler, coarse: torch.Tensor, inputs: BoxType, outputs: BoxType) -> float:
    """max_g ||f(g x) - g f(x)|| / ||f(x)|| on coarse (batch, inputs.channels, n, n, n)."""
    turned = [inputs.act(coarse, element) for element in range(inputs.order)]
    with torch.no_grad():
        # In train mode a norm looks at its whole batch, and so must be asked one question at a time.
        answers = [network(question) for question in turned] if network.training else _together(network, turned)
    gaps = (answer - outputs.act(answers[0], element) for element, answer in enumerate(answers))
    return max((gap.norm() / answers[0].norm()).item() for gap in gaps)


def _together(network: Upscaler, questions: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    return network(torch.cat(questions)).chunk(len(questions))


def noise(inputs: BoxType, dtype: torch.dtype, side: int = min(SIDES)) -> torch.Tensor:
    """Noise, the same at each call: the largest test of a symmetry, having no symmetry itself."""
    generator = torch.Generator().manual_seed(side)
    return torch.randn(2, inputs.channels, side, side, side, generator=generator, dtype=dtype)


def _by_side(network: Upscaler, inputs: BoxType, outputs: BoxType, dtype: torch.dtype) -> dict[str, float]:
    sides = SIDES[:1] if network.training else SIDES  # the slower mode, on one size
    fields = {f"{side}^3 coarse voxels": noise(inputs, dtype, side) for side in sides}
    return {name: relative_error(network, coarse, inputs, outputs) for name, coarse in fields.items()}
