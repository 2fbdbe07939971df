"""Fields taken for what they are not: under a smaller group than the data's, or with vectors that turn the other way.

A net between such types is exact under an action that is not the data's. Measures know the types of the task alone, so
that its equivariance error is that under the data's.
"""

from collections.abc import Sequence
from dataclasses import replace

from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C2


def taken_for(fields: Sequence[FieldType], group: str, vector_action: str) -> list[FieldType]:
    """The same channels; group "C2": under half turns alone; vector_action "published": vectors are reversed ones."""
    kinds = {"vector": "reversed vector"} if vector_action == "published" else {}
    groups = {"C2": C2}
    return [replace(one, group=groups.get(group, one.group), kind=kinds.get(one.kind, one.kind)) for one in fields]
