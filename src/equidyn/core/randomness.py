"""Random numbers that a network draws itself, when it is built or used: the same ones each time, in any process.

What the code draws has a generator of its own everywhere; a model may also use those that belong to the process.
"""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def seeded(*place: int | str) -> Iterator[None]:
    """Within, the generators of torch, numpy and Python start from `place`; afterwards they go on as before.

    place: a seed, as it is; or several parts, such as seed and epoch, which give a seed of their own: not that of the
    epoch's batches, whose draws would be the same numbers. A seed may be any whole number that torch takes.
    """
    number = place[0] if len(place) == 1 and isinstance(place[0], int) else _number(place)
    kept = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(number)
        np.random.seed(number % 2**32)
        random.seed(number)
        try:
            yield
        finally:
            random.setstate(kept[0])
            np.random.set_state(kept[1])


def generator(*place: int | str) -> torch.Generator:
    """A generator of its own, at the same start as those within `seeded`."""
    return torch.Generator().manual_seed(_number(place))


def _number(place: tuple[int | str, ...]) -> int:
    return int.from_bytes(hashlib.sha256(repr(place).encode()).digest()[:8])
