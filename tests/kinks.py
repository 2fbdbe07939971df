"""Which side of each kink a computation takes, so that another one can be made on the same sides.

A ReLU, and a maximum over a window, have no derivative where two sides meet. A unit that lies within rounding of such a
place may fall on either side, by which all gradients jump by that unit's share, far more than by rounding: so
gradients of two arithmetics can be compared only on the same sides. That no unit changed its side without being near
enough is told by `furthest`.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

RELU, MAXIMUM = ("aten::relu", "aten::relu_"), "aten::max_pool2d_with_indices"
LEAST = 1e-300  # stands for a unit that must be above 0, and is not


class Sides(TorchDispatchMode):
    """Within `with Sides() as first:` sides are noted; within `with Sides(first.taken) as second:` taken again.

    taken: one mask of units above 0 per ReLU, one index of largest numbers per maximum. furthest: by how much a unit
    was moved to its side, over the root mean square of its layer. narrow: tensors made in bf16 so far.
    """

    def __init__(self, known: Sequence[torch.Tensor] | None = None) -> None:
        super().__init__()
        self.taken: list[torch.Tensor] = []
        self.known = None if known is None else iter(known)
        self.furthest, self.narrow = 0.0, 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here: torch's compiler need not be loaded, which takes longer than all the rest."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        """Every operation of torch that is carried out, backward ones too."""
        name = func._schema.name
        if name in RELU:
            self._relu(args[0])
        if name == MAXIMUM and self.known is not None:
            return self._maximum(args[0], next(self.known))
        answer = func(*args, **(kwargs or {}))
        if name == MAXIMUM:
            self.taken.append(answer[1])
        made = isinstance(answer, torch.Tensor) and func._schema.returns[0].alias_info is None  # no view
        self.narrow += made and answer.dtype == torch.bfloat16
        return answer

    def _relu(self, units: torch.Tensor) -> None:
        """Note which units are above 0, or move those that must be; what ReLU and its derivative do then follows."""
        if self.known is None:
            self.taken.append(units > 0)
            return
        above = next(self.known)
        moved = torch.where(above, units.clamp(min=LEAST), units.clamp(max=0))
        self._moved((moved - units).abs().max(), units)
        units.copy_(moved)

    def _maximum(self, units: torch.Tensor, chosen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The chosen units of (..., y, x), as if they were the largest of their windows."""
        largest = units.flatten(-2).gather(-1, chosen.flatten(-2)).view(chosen.shape)
        return largest, chosen

    def _moved(self, distance: torch.Tensor, units: torch.Tensor) -> None:
        if distance > LEAST:
            self.furthest = max(self.furthest, float(distance / units.square().mean().sqrt()))
