"""What a study's data may be: one source for all its datasets, and what tells the datasets apart."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from equidyn.domains.digits.params import DigitsData, DigitsSource
from equidyn.domains.sets.params import GaussianData, GaussianSource
from equidyn.domains.smoke.params.archive import Archive, LevelsArchive, RotationArchive
from equidyn.domains.smoke.params.rotation import RotationData, RotationSource
from equidyn.domains.smoke.params.smoke import EpsLevel, PublishedLevel, SmokeLevel, SmokeSource
from equidyn.domains.turbulence.params import TurbulenceData, TurbulenceSource

Source = Annotated[
    SmokeSource | RotationSource | Archive | GaussianSource | DigitsSource | TurbulenceSource,
    Field(discriminator="kind"),
]
_MAKES = {
    SmokeSource: (EpsLevel, PublishedLevel),
    LevelsArchive: (PublishedLevel,),
    RotationSource: (RotationData,),
    RotationArchive: (RotationData,),
    GaussianSource: (GaussianData,),
    DigitsSource: (DigitsData,),
    TurbulenceSource: (TurbulenceData,),
}


# Keys that tell kinds of dataset apart; the names of the kinds are no keys, so that faults are told at the right place.
_KINDS = {
    "level": "(smoke level)",
    "vector_action": "(Rotation)",
    "sampling": "(Gaussian)",
    "origins": "(digits)",
    "anisotropy": "(turbulence)",
}


def _kind(entry: Any) -> str | None:
    """Which kind of dataset an entry means."""
    keys = entry if isinstance(entry, dict) else getattr(type(entry), "model_fields", ())
    return next((kind for key, kind in _KINDS.items() if key in keys), None)


Dataset = Annotated[
    Annotated[Annotated[SmokeLevel, Field(discriminator="level")], Tag("(smoke level)")]
    | Annotated[RotationData, Tag("(Rotation)")]
    | Annotated[GaussianData, Tag("(Gaussian)")]
    | Annotated[DigitsData, Tag("(digits)")]
    | Annotated[TurbulenceData, Tag("(turbulence)")],
    Discriminator(
        _kind,
        custom_error_type="dataset",
        custom_error_message="needs the key level (smoke), vector_action (Rotation protocol), sampling (sets), "
        "origins (digits) or anisotropy (turbulence)",
    ),
]


def makes(source: Any) -> tuple[type, ...]:
    """The kinds of dataset that a source can make."""
    return _MAKES[type(source)]
