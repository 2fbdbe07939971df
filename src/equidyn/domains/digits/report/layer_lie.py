"""How fast each layer's answer departs from the true action under small shifts and turns."""

from equidyn.domains.digits.report.layers import LayerColumn, along_layers, by_layer, layer_tables, layers
from equidyn.report.figures.levels import Chart, Places, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words

TITLE = "Lie derivative by layer"
_UNITS = {"translation": "1/px", "rotation": "1/rad"}
_WORDS = (
    "The Lie derivative says how fast a layer's answer, moved back, changes as the image is moved, at no motion: its "
    "mean norm over that of the answer itself. Translation is counted per pixel of the image, rotation per radian. "
    "Feature maps are moved with the image, numbers (fc1, logits) should stay as they are. A small motion is not a "
    "large one: pooling commutes with shifts by whole strides, but not with what lies between. Nothing is told where "
    "no small motion is known: of fields that turn by quarter turns only, and of maps of less than 3 × 3 pixels."
)


def section(results: StudyResults) -> Section | None:
    """Both derivatives of every layer."""
    names = layers(results, "layer_lie", "translation")
    if not names:
        return None
    columns = [
        LayerColumn(f"{motion} [{unit}]", f"layer_lie.{motion}", by_layer(results, "layer_lie", motion))
        for motion, unit in _UNITS.items()
    ]
    caption = f"Lie derivative over the answer. {over_seeds_words(results)}"
    tables = layer_tables(results, f"{results.name}-layer-lie", caption, columns)
    pictures = [shown for dataset in results.datasets for shown in _pictures(results, dataset, columns, names)]
    return Section(TITLE, [_WORDS, *diverged_words(results)], pictures, tables)


def _pictures(results: StudyResults, dataset: str, columns: list[LayerColumn], names: list[str]) -> list[Picture]:
    """One, if there is anything to draw."""
    summaries = {column.head: along_layers(results, column.values, dataset) for column in columns}
    charts = [Chart(summary, head) for head, summary in summaries.items() if len(summary)]
    if not charts:
        return []
    head, places = level_labels(results.settings)[dataset], Places({layer: layer for layer in names}, "layer")
    caption = f"Lie derivative by layer, {head}: mean, and 95 % intervals over seeds as bars."
    alt = "Charts: the Lie derivative of translation and of rotation against layer, by variant."
    suffix = "" if len(results.datasets) == 1 else f"-{dataset}"
    return [picture(f"{results.name}-layer-lie{suffix}", caption, alt, by_level(charts, places))]
