"""The precision in which layers compute."""

import torch


def in_arithmetic(tensor: torch.Tensor | None) -> torch.Tensor | None:
    """In the precision of autocast where that is on, as it does itself with the operands of torch's convolutions.

    Done here to a weight, it need not be done again and again.
    """
    if tensor is None or tensor.dtype != torch.float32 or not torch.is_autocast_enabled(tensor.device.type):
        return tensor
    return tensor.to(torch.get_autocast_dtype(tensor.device.type))
