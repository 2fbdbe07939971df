"""Learning curves."""

import math

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import panel_heads
from equidyn.report.numbers import listed
from equidyn.report.sections.section import Section, chart_parts, panel_words
from equidyn.report.sections.untrained import trained, untrained
from equidyn.report.tables import Table
from equidyn.report.wording import Line, wording

TITLE = "Learning curves"
_POINTS = 80  # of a curve, at most: more cannot be told apart in a panel


def section(results: StudyResults) -> Section | None:
    """Validation score and training loss over epochs."""
    pictures = []
    for stem, columns in wording(results.settings).charts.items():
        lines = {column: line for column, line in columns.items() if column in results.history}
        if lines and not trained(results, results.history).empty:
            pictures += _pictures(results, stem, lines)
    if not pictures:
        return None
    runs = results.runs[["dataset", "variant", "seed", "status", "epochs", "best_epoch", "early_epoch"]]
    view = runs.rename(columns=lambda column: column.replace("_", " "))
    table = Table(f"{results.name}--runs", "How each run ended.", runs, view)
    return Section(TITLE, [], pictures, [table])


def _pictures(results: StudyResults, stem: str, lines: dict[str, Line]) -> list[Picture]:
    names = [line.name for line in lines.values()]
    title = listed(names)
    caption = (
        f"{title[0].upper()}{title[1:]} over epochs: mean over the runs that reached the epoch, and their range as "
        "a band. A run that diverged is a thin dotted line that ends in a cross."
    )
    if any(math.isfinite(line.top) for line in lines.values()):
        caption += " Losses of more than twice that of guessing leave the frame."
    if any(line.rest for line in lines.values()):
        caption += " Error: share of the samples that are classified wrongly."
    if level := untrained(results):
        caption += f" Dotted: {level[0]}, which has nothing to train."
    history, between = _thinned(results.history)
    if between > 1:
        caption += f" One epoch in {between} is drawn."
    heads = panel_heads(results.settings)
    caption += panel_words(results)
    alt = f"Line charts of {' and of '.join(names)} against epoch, one row of panels per dataset."
    shown = []
    for part in chart_parts(results):
        rows = trained(results, part.of(history))
        rows = rows[rows["dataset"].isin(list(heads))].assign(x=lambda kept: kept["epoch"])
        courses = [_course(results, rows, column, line) for column, line in lines.items()]
        chart = curves(courses, heads, "epoch")
        shown.append(picture(f"{results.name}--{stem}{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown


def _thinned(history: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Every k-th epoch and the last one, and k; runs that diverged are kept whole, to where they end."""
    last = int(history["epoch"].max())
    between = math.ceil(last / _POINTS) or 1
    kept = (history["epoch"] % between == 0) | (history["epoch"] == last) | (history["status"] == "diverged")
    return history[kept], between


def _course(results: StudyResults, history: pd.DataFrame, column: str, line: Line) -> Course:
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
