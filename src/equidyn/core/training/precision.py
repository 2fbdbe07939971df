"""Which device and which arithmetic a job uses."""

import os
from contextlib import AbstractContextManager

import torch

from equidyn.core.errors import EquidynError
from equidyn.core.params.params import Compute
from equidyn.core.threads import use_threads


def device_of(compute: Compute) -> torch.device:
    """The device asked for; auto takes a GPU if there is one."""
    if compute.device == "cuda" and not torch.cuda.is_available():
        raise EquidynError("params.yaml: compute.device = 'cuda': this machine has no usable GPU; use auto or cpu")
    wanted = "cuda" if compute.device != "cpu" and torch.cuda.is_available() else "cpu"
    return torch.device(wanted)


def arithmetic(device: torch.device, precision: str) -> AbstractContextManager:
    """The autocast context of a training step: bf16 convolutions with float32 weights and loss, or plain float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


def set_up(compute: Compute) -> None:
    """Exactly the threads that the rule declares, and the same sums in the same order each time."""
    use_threads(compute.threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it, cuBLAS refuses to be deterministic
    # The same as use_deterministic_algorithms(True), which however loads torch's compiler: a second in every job.
    torch.set_deterministic_debug_mode("error")
    # With it, torch fills all memory that it gets with NaN, in case someone reads what nobody wrote: a tenth of a step.
    torch.utils.deterministic.fill_uninitialized_memory = False
