"""SVG pictures of matplotlib in half the bytes, for the page, which has a hundred of them inside.

The same picture to a hundredth of a point: matplotlib writes each letter as a reference of 70 characters, and each mark
with a style of its own. Here styles that come again become classes, names are short, coordinates are steps from the
last ones, and what is never looked at (metadata, comments, names that nothing refers to) is left out.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_USE = f"{_SVG}use"
_GROUPS = (f"{_SVG}g", f"{_SVG}defs")
_REFERENCE = re.compile(r"(url\(#|href#)([^)]+)")  # after the name of the attribute: a colour begins with # as well
_SHIFT = re.compile(r"translate\((\S+) (\S+)\)")
_LONG = re.compile(r"-?\d+\.\d{3,}")  # a number with more digits than a picture shows
_COMMAND = re.compile(r"([MLQCz])([-\d.\s]*)")  # of a path
_KNOWN = re.compile(rf"({_COMMAND.pattern})*")
_SCALE = 100  # coordinates are counted in whole hundredths, so that steps add up without an error
# Outlines of letters, in a thousandth of a point: as they come, and in whole steps eight times as large.
_LETTER, _LETTER_HERE, _LETTER_GRID = "scale(0.015625)", "scale(.125)", (_SCALE / 8, _SCALE)
_GRID = (_SCALE, 1)  # hundredths to a unit, and hundredths to a step
_UNSAFE = str.maketrans({'"': "'", "'": "&#39;", "%": "%25", "#": "%23", "<": "%3C", ">": "%3E", "&": "%26"})

ElementTree.register_namespace("", _SVG[1:-1])


def data_url(svg: bytes) -> str:
    """The picture as a data URL without quotation marks, brackets or ampersands, which may stand in HTML as it is."""
    return f"data:image/svg+xml,{compact(svg).translate(_UNSAFE)}"


def compact(svg: bytes) -> str:
    """The picture as XML on one line, in ASCII."""
    root = ElementTree.fromstring(svg)
    _strip(root)
    for element in root.iter():
        _shorten(element.tag, element.attrib)
    _share(root)
    _rename(root)
    _classify(root)
    return ElementTree.tostring(root).decode().replace(" />", "/>")


def _strip(element: Element) -> None:
    """Leave out metadata, white space, and groups that hold nothing or say nothing about how to draw what they hold."""
    element.text = (element.text or "").strip() or None
    kept: list[Element] = []
    for child in element:
        child.tail = None
        _strip(child)
        if (child.tag in _GROUPS and len(child) == 0) or child.tag == f"{_SVG}metadata":
            continue
        kept += child if child.tag == f"{_SVG}g" and not set(child.attrib) - {"id"} else [child]
    element[:] = kept


def _shorten(tag: str, attributes: dict[str, str]) -> None:
    for name in {"x", "y", "width", "height"} & set(attributes):
        attributes[name] = _LONG.sub(_rounded, attributes[name])
    if "translate" in attributes.get("transform", ""):
        attributes["transform"] = _SHIFT.sub(lambda shift: _LONG.sub(_rounded, shift[0]), attributes["transform"])
    if attributes.get("transform") == _LETTER and "d" in attributes:
        attributes |= {"transform": _LETTER_HERE, "d": _path(attributes["d"], *_LETTER_GRID)}
    elif "d" in attributes:
        attributes["d"] = _path(attributes["d"], *_GRID)
    if _LINK in attributes:
        attributes["href"] = attributes.pop(_LINK).replace("\n", "")
    shift = _SHIFT.fullmatch(attributes.get("transform", ""))
    if shift and tag == _USE and "x" not in attributes:
        del attributes["transform"]
        attributes |= {name: value for name, value in zip("xy", shift.groups(), strict=True) if value != "0"}


def _rounded(found: re.Match[str]) -> str:
    return _text(round(float(found[0]) * _SCALE))


def _text(hundredths: int) -> str:
    """The shortest form: -.5 for -50."""
    whole, rest = divmod(abs(hundredths), _SCALE)
    digits = f"{whole or ''}{f'.{rest:02}'.rstrip('0') if rest else ''}" or "0"
    return f"-{digits}" if hundredths < 0 else digits


def _path(path: str, unit: float, step: int) -> str:
    """A path of matplotlib's (M, L, Q, C and z, from the edge) as steps; any other one as it is."""
    if not _KNOWN.fullmatch(path):
        return path
    written, last, at, start = "", "", (0, 0), (0, 0)
    for letter, numbers in _COMMAND.findall(path):
        whole = [round(float(number) * unit / step) * step for number in numbers.split()]
        points = list(zip(whole[::2], whole[1::2], strict=True))
        steps = "".join(_step(end - begin) for point in points for end, begin in zip(point, at, strict=True))
        again = letter == last or letter + last == "LM"  # lines that go on need no letter
        written += steps if again else letter.lower() + steps.lstrip()
        at = points[-1] if points else start
        start = at if letter == "M" else start
        last = letter
    return written


