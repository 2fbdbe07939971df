"""The published table of super-resolution beside ours."""

from equidyn.domains.turbulence.report.published import alike, figures
from equidyn.domains.turbulence.report.wording import VELOCITY_UNIT
from equidyn.report.families import options
from equidyn.report.gather import StudyResults
from equidyn.report.sections.beside import Network, Published, beside, scale_words
from equidyn.report.sections.section import Section

TITLE = "Super-resolution, published"
_WORDS = (
    "Theirs are errors on JHTDB in its own velocity unit. The published networks take velocity components for scalars, "
    "and so do the variants of ours beside them."
)


def section(results: StudyResults) -> Section | None:
    """MAE of published networks, and of ours."""
    values = results.quantity("super_resolution", "mae")
    if values.empty:
        return None
    known, table = figures(), figures().super_resolution
    networks = [
        Network(row.name, {"paper": row.paper, "blog": row.blog}, _ours(results, row.name)) for row in table.rows
    ]
    published = Published(networks, "0.1 velocity units of JHTDB", {VELOCITY_UNIT: values})
    words = [scale_words(results, table.scale, known.sources), _WORDS]
    name = f"{results.name}--super-resolution-published"
    return Section(TITLE, words, tables=[beside(results, name, "Test MAE.", published)])


def _ours(results: StudyResults, name: str) -> list[str]:
    """Variants that are built and trained as a published network."""
    study = results.settings
    return [
        variant
        for variant, settings in study.variants.items()
        if settings.augment == "none" and name in [row.name for row in alike(settings.network, options(study, variant))]
    ]
