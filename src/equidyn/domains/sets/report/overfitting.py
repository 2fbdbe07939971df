"""What networks lose on sets that they did not see: the gap between training and validation loss."""

from equidyn.domains.sets.report.figures.gaps import gaps
from equidyn.domains.sets.report.wording import HIGHEST
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, chart_parts, diverged_words, over_seeds_words
from equidyn.report.wording import LOSS_UNIT

TITLE = "Over-fitting"
_WORDS = (
    "Gap: validation loss less training loss, both of the last epoch. Rise: validation loss of the last epoch less the "
    "lowest of the run; above 0, training went on for too long. Where every epoch draws fresh sets, none is seen "
    "twice, and there is nothing to over-fit. The training loss is a mean over the epoch's steps, so of weights "
    "that still moved: while a network learns fast it is above the loss at the epoch's end, and the gap may be "
    "negative. What is tested elsewhere is the best epoch, before the rise."
)
# quantity, head
_SHOWN = (
    ("gap", f"gap [{LOSS_UNIT}]"),
    ("rise", f"rise [{LOSS_UNIT}]"),
    ("best", f"lowest validation loss [{LOSS_UNIT}]"),
)


def section(results: StudyResults) -> Section | None:
    """Both losses of every variant over epochs, and what is left between them."""
    columns = [
        Column(head, f"overfitting.{quantity}", values)
        for quantity, head in _SHOWN
        if not (values := results.quantity("overfitting", quantity)).empty
    ]
    if not columns:
        return None
    caption = f"Gap and rise of the whole run. {over_seeds_words(results)}"
    table = case_table(results, f"{results.name}-overfitting", caption, columns)
    return Section(TITLE, [_WORDS, *diverged_words(results)], _pictures(results), [table])


def _pictures(results: StudyResults) -> list[Picture]:
    history = results.history[results.history["status"] != "diverged"]
    frame = history.rename(columns={"train_loss": "training", "validation_loss": "validation"})
    caption = (
        "Training and validation loss over epochs, means over seeds. Where they part, a network over-fits. Losses of "
        "more than twice that of guessing leave the frame."
    )
    alt = "Line charts, one panel per variant: training loss and validation loss against epoch, for every dataset."
    heads, name = level_labels(results.settings), f"{results.name}-overfitting"
    charts = {part: gaps(frame, heads, part.variants, f"loss [{LOSS_UNIT}]", HIGHEST) for part in chart_parts(results)}
    return [picture(f"{name}{part.suffix}", f"{caption}{part.words}", alt, chart) for part, chart in charts.items()]
