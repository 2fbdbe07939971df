"""The early checkpoint beside the best: what changes while training."""

from equidyn.report.gather import StudyResults
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, over_seeds_words
from equidyn.report.sections.untrained import trained
from equidyn.report.wording import wording

TITLE = "Early and best checkpoints"
# measure, quantity, head of its columns, factor
_SHOWN = (
    ("error", "rmse", "test RMSE", 1.0),
    ("accuracy", "accuracy", "test accuracy", 1.0),
    ("accuracy", "loss", "test loss [nats]", 1.0),
    ("reconstruction", "upright", "test MSE, upright", 1.0),
    ("reconstruction", "rotated", "test MSE, turned", 1.0),
    ("recognition", "accuracy", "test accuracy", 1.0),
    ("recognition", "rotated", "test accuracy, turned", 1.0),
    ("super_resolution", "mae", "test MAE", 1.0),
    ("spectrum", "total_error", "spectral error [decades]", 1.0),
    ("invariance", "points.relative", "invariance error under S_n", 1.0),
    ("equivariance", "pairwise", "equivariance error", 1.0),
    ("cube_equivariance", "vector.relative", "error under rotations of vectors", 1.0),
    ("decomposition", "share", "share of loss [%]", 100.0),
    ("cube_decomposition", "share", "share of loss [%]", 100.0),
    ("lie", "relative", "Lie derivative [1/rad]", 1.0),
    ("hessian", "largest", "largest eigenvalue", 1.0),
)


def section(results: StudyResults) -> Section | None:
    """Headline quantities at every checkpoint, one row per dataset and variant."""
    if len(results.checkpoints) < 2 or trained(results, results.runs).empty:
        return None
    columns = [
        Column(f"{head}, {checkpoint}", f"{measure}.{quantity}@{checkpoint}", values, scale)
        for measure, quantity, head, scale in _SHOWN
        for checkpoint in sorted(results.checkpoints, reverse=True)
        if not (values := results.quantity(measure, quantity, checkpoint)).empty
    ]
    if not columns:
        return None
    caption = f"The same measures at each checkpoint. {over_seeds_words(results)}"
    return Section(
        TITLE, [words(results)], tables=[case_table(results, f"{results.name}-checkpoints", caption, columns)]
    )


def words(results: StudyResults) -> str:
    """Which weights the two checkpoints hold."""
    early = ", ".join(map(str, trained(results, results.runs)["early_epoch"].unique()))
    score = wording(results.settings).score_name
    return f"Early: weights after epoch {early}. Best: weights of the lowest validation {score}."
