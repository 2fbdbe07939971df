"""What each auto-encoder makes of a few test images, kept for the report."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Reconstructions:
    """Test images of different digits before and after an auto-encoder, 0 for paper and 1 for ink; row 0 is the top.

    inputs, upright: (image, y, x), as they are and as reconstructed. turned_inputs, turned: (image, turn, y, x), the
    same after one, two and three quarter turns. traversal: (latent, step, y, x), the first image decoded with one
    latent moved by -2, -1, 0, 1 and 2 of its standard deviations over the test images. attention: (image, 4), weights
    over the orbit, of a network that has them.
    """

    inputs: np.ndarray
    upright: np.ndarray
    turned_inputs: np.ndarray
    turned: np.ndarray
    traversal: np.ndarray
    attention: np.ndarray | None = None