def _step(hundredths: int) -> str:
    """A number with what parts it from the one before."""
    return _text(hundredths) if hundredths < 0 else f" {_text(hundredths)}"


def _share(root: Element) -> None:
    """Words that come again, such as the numbers on several axes, refer to the first of their kind."""
    groups = [(group, _word(group)) for group in root.iter(f"{_SVG}g")]
    times, first = Counter(word for _, word in groups if word), {}
    for group, word in groups:
        if times[word] < 2:
            continue
        letters = group.findall(_USE)
        if word not in first:
            first[word] = f"word{len(first)}"
            shared = Element(f"{_SVG}g", {"id": first[word]})
            shared.extend(letters)
        else:
            shared = Element(_USE, {"href": f"#{first[word]}"})
        group[:] = [*(child for child in group if child not in letters), shared]


def _word(group: Element) -> str:
    """The letters of a group and their places; nothing, if it holds anything else or just one."""
    letters = [child for child in group if child.tag != f"{_SVG}defs"]
    plain = len(letters) > 1 and all(child.tag == _USE and "style" not in child.attrib for child in letters)
    return str([sorted(child.attrib.items()) for child in letters]) if plain else ""


def _rename(root: Element) -> None:
    """Names of one or two letters for what is referred to, the shortest for the most frequent; no others."""
    used = Counter(found[2] for element in root.iter() for found in _references(element))
    names = dict(zip((name for name, _ in used.most_common()), _short_names(), strict=False))
    for element in root.iter():
        if element.attrib.get("id") in names:
            element.attrib["id"] = names[element.attrib["id"]]
        else:
            element.attrib.pop("id", None)
        for key, value in element.attrib.items():
            renamed = _REFERENCE.sub(lambda found: found[1] + names[found[2]], key + value)
            element.attrib[key] = renamed.removeprefix(key)


def _references(element: Element) -> Iterator[re.Match[str]]:
    for key, value in element.attrib.items():
        yield from _REFERENCE.finditer(key + value)


def _short_names() -> Iterator[str]:
    """a, b, ..., z, ba, bb, ..., without end."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for number in count():
        name = letters[number % 26]
        while number := number // 26:
            name = letters[number % 26] + name
        yield name


def _classify(root: Element) -> None:
    """A class for each style that comes more than once."""
    found = Counter(element.attrib["style"] for element in root.iter() if "style" in element.attrib)
    names = dict(zip((style for style, times in found.most_common() if times > 1), _short_names(), strict=False))
    for element in root.iter():
        if element.attrib.get("style") in names:
            element.attrib["class"] = names[element.attrib.pop("style")]
    sheet = next(root.iter(f"{_SVG}style"))
    rules = (f".{name}{{{_tight(style)}}}" for style, name in names.items())
    sheet.text = "".join([_tight(sheet.text or ""), *rules])


def _tight(style: str) -> str:
    return style.replace(": ", ":").replace("; ", ";")
