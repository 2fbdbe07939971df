"""Known answers of the equivariance of layers, by the true action and by the sorting trick, in float64."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from toy import randomised
from toy_images import digits

from equidyn.core.data.labelled import Labelled
from equidyn.domains.digits.audit.measures import sorting
from equidyn.domains.digits.audit.pairs import Affine, drawn, lab_pairs
from equidyn.domains.digits.measures import layer_equivariance, motions
from equidyn.domains.digits.measures.pairs import Shift, Turn, others, rooms
from equidyn.domains.digits.models import digits_cnn, digits_gcnn
from equidyn.domains.digits.models.classifier import DigitClassifier
from equidyn.domains.digits.params import ClassifyImagesTask
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.task import ClassifyImages, Samples, classify_images_types
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants

SIDE, MARGIN, COUNT = 28, 8, 24
MAPS, NUMBERS = ("conv1", "pool1", "conv2", "pool2"), ("fc1", "logits")
ROUND_OFF = 1e-12


class Layer(DigitClassifier):
    """A network of one activation, given as a function of images (sample, side, side)."""

    def __init__(self, function, kind, stride: int | None = None) -> None:
        super().__init__()
        self.function, self.inputs, self.kinds = function, ImageType(SIDE), {"layer": kind}
        self.strides = {"layer": stride} if stride else {}

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Only "layer"."""
        return {"layer": self.function(images)}


def _subject(
    network: DigitClassifier, images: torch.Tensor, labels: torch.Tensor | None = None
) -> ClassifyImagesContext:
    ones = np.ones((1, SIDE, SIDE), dtype=np.float32), np.zeros(1, dtype=np.int64)
    task = ClassifyImages(
        ClassifyImagesTask(kind="classify_images"),
        Labelled(*ones, np.array([[[0, 1]] * 3]), {"checks": {"rms": {"train": 1.0}}}),
        torch.device("cpu"),
    )
    labels = torch.zeros(len(images), dtype=torch.int64) if labels is None else labels
    task.splits["test"] = Samples(images, labels)
    return ClassifyImagesContext(network.double().eval(), task)


def _blobs(margin: int = MARGIN) -> torch.Tensor:
    """Digits that are so far from every edge, (COUNT, 28, 28)."""
    images = digits(SIDE - 2 * margin, {"train": 1, "validation": 1, "test": COUNT}).of("test")[0]
    return torch.from_numpy(np.pad(images, ((0, 0), (margin, margin), (margin, margin)))).double()


def _net(family=digits_cnn, **options: int) -> DigitClassifier:
    return randomised(family.build(*classify_images_types(SIDE), **options))


def _centres(images: torch.Tensor) -> torch.Tensor:
    """Where the middle of the ink is, (sample, 2): row and column [pixels]; of blank images, at 0."""
    places, ink = torch.arange(SIDE).double(), images.sum((1, 2)).clamp(min=1e-9)
    return torch.stack([(images.sum(2) * places).sum(1) / ink, (images.sum(1) * places).sum(1) / ink], dim=1)


@pytest.mark.parametrize("family", [digits_cnn, digits_gcnn], ids=lambda family: family.__name__.split(".")[-1])
def test_feature_maps_move_exactly_at_multiples_of_the_stride_and_nowhere_else(family):
    """Convolutions without padding, and poolings that come out even: nothing but the stride breaks translation."""
    network = _net(family)
    found = layer_equivariance.measure(_subject(network, _blobs()), largest=MARGIN)["translation"]
    assert list(found) == [*MAPS, *NUMBERS]
    for name in MAPS:
        for length, error in enumerate(found[name]["error"], 1):
            assert (error < ROUND_OFF) if length % network.strides[name] == 0 else (error > 0.01), (name, length)
        assert found[name]["whole"] < ROUND_OFF
        assert found[name].get("fractional", 1) > 0.01
    assert "fractional" not in found["conv1"]
    assert min(found[name]["whole"] for name in NUMBERS) > 0.01


def test_the_border_is_exact_where_nothing_that_comes_in_sees_the_digit():
    """Ink m pixels from the edges: as much as the field of view less the stride is enough (4 for conv1, 12 for conv2).

    Behind a digit nearer than that, what comes in is no answer to blank paper.
    """
    near, far = (
        layer_equivariance.measure(_subject(_net(), _blobs(margin)), largest=6)["translation"] for margin in (8, 12)
    )
    assert max(far[name]["border"] for name in MAPS) < ROUND_OFF
    assert max(near[name]["border"] for name in ("conv1", "pool1")) < ROUND_OFF
    assert min(near[name]["border"] for name in ("conv2", "pool2")) > 1e-3
    assert "border" not in near["fc1"]


@pytest.mark.parametrize("family", [digits_cnn, digits_gcnn], ids=lambda family: family.__name__.split(".")[-1])
def test_turns_are_exact_for_strict_nets_only(family):
    network = _net(family)
    found = layer_equivariance.measure(_subject(network, _blobs()))["rotation"]
    for name in (*MAPS, *NUMBERS):
        assert (found[name]["ratio"] < ROUND_OFF) if network.strict else (min(found[name]["error"]) > 0.1), name


