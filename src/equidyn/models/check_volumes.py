"""How far a network for super-resolution is from commuting with the rotations of the cube: those that it imposes.

A net that takes the components of velocity for scalars may be exact by its own lights, and yet not have the symmetry of
a velocity field: for such nets the error with vectors turned is told as well.
"""

import torch

from equidyn.models.upscaler import Upscaler
from equidyn.symmetry.volumes import VolumeType

SIDES = (3, 4)
TRUE = "vectors turned"  # how a velocity field turns
_ACTIONS = {"vector": TRUE, "scalar": "components as scalars"}


def group(network: Upscaler, inputs: VolumeType) -> str:
    """The action that the network imposes; for plain ones that of a velocity field."""
    return f"the 24 rotations of the cube, {_ACTIONS[network.imposed_inputs.kind]}"


def errors(network: Upscaler, inputs: VolumeType, outputs: VolumeType, dtype: torch.dtype) -> dict[str, float]:
    """Size of the coarse grid, in words -> relative error under the action that the network imposes."""
    return _by_side(network, network.imposed_inputs, network.imposed_outputs, dtype)


def also(network: Upscaler, inputs: VolumeType, outputs: VolumeType, dtype: torch.dtype) -> dict[str, dict[str, float]]:
    """Name of another action that matters -> errors() under it: the true one, for nets that impose something else."""
    if network.imposed_inputs == inputs:
        return {}
    return {TRUE: _by_side(network, inputs, outputs, dtype)}


def relative_error(network: Upscaler, coarse: torch.Tensor, inputs: VolumeType, outputs: VolumeType) -> float:
    """max_g ||f(g x) - g f(x)|| / ||f(x)|| on coarse (batch, inputs.channels, n, n, n)."""
    with torch.no_grad():
        answer = network(coarse)
        gaps = (
            (network(inputs.turn(coarse, element)) - outputs.turn(answer, element)).norm()
            for element in range(1, inputs.order)
        )
        return max((gap / answer.norm()).item() for gap in gaps)


def noise(inputs: VolumeType, dtype: torch.dtype, side: int = min(SIDES)) -> torch.Tensor:
    """Noise, the same at each call: the largest test of a symmetry, having no symmetry itself."""
    generator = torch.Generator().manual_seed(side)
    return torch.randn(2, inputs.channels, side, side, side, generator=generator, dtype=dtype)


def _by_side(network: Upscaler, inputs: VolumeType, outputs: VolumeType, dtype: torch.dtype) -> dict[str, float]:
    fields = {f"{side}^3 coarse voxels": noise(inputs, dtype, side) for side in SIDES}
    return {name: relative_error(network, coarse, inputs, outputs) for name, coarse in fields.items()}
