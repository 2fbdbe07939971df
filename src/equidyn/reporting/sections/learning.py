"""Learning curves."""

from equidyn.reporting.figures.curves import Course, curves
from equidyn.reporting.figures.style import picture
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import VELOCITY_UNIT, level_labels
from equidyn.reporting.sections.section import Section, drawn
from equidyn.reporting.tables import Table

TITLE = "Learning curves"
_COURSES = {
    "validation_rmse": f"validation RMSE\n[{VELOCITY_UNIT}]",
    "train_loss": f"training loss\n[({VELOCITY_UNIT})²]",
}


def section(results: StudyResults) -> Section | None:
    """Validation error and training loss over epochs."""
    courses = {column: label for column, label in _COURSES.items() if column in results.history}
    if not courses:
        return None
    history = drawn(results, results.history).assign(x=lambda rows: rows["epoch"])
    shown = [Course(history.assign(y=history[column]), label, log=True) for column, label in courses.items()]
    name = f"{results.name}-learning"
    caption = (
        "Validation RMSE and training loss over epochs: mean over the runs that reached the epoch, and their range as "
        "a band. A run that diverged is a thin dotted line that ends in a cross."
    )
    alt = "Line charts of validation RMSE and of training loss against epoch, one row of panels per dataset."
    chart = curves(shown, level_labels(results.settings), "epoch")
    runs = results.runs[["dataset", "variant", "seed", "status", "epochs", "best_epoch", "early_epoch"]]
    view = runs.rename(columns=lambda column: column.replace("_", " "))
    table = Table(f"{results.name}-runs", "How each run ended.", runs, view)
    return Section(TITLE, [], [picture(name, caption, alt, chart)], [table])
