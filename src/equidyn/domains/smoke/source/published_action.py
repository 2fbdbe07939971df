"""The published turn of a velocity field, and data made to fit it. Imports no generator."""

import numpy as np


def under_published_action(velocity: np.ndarray) -> None:
    """Negate vy in place, so that the true action on the result is the published action on what was there.

    The published code turns a field's pixels by -theta and its vectors by +theta (PUBLISHED.md). With R(theta) the
    turn of vectors and S = diag(1, -1), S R(theta) S = R(-theta); pixels and components turn independently. So S times
    the true turn of S v by theta is v with its pixels turned by theta and its vectors by -theta, which is the published
    turn by -theta: at 90 and 270 degrees the true turn of v with the wrong sign. A net f on S v that commutes with
    the true action is thus a net S f S on v that commutes with the published one, and S changes no squared error.

    velocity: (simulation, time, 2, y, x).
    """
    np.negative(velocity[:, :, 1], out=velocity[:, :, 1])
