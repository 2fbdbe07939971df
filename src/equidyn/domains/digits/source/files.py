"""Sets of kind "files": images of a user's own, with a class of each."""

from equidyn.core.data import files
from equidyn.core.data.labelled import Labelled
from equidyn.core.params.files import FilesData
from equidyn.core.provenance import Clock
from equidyn.domains.digits.params import FilesOfImages
from equidyn.domains.digits.source.digit_images import CLASSES


def make(source: FilesOfImages, wanted: FilesData, name: str, clock: Clock) -> Labelled:
    """Read and check one dataset (core/data/files.py). `name` is STUDY/DATASET."""
    return files.labelled(source, wanted, clock, CLASSES)
