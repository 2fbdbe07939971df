"""matplotlib's SVG in less than half of its bytes, for pages that hold many charts."""

import re

_BETWEEN = re.compile(r"(?<=>)\s*\n\s*(?=<)|<!--.*?-->")
_PLACES = re.compile(r' [xy]="[^"]*"')
_PATHS = re.compile(r' d="[^"]*"')
_SPACES = re.compile(r" ?([A-Zz]) ?")
_NUMBERS = re.compile(r"-?\d+\.\d+")
_IDS, _REFERRED = re.compile(r' id="([^"]*)"'), re.compile(r'(?<=url\(#)[^)]+|(?<=href="#)[^"]+')
_STYLES, _SHEET = re.compile(r' style="([^"]*)"'), "</style>"


def smaller(svg: bytes) -> bytes:
    """The same picture: places to a tenth of a point, nothing between elements, short ids, none that nothing refers
    to, and each look said once, in the style sheet, as a class."""
    text = _PLACES.sub(lambda found: _rounded(found[0], 1), _BETWEEN.sub("", svg.decode()))
    text = _PATHS.sub(_path, text)
    ids = {name: f"r{place}" for place, name in enumerate(dict.fromkeys(_REFERRED.findall(text)))}
    text = _REFERRED.sub(lambda found: ids[found[0]], text)
    text = _IDS.sub(lambda found: f' id="{ids[found[1]]}"' if found[1] in ids else "", text)
    looks = {look: f"l{place}" for place, look in enumerate(dict.fromkeys(_STYLES.findall(text)))}
    text = _STYLES.sub(lambda found: f' class="{looks[found[1]]}"', text)
    sheet = "".join(f".{name}{{{look}}}" for look, name in looks.items())
    return text.replace(_SHEET, f"{sheet}{_SHEET}", 1).encode()


def _path(found: re.Match[str]) -> str:
    """Lines to a tenth of a point; curves, of which marks are made, to a hundredth."""
    text = found[0].replace("\n", "")
    return _SPACES.sub(r"\1", _rounded(text, 2 if "C" in text else 1))


def _rounded(text: str, digits: int) -> str:
    return _NUMBERS.sub(lambda number: f"{float(number[0]):.{digits}f}".rstrip("0").rstrip("."), text)
