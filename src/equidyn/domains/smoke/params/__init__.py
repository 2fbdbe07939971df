"""What params.yaml says of smoke: four kinds of source, their datasets, and the task."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from equidyn.core.params.files import or_files
from equidyn.domains.smoke.params.archive import Archive
from equidyn.domains.smoke.params.files import FilesOfFields
from equidyn.domains.smoke.params.rollout import RolloutTask
from equidyn.domains.smoke.params.rotation import RotationData, RotationSource
from equidyn.domains.smoke.params.smoke import SmokeLevel, SmokeSource

Source = Annotated[SmokeSource | RotationSource | Archive | FilesOfFields, Field(discriminator="kind")]
Task = RolloutTask


def _tag(entry: Any) -> str | None:
    """Which kind of dataset an entry means, by its keys; in brackets, so that it is not taken for one of them."""
    keys = entry if isinstance(entry, dict) else getattr(type(entry), "model_fields", ())
    return next((f"({key})" for key in ("level", "vector_action") if key in keys), None)


Dataset = or_files(
    Annotated[
        Annotated[Annotated[SmokeLevel, Field(discriminator="level")], Tag("(level)")]
        | Annotated[RotationData, Tag("(vector_action)")],
        Discriminator(_tag, "dataset", "needs the key level, or of the Rotation protocol vector_action"),
    ]
)
