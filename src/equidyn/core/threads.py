"""How many threads a job computes with: as many as its rule declares."""

import os

import torch
from threadpoolctl import threadpool_limits


def use_threads(threads: int) -> None:
    """Exactly so many, in torch, in numpy, and in libraries that start theirs later."""
    os.environ["OMP_NUM_THREADS"] = str(threads)  # for those that start later
    torch.set_num_threads(threads)
    threadpool_limits(threads, user_api="blas")  # of numpy, whose last digits depend on their number
