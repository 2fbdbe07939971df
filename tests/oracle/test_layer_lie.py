"""Known answers of the Lie derivatives of layers, in float64."""

from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional
from toy import randomised

from equidyn.core.data.labelled import Labelled
from equidyn.domains.digits.measures import layer_lie
from equidyn.domains.digits.measures.layer_lie import lie_derivatives, rotation, shift
from equidyn.domains.digits.models import digits_cnn, digits_gcnn
from equidyn.domains.digits.models.classifier import DigitClassifier
from equidyn.domains.digits.params import ClassifyImagesTask
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.task import ClassifyImages, Samples, classify_images_types
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.generator import rotation_generator, translation_generator
from equidyn.symmetry.groups import C4
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.motions import translated
from equidyn.symmetry.sets import Invariants

SIDE = 16
SCALAR = FieldType(C4, "scalar", 1)
DOWN, RIGHT = partial(shift, axis=-2), partial(shift, axis=-1)
MOTIONS = {"down": DOWN, "right": RIGHT, "rotation": rotation}
ROUND_OFF = 1e-12


class Layer(DigitClassifier):
    """A network of one activation, given as a function of images (sample, 1, side, side)."""

    def __init__(self, function, kind, stride: int | None = None) -> None:
        super().__init__()
        self.function, self.inputs, self.kinds = function, ImageType(SIDE), {"layer": kind}
        self.strides = {"layer": stride} if stride else {}

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Only "layer"."""
        return {"layer": self.function(images.unsqueeze(1))}


def _noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def _polynomial(coefficients: tuple[float, ...], side: int = SIDE) -> torch.Tensor:
    """a + b x + c y + d x^2 + e x y + f y^2, from the centre, (1, side, side)."""
    position = torch.arange(side).double() - (side - 1) / 2
    y, x = torch.meshgrid(position, position, indexing="ij")
    terms = (torch.ones_like(x), x, y, x**2, x * y, y**2)
    return sum(factor * term for factor, term in zip(coefficients, terms, strict=True))[None]


def _derivative(function, images: torch.Tensor, motion: str, kind=SCALAR, stride: int | None = 1) -> torch.Tensor:
    return lie_derivatives(Layer(function, kind, stride), images, MOTIONS[motion])["layer"][1]


def _subject(network: DigitClassifier, images: torch.Tensor) -> ClassifyImagesContext:
    ones = np.ones((1, SIDE, SIDE), dtype=np.float32), np.zeros(1, dtype=np.int64)
    task = ClassifyImages(
        ClassifyImagesTask(kind="classify_images"),
        Labelled(*ones, np.array([[[0, 1]] * 3]), {"checks": {"rms": {"train": 1.0}}}),
        torch.device("cpu"),
    )
    task.splits["test"] = Samples(images, torch.zeros(len(images), dtype=torch.int64))
    return ClassifyImagesContext(network.double().eval(), task)


@pytest.mark.parametrize("axis", [-2, -1])
def test_the_generator_of_a_shift_is_its_derivative(axis):
    """Of quadratic fields exactly, up to the walls: the mean slope of small shifts either way, with their sign."""
    field, h = _polynomial((1, 2, -1, 0.5, 0.3, -0.2), side=9), 0.25
    move = [(h, 0), (0, h)][axis + 2]
    there, back = (translated(field, *(way * length for length in move)) for way in (1, -1))
    found = translation_generator(field, axis)
    inner = (..., slice(1, -1), slice(1, -1))
    assert (found - (there - back) / (2 * h))[inner].abs().max() < ROUND_OFF
    x = torch.arange(9).double() - 4
    slopes = [(-1 + 0.3 * x + 2 * -0.2 * x[:, None]), (2 + 2 * 0.5 * x + 0.3 * x[:, None])]
    assert (found[0] + slopes[axis + 2]).abs().max() < ROUND_OFF


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_linear_map_of_each_pixel_commutes_with_every_motion(motion):
    assert _derivative(lambda maps: 3 * maps, _noise(2, SIDE, SIDE), motion).abs().max() < ROUND_OFF


def test_a_convolution_commutes_with_shifts_and_not_with_rotations():
    images, kernel, bias = _noise(2, SIDE, SIDE), _noise(3, 1, 5, 5), _noise(3)

    def convolution(maps: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(maps, kernel, bias)

    kind = FieldType(C4, "scalar", 3)
    for motion in ("down", "right"):
        found = _derivative(convolution, images, motion, kind)
        assert found.shape == (2, 3, SIDE - 6, SIDE - 6) and found.abs().max() < ROUND_OFF
    assert _derivative(convolution, images, "rotation", kind).abs().max() > 1


def test_the_slope_along_x_turns_into_the_slope_along_y():
    """F = dv/dx: LF = dGv/dx - G dv/dx = -dv/dy, for G = y d/dx - x d/dy; exact for quadratic v."""
    kernel = torch.tensor([-0.5, 0.0, 0.5], dtype=torch.float64).view(1, 1, 1, 3)

    def slope(maps: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(maps, kernel)[..., 1:-1, :]  # square again, about the same centre

    image = _polynomial((1, 2, -1, 0.5, 0.3, -0.2))
    expected = -torch.gradient(image, dim=-2)[0][..., 2:-2, 2:-2]
    assert (_derivative(slope, image, "rotation")[0] - expected).abs().max() < ROUND_OFF


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_map_of_half_the_pixels_moves_by_half_of_them(motion):
    """Means of 2 x 2 pixels of a linear image commute with every motion; taken for a map of all pixels, they do not."""
    image = _polynomial((1, 2, -1, 0, 0, 0))

    def halved(maps: torch.Tensor) -> torch.Tensor:
        return functional.avg_pool2d(maps, 2)

    assert _derivative(halved, image, motion, stride=2).abs().max() < ROUND_OFF
    if motion != "rotation":
        assert _derivative(halved, image, motion, stride=1).abs().min() > 0.5


def test_through_a_square_the_chain_rule_of_differences_is_left():
    """F = v^2, moved along x: LF = (v^2)' - 2 v v' = ((x + 1)^4 - (x - 1)^4) / 2 - 4 x^3 for v = x^2."""
    image = _polynomial((0, 0, 0, 1, 0, 0))
    x = (torch.arange(SIDE).double() - (SIDE - 1) / 2)[1:-1]
    found = _derivative(torch.square, image, "right")[0, 0]
    assert (found - ((x + 1) ** 4 - (x - 1) ** 4) / 2 + 4 * x**3).abs().max() < 1e-10


@pytest.mark.parametrize("motion", MOTIONS)
def test_numbers_change_by_what_the_image_changes(motion):
    """F = w . v, which should not change: LF = w . G v."""
    images, weights = _noise(3, SIDE, SIDE), _noise(SIDE, SIDE)
    found = _derivative(lambda maps: (maps * weights).sum((-2, -1)), images, motion, Invariants(1), None)
    moved = {
        "down": -torch.gradient(images, dim=-2, edge_order=2)[0],
        "right": -torch.gradient(images, dim=-1, edge_order=2)[0],
        "rotation": rotation_generator(images[:, None], SCALAR)[:, 0],
    }[motion]
    assert (found[:, 0] - (moved * weights).sum((-2, -1))).abs().max() < 1e-10


def test_the_measure_is_a_mean_over_axes_and_images():
    """F = the mean pixel of linear images: it changes by their slopes, and does not when they turn about the centre."""
    images = torch.cat([_polynomial((1, 2, -1, 0, 0, 0)), _polynomial((3, 4, 1, 0, 0, 0))])
    network = Layer(lambda maps: maps.mean((-2, -1)), Invariants(1))
    found = layer_lie.measure(_subject(network, images))
    # |LF| = |slope|: 1 and 1 along y, 2 and 4 along x; |F| = |mean| = 1 and 3.
    assert found["translation"]["layer"] == pytest.approx((1 + 1 + 2 + 4) / (2 * (1 + 3)), rel=1e-12)
    assert found["rotation"]["layer"] < ROUND_OFF


def test_what_has_no_small_motion_has_no_number():
    """Regular fields turn by quarter turns only; a map of one pixel has no slope."""
    images = _noise(4, SIDE, SIDE)
    plain, strict = (
        layer_lie.measure(_subject(randomised(family.build(*classify_images_types(SIDE))), images))
        for family in (digits_cnn, digits_gcnn)
    )
    maps = ("conv1", "pool1", "conv2", "pool2")
    assert [strict["rotation"][name] for name in maps] == [None] * 4
    assert strict["rotation"]["fc1"] > 0.01 and strict["rotation"]["logits"] > 0.01
    for found in (plain["translation"], strict["translation"]):
        assert found["conv1"] < ROUND_OFF and found["conv2"] is found["pool2"] is None
        assert found["pool1"] > 0.01 and found["logits"] > 0.01
    assert plain["rotation"]["conv1"] > 0.01
