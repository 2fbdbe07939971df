"""params.yaml as typed, checked objects: the only truth about a study. Imports nothing heavy (no torch, no PhiFlow)."""

from equidyn.core.params.load import PARAMS_FILE, load, read_yaml
from equidyn.core.params.params import Compute, Params
from equidyn.core.params.study import Cell, Study

__all__ = ["PARAMS_FILE", "Cell", "Compute", "Params", "Study", "load", "read_yaml"]
