"""Sets of kind "files": sets of a user's own, with a class of each."""

from equidyn.core.data import files
from equidyn.core.data.labelled import Labelled
from equidyn.core.params.files import FilesData
from equidyn.core.provenance import Clock
from equidyn.domains.sets.params import FilesOfSets

CLASSES = 2


def make(source: FilesOfSets, wanted: FilesData, name: str, clock: Clock) -> Labelled:
    """Read and check one dataset (core/data/files.py). `name` is STUDY/DATASET."""
    return files.labelled(source, wanted, clock, CLASSES)
