"""The Lie derivative of a map: how far it is from commuting with infinitesimal motions.

The local equivariance error of Gruver et al. 2022 (arXiv 2210.02984): d/dt rho_out(-t) f(rho_in(t) x) at t = 0, which
is J_f(x) [G_in x] - G_out f(x) with the generators G of symmetry/generator.py.
"""

from collections.abc import Callable

import torch

from equidyn.symmetry.directional import directional

Map = Callable[[torch.Tensor], torch.Tensor]
# (f, point, direction) -> f(point), J_f(point) [direction]
Derivative = Callable[[Map, torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def lie_derivative(
    function: Map, field: torch.Tensor, motion: Map, answering: Map, derivative: Derivative = directional
) -> tuple[torch.Tensor, torch.Tensor]:
    """f(x) and Lf(x) = J_f(x) [G_in x] - G_out f(x), of the shape of f(x), per unit of the motion.

    motion, answering: G_in and G_out, linear maps of fields.
    """
    answer, change = derivative(function, field, motion(field))
    return answer, change - answering(answer)
