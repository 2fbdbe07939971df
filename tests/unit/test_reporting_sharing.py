"""Pictures of parameter sharing: what is drawn is the definition, and the page has the part when it is asked for."""

from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from toy import TREE

from equidyn.core.errors import EquidynError
from equidyn.core.params import load
from equidyn.core.params.params import params_model
from equidyn.domains.sharing import report as sharing
from equidyn.domains.sharing.figures.bases import c4_maps, elements, joined, tile
from equidyn.domains.sharing.figures.sharing import PALETTE, orbits, scheme
from equidyn.domains.sharing.params import Sharing
from equidyn.report.figures.style import WIDTH, picture, styled
from equidyn.report.report import _drawn

PROJECT = Path(__file__).resolve().parents[2]
AXES = ("row", "column", "layer")
SIZES = [(5,), (8, 7), (6, 1), (4, 3, 5), (3, 1, 4), (1, 1)]
SETTINGS = {
    "schemes": [{"sizes": [8, 7], "axes": ["row", "column"]}, {"sizes": [4, 3, 5], "axes": list(AXES)}],
    "bases": [{"inputs": 6, "outputs": 3, "shown": 16}, {"inputs": 14, "outputs": 6, "shown": 16}],
}


def _scheme(sizes: tuple[int, ...]) -> Figure:
    with styled():
        return scheme(sizes, AXES[: len(sizes)])


def _legend(figure: Figure) -> dict[str, tuple[str, int]]:
    """Colour -> name and number of weights, as the legend says."""
    (legend,) = figure.legends
    lines = [text.get_text().split("\n") for text in legend.get_texts()]
    message = [(" ".join(words), int(count.split(" weight")[0].replace(",", ""))) for *words, count in lines]
    return {to_hex(patch.get_facecolor()): one for patch, one in zip(legend.get_patches(), message, strict=True)}


def _colours(figure: Figure) -> np.ndarray:
    """The colour of each weight as it is drawn, (N, N)."""
    image = figure.axes[0].images[0]
    rgba = image.to_rgba(image.get_array())
    return np.array([[to_hex(cell) for cell in row] for row in rgba])


