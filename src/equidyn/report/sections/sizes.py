"""What more data brings: test error or accuracy against the number of independent training samples."""

import pandas as pd

from equidyn.domains.digits.report import sizes_of_images
from equidyn.domains.sets.report import sizes_of_sets
from equidyn.domains.smoke.report.rmse import in_length_per_time
from equidyn.domains.turbulence.report import sizes_of_volumes
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels, of_level, own_size
from equidyn.report.sections.section import Section, diverged_words, drawn

TITLE = "Data size"


def section(results: StudyResults) -> Section | None:
    """Test RMSE along the number of training scenes, where datasets differ in it; one panel per level.

    Of sets: test accuracy along their number; of images and volumes: what their networks are compared by.
    """
    sizes = training_scenes(results)
    if len(set(sizes.values())) < 2:
        return None
    if results.settings.source.kind == "digits":
        text = [sizes_of_images.WORDS, *diverged_words(results)]
        return Section(TITLE, text, sizes_of_images.pictures(results, sizes))
    if results.settings.task.kind == "upscale":
        text = [sizes_of_volumes.WORDS, *diverged_words(results)]
        return Section(TITLE, text, sizes_of_volumes.pictures(results, sizes))
    if not results.quantity("accuracy", "accuracy").empty:
        text = [sizes_of_sets.WORDS, *diverged_words(results)]
        return Section(TITLE, text, sizes_of_sets.pictures(results, sizes))
    values = in_length_per_time(results, "rmse")
    if values.empty:
        return None
    levels = {dataset: of_level(label) for dataset, label in level_labels(results.settings).items() if dataset in sizes}
    chosen = drawn(results, values[values["dataset"].isin(levels)])
    frame = chosen.assign(x=chosen["dataset"].map(sizes), y=chosen["value"], dataset=chosen["dataset"].map(levels))
    course = Course(frame, "test RMSE [length/time]", log=True, baseline=_persistence(results, levels, sizes))
    chart = curves(
        [course], dict(zip(levels.values(), levels.values(), strict=True)), "independent training scenes", "log"
    )
    caption = (
        "Test RMSE against the number of independent scenes in the training split, each in four directions: mean, and "
        "range over seeds as a band; both axes are logarithmic."
    )
    alt = "Line charts with logarithmic axes: test RMSE against the number of training scenes, one line per variant."
    words = (
        "All sizes are tested on the same scenes, and compared in the unit of the simulation, since the rms velocity "
        "of the training split differs from size to size. A line that falls faster makes more of more data."
    )
    return Section(TITLE, [words, *diverged_words(results)], [picture(f"{results.name}-sizes", caption, alt, chart)])


def training_scenes(results: StudyResults) -> dict[str, int]:
    """Dataset -> training scenes, sets, images or simulations: its own number or the source's; empty where there are
    none."""
    usual = getattr(results.settings.source.split, "train", None)
    own = {name: own_size(entry) or usual for name, entry in results.settings.datasets.items()}
    return {name: count for name, count in own.items() if isinstance(count, int)}


def _persistence(results: StudyResults, levels: dict[str, str], sizes: dict[str, int]) -> pd.DataFrame | None:
    still = in_length_per_time(results, "persistence_rmse")
    still = still[still["dataset"].isin(levels)]
    if still.empty:
        return None
    frame = still.assign(x=still["dataset"].map(sizes), dataset=still["dataset"].map(levels))
    return frame.groupby(["dataset", "x"], sort=False, as_index=False)["value"].mean().rename(columns={"value": "y"})
