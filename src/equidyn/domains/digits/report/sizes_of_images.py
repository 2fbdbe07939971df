"""What more images to train on bring: the headline number against how many there are."""

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels, of_level
from equidyn.report.sections.section import chart_parts
from equidyn.report.wording import wording

WORDS = (
    "All sizes are tested on the same images. Epochs have equally many steps, so that every size is trained for as "
    "many. Imposed symmetry stands in for data: what it helps, it should help most where images are few."
)


def pictures(results: StudyResults, sizes: dict[str, int]) -> list[Picture]:
    """One panel per origin, one line per variant; sizes: dataset -> images to train on."""
    headline = wording(results.settings).headline
    values = results.quantity(headline.measure, headline.quantity)
    if values.empty:
        return []
    origins = {dataset: of_level(label) for dataset, label in level_labels(results.settings).items()}
    frame = values.assign(x=values["dataset"].map(sizes), y=values["value"], dataset=values["dataset"].map(origins))
    caption = (
        f"{headline.name[0].upper()}{headline.name[1:]} against the number of images to train on: mean, and range over "
        "seeds as a band; the axis of the number is logarithmic."
    )
    alt = f"Line charts: {headline.name} against the number of training images, one line per variant."
    heads, shown = {name: name for name in origins.values()}, []
    for part in chart_parts(results):
        chart = curves([Course(part.of(frame), headline.label)], heads, "images to train on", "log")
        shown.append(picture(f"{results.name}-sizes{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown
