"""equidyn: how imposed symmetry, against the symmetry of the data, shapes what networks learn and how they train."""

__version__ = "0.1.0"
