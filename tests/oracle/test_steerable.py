"""Known answers of the steerable kernels: the exact spaces, the e2cnn package, and what tying does."""

import numpy as np
import pytest
import torch

from equidyn.domains.smoke.audit.models.rsteer import published_basis
from equidyn.grids.kernels import source_action
from equidyn.grids.steerable import RelaxedSteerableKernel, SteerableKernel, neighbours
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4, D4, Group
from equidyn.symmetry.harmonics import ring_harmonics
from equidyn.symmetry.orbits import Orbits, intertwiners, reynolds

COUNTS = {("regular", "regular"): 24, ("vector", "regular"): 12, ("regular", "vector"): 12, ("vector", "vector"): 8}
PAIRS = list(COUNTS)


def _ends(source: str, target: str, group: Group = C4) -> tuple[FieldType, FieldType]:
    return FieldType(group, target, 1), FieldType(group, source, 1)


def _exact(outputs: FieldType, inputs: FieldType, side: int) -> Orbits:
    return intertwiners(outputs.action, source_action(inputs, side))


def _flat(kernels: np.ndarray) -> np.ndarray:
    return kernels.reshape(len(kernels), -1).astype(np.float64)


@pytest.mark.parametrize("group", [C4, D4], ids=["C4", "D4"])
@pytest.mark.parametrize("side", [1, 3, 5])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_harmonics_are_an_orthonormal_basis_inside_the_exact_space(source, target, side, group):
    outputs, inputs = _ends(source, target, group)
    kernels = ring_harmonics(outputs, inputs, side)
    assert np.abs(_flat(kernels) @ _flat(kernels).T - np.eye(len(kernels))).max() < 1e-14
    for precision in (np.float64, np.float32):  # rounding keeps them exact
        entries, action = _flat(kernels).astype(precision), outputs.action @ source_action(inputs, side)
        assert all(
            (entries[:, source] * sign == entries).all()
            for source, sign in zip(action.source, action.sign, strict=True)
        )


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_number_of_harmonics_on_3_x_3(source, target):
    outputs, inputs = _ends(source, target)
    assert len(ring_harmonics(outputs, inputs, 3)) == COUNTS[source, target]
    everything = _exact(outputs, inputs, 3).count
    assert len(ring_harmonics(outputs, inputs, 3, limits=(0, 4))) == everything  # no band limit: the exact space
    assert len(ring_harmonics(outputs, inputs, 3, limits=(0, 0))) < COUNTS[source, target]


def test_scalar_harmonics_are_the_textbook_ones():
    """Between scalars on 3 x 3: the centre and the ring, nothing that turns."""
    scalar = FieldType(C4, "scalar", 1)
    centre, ring = ring_harmonics(scalar, scalar, 3)[:, 0, 0]
    corner = np.exp(-0.5 * ((2**0.5 - 1) / 0.4) ** 2)
    profile = np.array([[corner, 1, corner], [1, 0, 1], [corner, 1, corner]])
    assert np.allclose(centre, np.eye(9)[4].reshape(3, 3))
    assert np.allclose(ring, profile / np.linalg.norm(profile))


def test_harmonics_need_a_limit_for_each_ring():
    scalar = FieldType(C4, "scalar", 1)
    with pytest.raises(ValueError, match="5 x 5 pixels have 3 rings, but there are 2 limits"):
        ring_harmonics(scalar, scalar, 5, limits=(0, 2))