def test_between_pixels_a_map_is_read_linearly():
    """F(p) = 2 p - c, with c the place of the ink: linear in p, so it moves exactly at every shift, if by d / 2."""
    places = 2 * torch.arange(SIDE // 2).double()

    def function(images: torch.Tensor) -> torch.Tensor:
        rows, columns = _centres(images).unbind(1)
        maps = torch.stack([places.expand(len(images), -1) - centre[:, None] for centre in (rows, columns)])
        return torch.stack([maps[0][:, :, None] + 0 * places, maps[1][:, None, :] + 0 * places[:, None]], dim=1)

    kind = FieldType(C4, "scalar", 2)
    right, wrong = (_subject(Layer(function, kind, stride), _blobs()) for stride in (2, 1))
    assert max(layer_equivariance.measure(right)["translation"]["layer"]["error"]) < ROUND_OFF
    assert min(layer_equivariance.measure(wrong)["translation"]["layer"]["error"]) > 0.01


def test_numbers_have_the_errors_of_the_formula():
    """F = the place of the ink: off by d along an axis, sqrt(2) d across, and two digits' distance in a random pair."""
    images, off = _blobs(), math.sqrt((1 + 2) / 2)
    centres = _centres(images)
    size = centres.square().sum(1).mean().sqrt().item()
    apart = (centres[others(COUNT)] - centres).square().sum(1).mean().sqrt().item()
    found = layer_equivariance.measure(_subject(Layer(_centres, Invariants(2)), images), largest=5)["translation"]
    assert found["layer"]["error"] == pytest.approx([off * length / size for length in range(1, 6)], rel=1e-9)
    assert found["layer"]["random"] == pytest.approx([apart / size] * 5, rel=1e-9)
    assert found["layer"]["whole"] == pytest.approx(3 * off / apart, rel=1e-9)


def test_a_map_that_stays_where_it_was_is_off_by_its_slope():
    """F = (ink in all) * column: against F moved by d columns it is d off, by d rows 0; on the interior alone."""
    columns = torch.arange(SIDE).double().expand(SIDE, SIDE)

    def function(images: torch.Tensor) -> torch.Tensor:
        return images.sum((1, 2))[:, None, None, None] * columns

    found = layer_equivariance.measure(_subject(Layer(function, FieldType(C4, "scalar", 1), 1), _blobs()), largest=3)
    for length, error in enumerate(found["translation"]["layer"]["error"], 1):
        rest = SIDE - length  # of the columns of F, those that stay on the map; all of them under shifts by rows
        whole, kept = (
            np.square(columns).sum() for columns in (np.arange(SIDE), [np.arange(rest), np.arange(rest) + length])
        )
        size = 2 * rest * whole + SIDE * kept + 2 * rest * kept  # by rows, by columns, by both
        gap = (2 * SIDE * rest + 4 * rest**2) * length**2
        assert error == pytest.approx(math.sqrt(gap / size), rel=1e-9)


def test_the_true_action_sees_a_map_that_moves_the_wrong_way_and_sorting_does_not():
    network = Layer(lambda images: images[:, None].flip(-1), FieldType(C4, "scalar", 1), 1)
    context = _subject(network, _blobs())
    truth, trick = layer_equivariance.measure(context), sorting.measure(context)
    assert truth["translation"]["layer"]["ratio"] > 0.3
    assert trick["translation"]["layer"]["error"] == [0.0] * 6
    assert trick["agreement"]["translation"] == pytest.approx(truth["translation"]["layer"]["ratio"], rel=1e-12)
    assert trick["agreement"]["rotation"] == pytest.approx(truth["rotation"]["layer"]["ratio"], rel=1e-12)


def test_sorting_agrees_with_the_true_action_where_nothing_is_lost():
    trick = sorting.measure(_subject(Layer(lambda images: images[:, None], FieldType(C4, "scalar", 1), 1), _blobs()))
    assert (trick["agreement"]["translation"], trick["agreement"]["rotation"]) == (0.0, 0.0)
    assert trick["translation"]["layer"]["random"][0] > 0.05


def test_sorting_hardly_tells_two_digits_apart():
    """A random pair is much nearer by sorted activations than by activations in their places."""
    context = _subject(_net(), _blobs())
    truth, trick = (of.measure(context)["translation"]["conv1"]["random"] for of in (layer_equivariance, sorting))
    assert max(trick) < 0.5 * min(truth)


def test_without_room_there_is_no_number():
    """Digits that reach the edges cannot be moved; they can be turned."""
    images = _blobs()
    images[:, 0, 0] = images[:, -1, -1] = 1
    found = layer_equivariance.measure(_subject(_net(), images))
    assert found["translation"]["conv1"]["error"] == [None] * 6
    assert found["translation"]["conv1"]["whole"] is found["translation"]["pool2"]["border"] is None
    assert min(found["rotation"]["conv1"]["error"]) > 0.1


def test_ink_has_the_room_that_lies_between_it_and_the_edge_ahead():
    ink = torch.zeros(2, 6, 9, dtype=torch.bool)
    ink[0, 1, 2] = ink[0, 2, 5] = True
    assert rooms(ink)[:4].tolist() == [[3, 0], [1, 0], [3, 0], [2, 0]]  # down, up, right, left; a blank image: none
    assert rooms(ink)[4:].tolist() == [[3, 0], [2, 0], [1, 0], [1, 0]]  # down right, down left, up right, up left


@pytest.mark.parametrize("count", [2, 3, 50])
def test_everyone_is_compared_with_someone_else(count):
    found = others(count)
    assert sorted(found.tolist()) == list(range(count))
    assert (found != torch.arange(count)).all()


def test_motions_are_those_of_the_plane():
    image = torch.zeros(1, 4, 4)
    image[0, 1, 2] = 1
    assert Shift(1, -2).of(image).nonzero().tolist() == [[0, 2, 0]]
    for turns in (1, 2, 3):
        assert torch.equal(Turn(turns).of(image), ImageType(4).act(image, turns))


def test_pairs_of_the_lab_are_turned_clockwise_and_then_moved_each_by_its_own():
    image = torch.rand(1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    numbers = [torch.tensor(column) for column in ([0.0, 90, 90, 180], [2.0, 0, -1, 0], [-3.0, 0, 2, 0])]
    found = Affine(*numbers).of(image.expand(4, -1, -1))
    turned = torch.rot90(image, -1, (1, 2))
    expected = [Shift(2, -3).of(image), turned, Shift(-1, 2).of(turned), torch.rot90(image, 2, (1, 2))]
    assert torch.equal(found, torch.cat(expected))
    maps = Affine(*(column[2:3] for column in numbers)).on(image[:, None], 2, torch.ones(1, 1, 8, 8))
    read = (Shift(0, 1).of(turned - 1) + Shift(-1, 1).of(turned - 1)) / 2 + 1  # by half as much, and 1 for paper
    assert torch.allclose(maps[:, 0], read)


def test_pairs_of_the_lab_are_drawn_as_described():
    """30 to 70 degrees, up to 30 % of the rows, up to 10 % of the columns, in whole pixels."""
    found = drawn(4000, 28, torch.Generator().manual_seed(0))
    assert 30 <= found.degrees.min() < 30.1 and 69.9 < found.degrees.max() <= 70
    assert found.dy.unique().tolist() == list(range(-8, 9)) and found.dx.unique().tolist() == list(range(-3, 4))
    (pairs,) = lab_pairs(_subject(_net(), _blobs()), COUNT)
    assert len(pairs.images) == len(pairs.motions[0].degrees) == COUNT


def test_of_pairs_of_the_lab_maps_are_sorted_and_numbers_are_not():
    """The image itself, called a map, or called numbers."""
    (pairs,) = lab_pairs(_subject(_net(), _blobs()), 600)
    moved = pairs.motions[0].of(pairs.images).flatten(1)
    flat = pairs.images.flatten(1)
    numbers, maps = Invariants(SIDE**2), FieldType(C4, "scalar", 1)
    for kind, layer, of in (
        (numbers, Layer(lambda images: images.flatten(1), numbers), lambda values: values),
        (maps, Layer(lambda images: images[:, None], maps, 1), sorting.sorted_list),
    ):
        gap, other = of(moved) - of(flat), of(flat[pairs.other]) - of(flat)
        found = sorting.measure(_subject(layer, _blobs()))
        assert found["pairs"]["layer"] == pytest.approx((gap.norm() / other.norm()).item(), rel=1e-9)
        assert ("pairs" in found["agreement"]) is (kind is maps)


def test_the_lab_asks_for_the_true_action_of_scalar_maps_alone():
    """The image itself moves as it does but for nearest pixels; regular fields have no turn by 50 degrees."""
    network = Layer(lambda images: images[:, None], FieldType(C4, "scalar", 1), 1)
    found = sorting.measure(_subject(network, _blobs()))
    assert 0 < found["agreement"]["pairs"] < 0.3
    assert "pairs" not in sorting.measure(_subject(_net(digits_gcnn), _blobs()))["agreement"]


def test_accuracy_falls_along_the_axis_that_a_net_looks_at():
    """Dots on the diagonal, named by their column: right when they move by rows, and when turned from row to column."""
    places = torch.arange(3, 10)  # three of them cannot move by 6 up or left
    images = torch.zeros(len(places), SIDE, SIDE, dtype=torch.float64)
    images[torch.arange(len(places)), places, places] = 1

    def column(images: torch.Tensor) -> torch.Tensor:
        return images.sum(1)

    found = motions.measure(_subject(Layer(column, Invariants(SIDE)), images, places), largest=6)
    assert found["shift"] == list(range(7)) and found["inside"] == len(places)
    assert found["shift_accuracy"] == [1.0] + [0.25] * 6  # two of eight directions leave the column as it was
    angles = dict(zip(found["degrees"], found["angle_accuracy"], strict=True))
    assert (angles[0], angles[90], angles[180]) == (1.0, 0.5, 0.0)
    assert all(later <= earlier for earlier, later in pairwise(angles[degrees] for degrees in (0, 15, 30, 45)))
