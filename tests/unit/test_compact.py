"""Pictures in fewer bytes are the same pictures: every letter, mark and line is where it was."""

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from equidyn.report.compact import compact, data_url
from equidyn.report.figures.style import picture, styled

SVG = "{http://www.w3.org/2000/svg}"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    "<defs><style>*{stroke-linejoin: round}</style></defs>"
)


@pytest.fixture(scope="module")
def svg() -> bytes:
    """Lines, bands, marks, bars with a hatch, an image, and numbers on several axes."""
    with styled():
        figure = Figure(figsize=(5, 4))
        lines, bars, image = figure.subplots(1, 3)
        x = np.linspace(0, 1, 40)
        lines.plot(x, np.sin(9 * x), marker="o", label="sine")
        lines.fill_between(x, x, x**2, alpha=0.2)
        bars.bar(range(3), [1, 2, 3], hatch="//", color="#c9ced6")
        image.imshow(np.arange(12.0).reshape(3, 4))
        figure.legend()
        return picture("all", "", "", figure).files["svg"]


def _drawn(text: str | bytes) -> list[tuple[str, str]]:
    """Tag and place of all that is drawn, references followed; numbers as whole points."""
    root = ElementTree.fromstring(text)
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    found: list[tuple[str, str]] = []

    def follow(element: ElementTree.Element) -> None:
        tag = element.tag.removeprefix(SVG)
        link = element.get("href") or element.get("{http://www.w3.org/1999/xlink}href")
        if tag == "use":
            place = re.findall(r"-?[\d.]+", element.get("transform", "")) or (
                element.get("x", "0"),
                element.get("y", "0"),
            )
            found.append((tag, " ".join(f"{float(number):.1f}" for number in place)))
            follow(named[link[1:]])
        elif tag in ("path", "image", "rect"):
            found.append((tag, ""))
        for child in element:
            if child.tag not in (f"{SVG}defs", f"{SVG}metadata"):
                follow(child)

    follow(root)
    return [entry for entry in found if entry != ("use", "0.0 0.0")]


def test_all_that_is_drawn_is_where_it_was(svg: bytes) -> None:
    before, after = _drawn(svg), _drawn(compact(svg))
    assert len(before) > 100
    assert [tag for tag, _ in before] == [tag for tag, _ in after]
    for (_, one), (_, other) in zip(before, after, strict=True):
        assert np.allclose(*([float(number) for number in place.split()] for place in (one, other)), atol=0.11)


def test_it_takes_half_the_bytes(svg: bytes) -> None:
    assert len(data_url(svg)) < 0.6 * len(svg)


def test_every_reference_has_one_target(svg: bytes) -> None:
    text = compact(svg)
    names = re.findall(r' id="([^"]*)"', text)
    assert len(names) == len(set(names))
    assert set(names) == set(re.findall(r'(?:url\(|href=")#([^")]*)', text))


def test_a_path_goes_on_in_steps_that_add_up() -> None:
    path = '<path d="M 0.123 1 \nL 10.456 1 \nL 10 -0.5 \nQ 1 2 3 4 \nz\nM 1 1 \nC 1 2 3 4 5.5 6 \n"/>'
    shown = '<path d="m.12 1 10.34 0-.46-1.5q-9 2.5-7 4.5zm.88 0c0 1 2 3 4.5 5"/>'
    assert shown in compact(f"{HEAD}{path}</svg>".encode())


def test_a_path_of_another_kind_stays_as_it_is() -> None:
    path = 'd="M 0 0 A 1 1 0 0 0 2 2"'
    assert path in compact(f"{HEAD}<path {path}/></svg>".encode())


def test_colours_and_own_styles_stay(svg: bytes) -> None:
    before, after = (set(re.findall(r"#[0-9a-f]{6}\b", text)) for text in (svg.decode(), compact(svg)))
    assert len(before) >= 6
    assert before == after
    assert "*{stroke-linejoin:round;" in compact(svg)


def test_the_address_is_whole_and_may_stand_in_quotes(svg: bytes) -> None:
    address = data_url(svg)
    assert not set(address) & set('"<>&\n#')
    assert address.isascii()
    ElementTree.fromstring(unquote(address.partition(",")[2]))


def test_the_same_picture_gives_the_same_bytes(svg: bytes) -> None:
    assert compact(svg) == compact(svg)
