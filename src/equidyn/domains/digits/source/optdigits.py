"""The digits that scikit-learn brings along: 1,797 images of 8 x 8 pixels, in 17 steps of grey, laid out as MNIST's.

They are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin, Kaynak 1998, UCI Machine Learning
Repository), by 13 writers. They come form by form: the order of the digits is the same every 130 images or so. The last
597 are for testing, so that at most one form has images on both sides, and nearly all of what is tested was written by
others than what is trained on, as it is with MNIST. Each digit occurs there 55 to 62 times. MNIST's digits fill 20 x 20
of their 28 x 28 pixels, and so do these, enlarged by averaging over areas.
"""

from importlib.metadata import version

import numpy as np

from equidyn.core.errors import EquidynError
from equidyn.domains.digits.source import area
from equidyn.domains.digits.source.digit_images import SIDE, Digits, Facts, Found

BOX = 20  # pixels per side of the middle part that digits fill
TEST = 597
_FULL = 16
KNOWN = Facts(
    histogram=(178, 182, 177, 183, 181, 182, 181, 179, 174, 180),
    sha256="87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826",
)


def load(_: object = None) -> Found:
    """Both sets; raises EquidynError if scikit-learn's copy is not the one that is known. Nothing is fetched."""
    from sklearn.datasets import load_digits

    found = load_digits()
    raw = Digits(found.images, found.target.astype(np.int64), full=_FULL)
    for fault in KNOWN.faults(raw):
        raise EquidynError(f"scikit-learn {version('scikit-learn')}: its digits are not those we know: {fault}")
    images, border = np.zeros((len(raw.images), SIDE, SIDE), np.float32), (SIDE - BOX) // 2
    images[:, border:-border, border:-border] = area.resized(raw.images / _FULL, BOX)
    train, test = (Digits(images[part], raw.labels[part], full=1) for part in (slice(-TEST), slice(-TEST, None)))
    return Found(train, test, f"optdigits (scikit-learn {version('scikit-learn')})")
