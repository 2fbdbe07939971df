"""What the errors of a net's layers say: which follow a motion, which stay as they are, and how far."""

from collections.abc import Mapping

from equidyn.report.numbers import listed, number

# Errors are shares of what another digit in the place of the moved one gives.
ROUND_OFF = 1e-4  # single precision leaves less
# A tenth: of the square of the difference that another digit makes, a hundredth. What is smaller is small beside all
# that a layer has to tell.
SMALL = 0.1
# Half: what is above is nearer to another digit than to the digit itself.
HALF = 0.5
_WORDS = {
    "exact": "{} to round-off",
    "small": "{}",
    "some": "only approximately {}",
    "lost": "not {}",
}


def level(error: float) -> str:
    """How large an error is: exact, small, some, or lost."""
    bounds = {"exact": ROUND_OFF, "small": SMALL, "some": HALF}
    return next((name for name, bound in bounds.items() if error < bound), "lost")


def graded(errors: Mapping[str, float], quality: str) -> str:
    """Layers by how far they have a quality: "conv1 is equivariant to round-off, conv2 is not equivariant (0.6)"."""
    parts = []
    for key, word in _WORDS.items():
        group = {layer: error for layer, error in errors.items() if level(error) == key}
        if group:
            size = "" if key == "exact" else f" ({_range(group)})"
            parts.append(f"{_subject(list(group), len(errors), word.format(quality))}{size}")
    return ", ".join(parts)


def maps_words(whole: Mapping[str, float], fractional: Mapping[str, float], border: Mapping[str, float]) -> str:
    """What feature maps are under shifts; each: layer -> error, by whole strides, between them, with the border."""
    if lost := _large(whole):
        return f"under shifts by whole strides {graded(lost, 'equivariant')}"
    between, edge = _large(fractional), _large(border)
    limits = [
        *([f"pooling's stride ({_range(between)} at other shifts)"] if between else []),
        *([f"the border ({_range(edge)} with it)"] if edge else []),
    ]
    return f"its feature maps are equivariant {f'up to {listed(limits)}' if limits else 'under all shifts'}"


def _large(errors: Mapping[str, float]) -> dict[str, float]:
    return {layer: error for layer, error in errors.items() if error >= SMALL}


def _subject(layers: list[str], count: int, how: str) -> str:
    """The layers, their verb, and how they are; count: of all that are told of."""
    if len(layers) == count > 2:
        return f"no layer is {how.removeprefix('not ')}" if how.startswith("not ") else f"all layers are {how}"
    return f"{listed(layers)} {'is' if len(layers) == 1 and not layers[0].endswith('s') else 'are'} {how}"


def _range(errors: Mapping[str, float]) -> str:
    ends = dict.fromkeys(number(end, 2) for end in (min(errors.values()), max(errors.values())))
    return " to ".join(ends)
