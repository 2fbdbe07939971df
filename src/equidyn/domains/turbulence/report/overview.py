"""Which turbulence a run has."""

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.overview import Fact

_TITLE = "Turbulence"


def facts(studies: list[StudyResults]) -> list[Fact]:
    """The flow of each study."""
    several = len(studies) > 1
    return [Fact(f"{_TITLE} of {study.name}" if several else _TITLE, flow_words(study)) for study in studies]


def flow_words(study: StudyResults) -> str:
    """Which flow a study holds, and that it is not that of the published table."""
    source, heads = study.settings.source, level_labels(study.settings)
    fine, coarse = (" × ".join([str(side)] * 3) for side in (source.resolution, source.resolution // source.factor))
    speeds = [f"{number(tree['checks']['re_lambda'], 2)} at {heads[name]}" for name, tree in study.data.items()]
    return (
        f"simulated here, {coarse} to {fine} voxels, Re_lambda {listed(speeds)}; not the data of the published figures "
        "(JHTDB)."
    )
