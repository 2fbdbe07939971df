"""Sets of kind "digits": handwritten digits, from the first of several origins that are available.

Images are squares of `side` pixels from 0 (paper) to 1 (ink), and their labels the digits 0 to 9. Which images of an
origin are taken, and their order, is chosen by the seed. Training and validation are different images of its training
set, test images are of its test set, and no image is in two blocks. An origin that has fewer than all blocks want gives
all it has, divided in proportion.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np

from equidyn.core.data import hub
from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import laid_out
from equidyn.core.errors import EquidynError
from equidyn.core.provenance import Clock
from equidyn.domains.digits.params import DigitsData, DigitsSource
from equidyn.domains.digits.source import area, digits_checks, mnist, optdigits
from equidyn.domains.digits.source.digit_images import Digits, Found

ORIGINS: dict[str, Callable[[DigitsSource], Found]] = {"huggingface": mnist.load, "optdigits": optdigits.load}
TITLES = {"huggingface": "MNIST", "optdigits": "optdigits"}
_TRAINING, _TEST = 0, 1  # streams of the seed
_AT_A_TIME = 1000  # images in double precision


def make(source: DigitsSource, wanted: DigitsData, name: str, clock: Clock) -> Labelled:
    """Find, choose, resize and check one dataset. `name` is STUDY/DATASET, for messages.

    A dataset's own number of training images counts instead of the source's; a smaller training split is the beginning
    of a larger one. Raises EquidynError if no origin is available, or if what one gives is not what is on record.
    """
    origin, found, why_not = _first(source, wanted.origins, name)
    asked = source.lengths() | ({"train": wanted.train} if wanted.train else {})
    counts = shares(source, wanted.train, len(found.train.labels), len(found.test.labels))
    if min(len(found.train.labels) // 2, len(found.test.labels)) < source.block_count:
        raise EquidynError(
            f"{name}: {found.words} has too few images for {source.block_count} blocks; lower source.blocks"
        )
    made = _chosen(source, found, counts, _block(source, wanted.train, len(found.train.labels)))
    about = {"origin": origin, "wanted_origins": list(wanted.origins), "why_not": why_not}
    about |= {"wanted_counts": asked, "shrunk": counts != asked}
    if counts != asked:
        _say(name, f"fewer images per block than wanted: {_told(counts, asked)}; {found.words} has no more")
    instead = f", since {' and '.join(TITLES[other] for other in why_not)} was not available" if why_not else ""
    origins = {"source": found.words + instead}
    checks = about | digits_checks.measure(made, found)
    return replace(made, attributes={"provenance": clock.provenance() | origins, "checks": checks})


def _first(source: DigitsSource, origins: list[str], name: str) -> tuple[str, Found, dict[str, str]]:
    """The first available origin, its images, and why not, of those before it."""
    why_not: dict[str, str] = {}
    for origin in origins:
        try:
            found = ORIGINS[origin](source)
        except hub.UnavailableError as fault:
            why_not[origin] = str(fault)
        else:
            for other, reason in why_not.items():
                _say(name, f"{TITLES[other]} (origin {other}) is not available: {reason}")
            if why_not:
                _say(name, f"using {found.words} instead")
            return origin, found, why_not
    text = "\n".join(f"- {origin}: {reason}" for origin, reason in why_not.items())
    raise EquidynError(f"{name}: none of its origins is available; give more of them, or mend one:\n{text}")


def _say(name: str, words: str) -> None:
    print(f"{name}: {words}", file=sys.stderr, flush=True)


def _told(counts: dict[str, int], asked: dict[str, int]) -> str:
    return ", ".join(f"{split} {counts[split]} of {asked[split]}" for split in counts)


def shares(source: DigitsSource, train: int | None, training_set: int, test_set: int) -> dict[str, int]:
    """Images of each split of a block, from an origin with sets of these sizes; train: the dataset's own, if any.

    Where the training set is too small, train and validation shrink by one factor; where the test set is, test does.
    The factor is that of the source's own numbers, so that all datasets of a study have the same validation images, and
    their training splits keep their ratios, unless a dataset wants more than the source.
    """
    wanted = source.split
    own = wanted.train if train is None else train
    all_of_it = max(own, wanted.train) + wanted.validation
    kept, of_test = _block(source, train, training_set), min(wanted.test, test_set // source.block_count)
    shrunk = {"train": own * kept // all_of_it, "validation": wanted.validation * kept // all_of_it, "test": of_test}
    return {split: max(count, 1) for split, count in shrunk.items()}


def _block(source: DigitsSource, train: int | None, training_set: int) -> int:
    """Images of the origin's training set that a block may take: as many at every size of a dataset, if it can."""
    return min(max(train or 0, source.split.train) + source.split.validation, training_set // source.block_count)


def _chosen(source: DigitsSource, found: Found, counts: dict[str, int], each: int) -> Labelled:
    """each: images of the training set that a block may take.

    Of these validation comes first, so that it is the same however many follow it for training.
    """
    training, test = _order(source, _TRAINING, found.train), _order(source, _TEST, found.test)
    inputs, labels = [], []
    for block, split in product(range(source.block_count), source.splits):
        digits, order = (found.test, test) if split == "test" else (found.train, training)
        first = block * (counts["test"] if split == "test" else each) + (split == "train") * counts["validation"]
        rows = order[first : first + counts[split]]
        inputs.append(_resized(digits, rows, source))
        labels.append(digits.labels[rows])
    ranges = laid_out({split: counts[split] for split in source.splits}, source.block_count)
    return Labelled(np.concatenate(inputs), np.concatenate(labels), ranges, {}, source.splits)


def _order(source: DigitsSource, stream: int, digits: Digits) -> np.ndarray:
    dice = np.random.Generator(np.random.Philox(np.random.SeedSequence(source.seed, spawn_key=(stream,))))
    return dice.permutation(len(digits.labels))


def _resized(digits: Digits, rows: np.ndarray, source: DigitsSource) -> np.ndarray:
    """(len(rows), source.side, source.side) float32 in [0, 1]; computed in double precision."""
    made = np.empty((len(rows), source.side, source.side), np.float32)
    for start in range(0, len(rows), _AT_A_TIME):
        part = digits.images[rows[start : start + _AT_A_TIME]].astype(np.float64) / digits.full
        made[start : start + len(part)] = area.resized(part, source.side, source.resize)
    return made
