"""The user's own data: travelling waves on a square grid, written as npy. `python my_lab/waves.py` makes them."""

from pathlib import Path

import numpy as np

SIMULATIONS, TIMES, SIDE = 16, 8, 8


def waves() -> np.ndarray:
    """(simulation, time, y, x, component) float64: an order of axes that params.yaml declares."""
    random = np.random.default_rng(0)
    time, y, x = np.meshgrid(np.arange(TIMES), np.arange(SIDE), np.arange(SIDE), indexing="ij")
    phases = random.uniform(0, 6, (SIMULATIONS, 2))
    return np.stack(
        [
            np.stack([np.sin(0.4 * x + 0.7 * y + time + one), np.cos(0.6 * x - 0.3 * y + time + other)], axis=-1)
            for one, other in phases
        ]
    )


if __name__ == "__main__":
    Path("my_data").mkdir(exist_ok=True)
    np.save("my_data/waves.npy", waves())
