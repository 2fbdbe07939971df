"""The layers of each family of nets: how a whole or a separable convolution between two types of fields is made.

Separable ones are as in [W23] (Wang et al. 2023, arXiv 2310.02299): regular fields are mixed over the group, then each
of their components has its own kernel, turned by its element.
"""

from equidyn.grids.bias import free_bias, invariant_bias
from equidyn.grids.conv import Conv, Separable
from equidyn.grids.convolve import SIDE
from equidyn.grids.kernels import FreeKernel, Kernel, OrbitKernel, fan_in
from equidyn.grids.relaxed import RelaxedKernel
from equidyn.grids.steerable import RelaxedSteerableKernel, SteerableKernel
from equidyn.symmetry.fields import FieldType


def plain_conv(inputs: FieldType, outputs: FieldType, side: int = SIDE, *, bias: bool = True) -> Conv:
    """A free kernel and, if it has one, a free bias."""
    return Conv(FreeKernel(inputs, outputs, side), free_bias(outputs, fan_in(inputs, side)) if bias else None)


def strict_conv(inputs: FieldType, outputs: FieldType, side: int = SIDE, *, bias: bool = True) -> Conv:
    """Cohen, Welling 2016 (arXiv 1602.07576): the exact space of equivariant kernels and biases."""
    return constrained(OrbitKernel(inputs, outputs, side), bias)


def relaxed_conv(inputs: FieldType, outputs: FieldType, side: int = SIDE, *, banks: int, bias: bool = True) -> Conv:
    """A kernel whose filter banks each group element weighs by itself."""
    return constrained(RelaxedKernel(inputs, outputs, side, banks), bias)


def steerable_conv(inputs: FieldType, outputs: FieldType, side: int = SIDE, *, bias: bool = True) -> Conv:
    """Weiler, Cesa 2019 (arXiv 1911.08251): circular harmonics, limited in frequency."""
    return constrained(SteerableKernel(inputs, outputs, side), bias)


def relaxed_steerable_conv(inputs: FieldType, outputs: FieldType, side: int = SIDE, *, bias: bool = True) -> Conv:
    """A weight for each harmonic and each position at which it does not vanish; the bias stays constrained."""
    return constrained(RelaxedSteerableKernel(inputs, outputs, side), bias)


def constrained(kernel: Kernel, bias: bool = True) -> Conv:
    """A kernel with a bias that commutes with the symmetry."""
    fan = fan_in(kernel.inputs, kernel.side)
    return Conv(kernel, invariant_bias(kernel.outputs, fan) if bias else None)


def strict_separable(inputs: FieldType, outputs: FieldType, side: int = SIDE) -> Separable:
    """mixing[g, h] = w[g^-1 h] for each pair of regular fields, and the kernel of component g is g(V)."""
    return Separable(OrbitKernel(inputs, outputs, 1), _own_kernels(outputs, side))


def relaxed_separable(
    inputs: FieldType, outputs: FieldType, side: int = SIDE, *, banks: int, relax_spatial: bool
) -> Separable:
    """mixing[g, h] = sum_l a_l(g) w_l[g^-1 h]; relax_spatial: the kernels are relaxed, too, by weights of their own."""
    mixing = RelaxedKernel(inputs, outputs, 1, banks)
    if not relax_spatial:
        return Separable(mixing, _own_kernels(outputs, side))
    return Separable(mixing, RelaxedKernel(outputs.of("scalar", 1), outputs, side, banks, _own_fan(outputs, side)))


def _own_kernels(outputs: FieldType, side: int) -> OrbitKernel:
    return OrbitKernel(outputs.of("scalar", 1), outputs, side, _own_fan(outputs, side))


def _own_fan(outputs: FieldType, side: int) -> float:
    """U(+-1/sqrt(n)) has the variance 1 / (3 n): with a third of the taps the product of the two factors has that of a
    whole kernel, and signals are as large as in nets that are not separable."""
    return side**outputs.group.dimension / 3
