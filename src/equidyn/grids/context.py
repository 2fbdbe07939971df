"""What measures of layers look at: a network whose layers map fields on a grid."""

from dataclasses import dataclass

from equidyn.core.measures.context import EvaluationContext


@dataclass(frozen=True)
class GridContext(EvaluationContext):
    """A network with `layers`, each a grids.conv.Layer."""