def _package_kernels(source: str, target: str, side: int) -> np.ndarray:
    """The kernels of the e2cnn package between two of its fields, (count, out_dim, in_dim, k, k), flipped.

    Its rows grow downwards: it turns the image the other way. With the rows flipped its action is ours.
    """
    from e2cnn.gspaces import Rot2dOnR2
    from e2cnn.nn import FieldType as PackageType
    from e2cnn.nn import R2Conv

    space = Rot2dOnR2(N=4)
    kinds = {"regular": space.regular_repr, "vector": space.irrep(1)}
    layer = R2Conv(PackageType(space, [kinds[source]]), PackageType(space, [kinds[target]]), side, initialize=False)
    weights = torch.eye(layer.weights.numel())
    kernels = torch.stack([layer.basisexpansion(weight) for weight in weights])
    return kernels.flatten(3).unflatten(-1, (side, side)).numpy()[..., ::-1, :]


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")
@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_package_kernels_lie_in_our_exact_space_and_span_our_harmonics(source, target, side):
    outputs, inputs = _ends(source, target)
    theirs, ours = _flat(_package_kernels(source, target, side)), _flat(ring_harmonics(outputs, inputs, side))
    exact = _exact(outputs, inputs, side).basis()
    assert len(theirs) == len(ours) == np.linalg.matrix_rank(theirs, tol=1e-3)
    for basis in (exact, ours):
        rest = theirs - theirs @ basis.T @ basis
        assert (np.linalg.norm(rest, axis=1) < 1e-6 * np.linalg.norm(theirs, axis=1)).all()


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")
def test_package_kernels_impose_the_other_sign_of_the_vector_action():
    """Unflipped, those of frequency 1 lie outside our space: e2cnn turns the image the other way.

    Of frequencies 0 and 2 both turns make the same.
    """
    outputs, inputs = _ends("vector", "regular")
    theirs = _flat(_package_kernels("vector", "regular", 3)[..., ::-1, :])
    exact = _exact(outputs, inputs, 3).basis()
    outside = np.linalg.norm(theirs - theirs @ exact.T @ exact, axis=1) / np.linalg.norm(theirs, axis=1)
    assert sorted(outside.round(6)) == [0] * 8 + [1] * 4


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_published_scale_is_that_of_the_package(source, target):
    """The norm that all kernels together have in each direction of the output field."""
    inputs, outputs = FieldType(C4, source, 1), FieldType(C4, target, 1)
    theirs, ours = _package_kernels(source, target, 3), published_basis(inputs, outputs, 3)
    norms = [np.einsum("bdeyx,bceyx->dc", kernels, kernels) for kernels in (theirs, ours)]
    assert np.allclose(*norms, atol=1e-5)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_relaxed_weights_are_independent_and_free_the_kernel_outside_the_centre(source, target):
    inputs, outputs = FieldType(C4, source, 1), FieldType(C4, target, 1)
    layer = RelaxedSteerableKernel(inputs, outputs, 3)
    pair = inputs.dimension * outputs.dimension
    centre = intertwiners(outputs.action, inputs.action).count
    assert layer.weight.shape[-1] == np.linalg.matrix_rank(_flat(layer.basis.numpy()))
    assert layer.weight.shape[-1] == 8 * pair + centre


@pytest.mark.parametrize("side", [1, 3, 5])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_penalty_is_zero_when_and_only_when_all_weights_are_tied(source, target, side):
    layer = RelaxedSteerableKernel(FieldType(C4, source, 2), FieldType(C4, target, 3), side)
    assert layer.penalty() == 0
    assert sum(layer.places) == layer.weight.shape[-1]
    # Connected neighbours: the Laplacian of their graph has one constant vector for each steerable kernel, no more.
    first, second = layer.neighbours
    edges = torch.zeros(len(first), layer.weight.shape[-1], dtype=torch.float64)
    edges[torch.arange(len(first)), first] += 1
    edges[torch.arange(len(first)), second] -= 1
    assert torch.linalg.matrix_rank(edges).item() == layer.weight.shape[-1] - len(layer.places)


def test_neighbours_on_3_x_3_are_as_near_as_can_be():
    """1 pixel along the ring, sqrt(2) between the four sides, 2 between the four corners."""
    y, x = np.indices((3, 3))
    sides, corners = np.abs(y - 1) + np.abs(x - 1) == 1, np.abs((y - 1) * (x - 1)) == 1
    live = np.stack([sides | corners, sides, corners])
    spots = np.argwhere(live)[:, 1:]
    first, second = neighbours(live)
    distances = np.square(spots[first] - spots[second]).sum(1)
    assert sorted(distances.tolist()) == [1] * 8 + [2] * 4 + [4] * 4


@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_rsteer_starts_as_the_e2cnn_of_the_same_seed(source, target, side):
    inputs, outputs = FieldType(C4, source, 2), FieldType(C4, target, 3)
    torch.manual_seed(0)
    strict = SteerableKernel(inputs, outputs, side)
    torch.manual_seed(0)
    relaxed = RelaxedSteerableKernel(inputs, outputs, side)
    assert torch.allclose(strict(), relaxed(), atol=1e-7)
    spread = max(weights.std(-1).max().item() for weights in relaxed.relaxed_weights() if weights.shape[-1] > 1)
    assert spread < 1e-7


def test_one_untied_weight_breaks_the_symmetry():
    regular = FieldType(C4, "regular", 1)
    layer = RelaxedSteerableKernel(regular, regular, 3)
    for index in (4, 40, 131):  # on the ring: constant, turning once, turning twice
        weight = layer.weight.detach().clone()
        layer.weight.data[..., index] += 1
        matrix = layer().detach().numpy().reshape(4, -1)
        assert np.abs(matrix - reynolds(matrix, regular.action, source_action(regular, 3))).max() > 1e-2
        assert layer.penalty() > 0
        layer.weight.data.copy_(weight)


def test_kernels_start_with_the_size_of_a_plain_convolution():
    """Uniform in +-1/sqrt(fan in) has variance 1 / (3 fan in), whatever the family."""
    torch.manual_seed(0)
    for source, target in (("regular", "regular"), ("vector", "regular"), ("regular", "vector")):
        inputs, outputs = FieldType(C4, source, 16), FieldType(C4, target, 40)
        for layer in (SteerableKernel(inputs, outputs, 3), RelaxedSteerableKernel(inputs, outputs, 3)):
            kernel = layer()
            assert kernel.square().mean().item() * 3 * kernel[0].numel() == pytest.approx(1, rel=0.05)