def _lightness(colour: str) -> float:
    """CIE L* of an sRGB colour."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 116 * float(np.dot((0.2126, 0.7152, 0.0722), linear)) ** (1 / 3) - 16


@pytest.mark.parametrize("sizes", SIZES)
def test_every_weight_has_the_colour_of_the_axes_on_which_its_indices_differ(sizes):
    """Against the definition, entry by entry, through the words of the legend."""
    figure = _scheme(sizes)
    colours, legend = _colours(figure), _legend(figure)
    entries = list(product(*map(range, sizes)))
    assert colours.shape == (len(entries), len(entries))
    for (i, output), (j, source) in product(enumerate(entries), repeat=2):
        other = {axis for axis, one, two in zip(AXES, output, source, strict=False) if one != two}
        _, _, message = legend[colours[i, j]][0].partition("other ")
        assert other == {axis for axis in AXES if axis in message}


@pytest.mark.parametrize("sizes", SIZES)
def test_the_legend_names_every_orbit_with_its_weights(sizes):
    figure = _scheme(sizes)
    legend = _legend(figure)
    assert len(legend) == len({name for name, _ in legend.values()}) == 2 ** len(sizes)
    assert sum(count for _, count in legend.values()) == np.prod(sizes) ** 2
    drawn = dict(zip(*np.unique(_colours(figure), return_counts=True), strict=True))
    assert drawn == {colour: count for colour, (_, count) in legend.items() if count}


def test_colours_of_the_legend_rise_in_lightness():
    """So that they are told apart without colour, and in the order of the legend."""
    for sizes in SIZES:
        steps = np.diff([_lightness(colour) for colour in _legend(_scheme(sizes))])
        assert steps.min() > 9
    assert list(_legend(_scheme((4, 3, 5)))) == list(PALETTE)


def test_white_lines_part_the_blocks_of_the_first_axis():
    (axes,) = _scheme((4, 3, 5)).axes
    across = [line.get_ydata()[0] for line in axes.lines if line.get_ydata()[0] == line.get_ydata()[1]]
    assert across == [14.5, 29.5, 44.5]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "3", "4"]
    assert list(axes.get_xticks()) == [7, 22, 37, 52]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("input index, by row", "output index, by row")
    assert not _scheme((5,)).axes[0].lines


@pytest.mark.parametrize("names", [AXES, ("participants", "longest-name", "timestepping")])
def test_the_legend_fits_its_figure(names):
    with styled():
        figure = scheme((5, 6, 10), names)
        box, matrix = figure.legends[0].get_window_extent(), figure.axes[0].get_window_extent()
    assert box.x0 > matrix.x1 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1
    assert matrix.width == pytest.approx(matrix.height)


@pytest.mark.parametrize(("inputs", "outputs", "rank"), [(6, 3, 81), (14, 6, 1764), (3, 3, 21), (3, 6, 81)])
def test_ranks_of_the_bases(inputs, outputs, rank):
    assert c4_maps(inputs, outputs).count == rank


def _turned(pixel: int, side: int) -> int:
    """Where a counter-clockwise quarter turn by rot90(k=-1) takes a pixel."""
    row, column = divmod(pixel, side)
    return column * side + side - 1 - row


@pytest.mark.parametrize(("inputs", "outputs"), [(6, 3), (3, 3), (2, 5)])
def test_elements_are_those_of_the_basis_and_quarter_turns_carry_their_pairs_around(inputs, outputs):
    maps = c4_maps(inputs, outputs)
    for element, row in enumerate(maps.basis()):
        pairs = joined(maps, element, inputs)
        matrix = np.zeros((outputs**2, inputs**2))
        matrix[tuple(pairs.T)] = len(pairs) ** -0.5
        assert np.array_equal(matrix, row.reshape(matrix.shape))
        turned = {(_turned(one, outputs), _turned(two, inputs)) for one, two in pairs}
        assert turned == {tuple(pair) for pair in pairs.tolist()}


def _read(cells: np.ndarray, inputs: int, outputs: int) -> set[tuple[int, int]]:
    """The pairs of pixels of one shade in a tile."""
    left, right = cells[:inputs, :inputs].ravel(), cells[:outputs, -outputs:].ravel()
    return {
        (int(output), int(source))
        for output in np.flatnonzero(right > 1)
        for source in np.flatnonzero(left == right[output])
    }


@pytest.mark.parametrize(("inputs", "outputs"), [(6, 3), (3, 3), (2, 5)])
def test_pixels_of_one_shade_are_the_pairs_of_an_element(inputs, outputs):
    maps = c4_maps(inputs, outputs)
    for element in range(maps.count):
        pairs = joined(maps, element, inputs)
        assert _read(tile(pairs, inputs, outputs), inputs, outputs) == {tuple(pair) for pair in pairs.tolist()}


@pytest.mark.parametrize(
    ("inputs", "outputs", "shown", "drawn"), [(14, 6, 16, 16), (6, 3, 36, 36), (3, 3, 36, 21), (1, 1, 9, 1)]
)
def test_so_many_elements_are_drawn_in_their_order(inputs, outputs, shown, drawn):
    with styled():
        figure = elements(inputs, outputs, shown)
    cells = figure.axes[0].images[0].get_array()
    (arrows,) = [line for line in figure.axes[0].lines if line.get_marker() == ">"]
    corners = [(int(np.ceil(y - min(inputs, outputs) / 2)), int(x - inputs - 1)) for x, y in arrows.get_xydata()]
    assert len(corners) == len(set(corners)) == drawn
    height, width = max(inputs, outputs), inputs + 3 + outputs
    maps = c4_maps(inputs, outputs)
    for element, (top, left) in enumerate(corners):
        expected = tile(joined(maps, element, inputs), inputs, outputs)
        assert np.array_equal(cells[top : top + height, left : left + width], expected)
    assert (cells > 1).sum() == sum(
        (tile(joined(maps, element, inputs), inputs, outputs) > 1).sum() for element in range(drawn)
    )


def test_pictures_are_small_as_wide_as_a_page_and_the_same_every_time():
    def drawn() -> list[Any]:
        with styled():
            return [shown for part in sharing.sections(Sharing.model_validate(SETTINGS)) for shown in part.pictures]

    first, second = drawn(), drawn()
    assert first == second
    names = ["sharing-8x7", "sharing-4x3x5", "sharing-basis-6-3", "sharing-basis-14-6"]
    assert [one.name for one in first] == names
    assert all(len(one.files["svg"]) < 60_000 for one in first)
    with styled():
        widths = {_scheme((300,)).get_figwidth(), elements(16, 16, 36).get_figwidth(), elements(1, 1, 1).get_figwidth()}
        assert widths == {WIDTH}
        assert len(picture("n", "c", "a", _scheme((6, 5, 10))).files["svg"]) < 100_000


def test_captions_tell_how_many():
    with styled():
        schemes, bases = sharing.sections(Sharing.model_validate(SETTINGS))
    first, second = (shown.caption for shown in schemes.pictures)
    assert "8 × 7 entries (row × column) under S₈ × S₇" in first and "3,136 weights, 4 parameters" in first
    assert "numbered row by row;" in first and "numbered row by row and, in each, column by column;" in second
    assert "3,600 weights, 8 parameters" in second
    assert "same row, other column (336 weights)" in schemes.pictures[0].alt
    assert [shown.caption.partition(" basis")[0] for shown in bases.pictures] == [
        "The first 16 of 81",
        "The first 16 of 1,764",
    ]
    few = {"schemes": [{"sizes": [6, 1], "axes": ["row", "column"]}], "bases": [SETTINGS["bases"][0] | {"shown": 36}]}
    few["bases"][0] |= {"inputs": 2, "outputs": 2}
    with styled():
        schemes, bases = sharing.sections(Sharing.model_validate(few))
    assert "36 weights, 2 parameters" in schemes.pictures[0].caption
    assert bases.pictures[0].caption.startswith("All 4 basis elements")


WRONG: dict[str, tuple[str, int, dict[str, Any], str]] = {
    "size 0": ("schemes", 0, {"sizes": [8, 0]}, "schemes.0.sizes.1 = 0: should be greater than or equal to 1"),
    "no axes": ("schemes", 0, {"sizes": [], "axes": []}, "schemes.0.sizes: needs at least 1 item"),
    "4 axes": ("schemes", 0, {"sizes": [2] * 4, "axes": ["a", "b", "c", "d"]}, "at most 3 item"),
    "an axis without a name": ("schemes", 0, {"sizes": [2, 2, 2]}, "sizes has 3 entries and axes 2; each axis needs"),
    "one name twice": ("schemes", 0, {"axes": ["row", "row"]}, "axes must differ in their names"),
    "a long name": ("schemes", 0, {"axes": ["row", "thirteen-long"]}, "should have at most 12 characters"),
    "too large": ("schemes", 0, {"sizes": [20, 16]}, "schemes.0: sizes: 20 x 16 = 320 entries; at most 300 can be"),
    "unknown key": ("schemes", 0, {"size": [2]}, "unknown key 'size' (did you mean 'sizes'?)"),
    "a scheme twice": ("schemes", 1, {"sizes": [8, 7], "axes": ["a", "b"]}, "schemes: sizes [8, 7] stand here twice"),
    "a basis twice": ("bases", 1, {"inputs": 6, "outputs": 3}, "bases: inputs and outputs [6, 3] stand here twice"),
    "a grid without pixels": ("bases", 0, {"outputs": 0}, "bases.0.outputs = 0: should be greater than or equal to 1"),
    "a large grid": ("bases", 0, {"inputs": 17}, "bases.0.inputs = 17: should be less than or equal to 16"),
    "too many shown": ("bases", 0, {"shown": 37}, "bases.0.shown = 37: should be less than or equal to 36"),
    "none shown": ("bases", 0, {"shown": 0}, "bases.0.shown = 0: should be greater than or equal to 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_named(case: str, workplace: Path) -> None:
    kind, index, change, words = WRONG[case]
    settings = deepcopy(SETTINGS)
    settings[kind][index] |= change
    Path("params.yaml").write_text(yaml.safe_dump(TREE | {"pictures": {"sharing": settings}}), encoding="utf-8")
    with pytest.raises(EquidynError) as raised:
        load()
    assert words in str(raised.value)
    assert "sharing." in str(raised.value)


@pytest.mark.parametrize("kind", ["schemes", "bases"])
def test_neither_kind_may_be_missing_or_more_than_a_page_holds(kind: str) -> None:
    for entries in ([], [SETTINGS[kind][0]] * 7):
        with pytest.raises(ValueError, match=kind):
            Sharing.model_validate(SETTINGS | {kind: entries})


def test_the_tables_hold_every_orbit_and_rank():
    with styled():
        (schemes,), (bases,) = (part.tables for part in sharing.sections(Sharing.model_validate(SETTINGS)))
    assert list(schemes.data.columns) == ["scheme", "axes", "orbit", "entries", "share"]
    assert schemes.data.groupby("scheme", sort=False)["entries"].agg(["size", "sum"]).to_numpy().tolist() == [
        [4, 56**2],
        [8, 60**2],
    ]
    assert schemes.data.groupby("scheme")["share"].sum().tolist() == pytest.approx([1, 1])
    assert schemes.data["orbit"].tolist()[:4] == [orbit.name for orbit in orbits((8, 7), AXES[:2])]
    assert bases.data.to_numpy().tolist() == [[6, 3, 4, 81, 324], [14, 6, 4, 1764, 7056]]


def test_only_domains_that_are_wanted_are_drawn():
    tree = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    model = params_model(tree)
    with styled():
        (part,) = _drawn(model.model_validate(tree))
        assert _drawn(model.model_validate({key: tree[key] for key in ("compute", "studies")})) == []
    assert (part.name, [one.title for one in part.sections]) == (
        "sharing",
        ["Sharing schemes", "Bases of equivariant maps"],
    )
