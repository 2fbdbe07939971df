"""Measures of anyone's torch model: a module, or any function of a tensor, with a batch of one's own.

Nothing of the pipeline is needed: these functions take tensors, and call what the pipeline's measures call. What they
have in common:

model: an nn.Module on any device, in any floating type, or a function of a tensor. It is measured in eval mode, or with
mode="train" in train mode; its parameters, buffers, gradients and modes, and the random numbers to come, are left as
they were. A model that draws random numbers, as dropout does in train mode, is refused. Compiled modules run without
the compiler.
select: which part of the answer is meant, if that is no tensor: a key or index, or a function of the answer.
Errors: ValueError, in words, for whatever cannot be measured.
"""

from equidyn.api.curvature import hessian, sharpness
from equidyn.api.equivariance import decomposition, equivariance_error
from equidyn.api.layers import distance
from equidyn.api.lie import lie_derivative
from equidyn.api.load import load_dataset, load_run
from equidyn.core.models.network import Network

__all__ = [
    "Network",
    "decomposition",
    "distance",
    "equivariance_error",
    "hessian",
    "lie_derivative",
    "load_dataset",
    "load_run",
    "sharpness",
]
