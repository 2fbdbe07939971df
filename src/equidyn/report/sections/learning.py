"""Learning curves."""

import math
from dataclasses import dataclass

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import VELOCITY_UNIT, level_labels
from equidyn.report.numbers import listed
from equidyn.report.sections.section import Section, chart_parts
from equidyn.report.sections.untrained import trained, untrained
from equidyn.report.tables import Table
from equidyn.report.wording import DIGITS, GUESSED, GUESSED_DIGIT, HIGHEST, LOSS_UNIT, PIXEL_UNIT, wording

TITLE = "Learning curves"


@dataclass(frozen=True)
class _Line:
    """What a chart shows of a column of history.csv; unit: "" for that of the training loss, which a task may choose.
    guess: what a network scores that cannot tell the classes. top: where the axis ends. rest: whether 1 minus the
    column is shown, as accuracies near 1 are told apart by errors."""

    name: str
    unit: str
    log: bool = True
    guess: float | None = None
    top: float = math.inf
    rest: bool = False

    def of(self, column: pd.Series) -> pd.Series:
        """What is shown of the column."""
        return 1 - column if self.rest else column


# Kind of task -> stem of a chart's file -> column -> what is shown of it.
_CHARTS = {
    "rollout": {
        "learning": {
            "validation_rmse": _Line("validation RMSE", VELOCITY_UNIT),
            "train_loss": _Line("training loss", f"({VELOCITY_UNIT})²"),
        }
    },
    "classify_sets": {
        "learning": {
            "validation_loss": _Line("validation loss", LOSS_UNIT, False, GUESSED, HIGHEST),
            "train_loss": _Line("training loss", LOSS_UNIT, False, GUESSED, HIGHEST),
        },
        "learning-accuracy": {"validation_accuracy": _Line("validation accuracy", "1", False, guess=0.5)},
    },
    "reconstruct": {
        "learning": {
            "validation_loss": _Line("validation MSE", PIXEL_UNIT),
            "train_loss": _Line("training MSE", PIXEL_UNIT),
        }
    },
    "classify_images": {
        "learning": {
            "validation_loss": _Line("validation loss", LOSS_UNIT, guess=GUESSED_DIGIT),
            "train_loss": _Line("training loss", LOSS_UNIT, guess=GUESSED_DIGIT),
        },
        "learning-error": {
            "validation_accuracy": _Line("validation error", "share wrong", guess=1 - 1 / DIGITS, rest=True),
            "train_accuracy": _Line("training error", "share wrong", guess=1 - 1 / DIGITS, rest=True),
        },
    },
    "upscale": {
        "learning": {
            "validation_mae": _Line("validation MAE", VELOCITY_UNIT),
            "train_loss": _Line("training loss", ""),
        },
    },
}


def section(results: StudyResults) -> Section | None:
    """Validation score and training loss over epochs."""
    pictures = []
    for stem, columns in _CHARTS[results.settings.task.kind].items():
        lines = {column: line for column, line in columns.items() if column in results.history}
        if lines and not trained(results, results.history).empty:
            pictures += _pictures(results, stem, lines)
    if not pictures:
        return None
    runs = results.runs[["dataset", "variant", "seed", "status", "epochs", "best_epoch", "early_epoch"]]
    view = runs.rename(columns=lambda column: column.replace("_", " "))
    table = Table(f"{results.name}-runs", "How each run ended.", runs, view)
    return Section(TITLE, [], pictures, [table])


def _pictures(results: StudyResults, stem: str, lines: dict[str, _Line]) -> list[Picture]:
    names = [line.name for line in lines.values()]
    told = listed(names)
    caption = (
        f"{told[0].upper()}{told[1:]} over epochs: mean over the runs that reached the epoch, and their range as "
        "a band. A run that diverged is a thin dotted line that ends in a cross."
    )
    if any(math.isfinite(line.top) for line in lines.values()):
        caption += " Losses of more than twice that of guessing leave the frame."
    if any(line.rest for line in lines.values()):
        caption += " Error: share of the images that are told wrong."
    if level := untrained(results):
        caption += f" Dotted: {level[0]}, which has nothing to train."
    alt = f"Line charts of {' and of '.join(names)} against epoch, one row of panels per dataset."
    shown = []
    for part in chart_parts(results):
        history = trained(results, part.of(results.history)).assign(x=lambda rows: rows["epoch"])
        courses = [_course(results, history, column, line) for column, line in lines.items()]
        chart = curves(courses, level_labels(results.settings), "epoch")
        shown.append(picture(f"{results.name}-{stem}{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown


def _course(results: StudyResults, history: pd.DataFrame, column: str, line: _Line) -> Course:
    frame = history.assign(y=line.of(history[column]))
    label = f"{line.name}\n[{line.unit or wording(results.settings).loss_unit}]"
    if line.guess is not None:
        guesses = _level(dict.fromkeys(results.datasets, line.guess), frame["x"].max())
        return Course(frame, label, line.log, guesses, "by guessing", line.top)
    if names := untrained(results):
        rows = results.history[results.history["variant"] == names[0]]
        heights = line.of(rows[column]).groupby(rows["dataset"], sort=False).mean()
        return Course(frame, label, line.log, _level(heights.to_dict(), frame["x"].max()), names[0])
    return Course(frame, label, line.log)


def _level(heights: dict[str, float], last: int) -> pd.DataFrame:
    """Columns dataset, x, y of level lines from the start to the last epoch; heights: dataset -> y."""
    return pd.DataFrame([{"dataset": name, "x": x, "y": height} for name, height in heights.items() for x in (0, last)])
