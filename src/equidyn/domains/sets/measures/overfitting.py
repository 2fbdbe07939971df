"""overfitting: what the course of training lost on samples that it did not see."""

from equidyn.core.errors import EquidynError
from equidyn.domains.sets.tasks.classify_sets.context import ClassifySetsContext


def measure(context: ClassifySetsContext) -> dict[str, float]:
    """From history.csv [nats]; of the whole training run, whatever the checkpoint.

    gap: last validation loss minus last training loss (mean over the last epoch's steps). rise: last validation loss
    minus the lowest. best: the lowest validation loss.
    """
    epochs = [row for row in context.history if row["train_loss"] is not None]
    if not epochs:
        raise EquidynError("measures.overfitting: the run has no epoch of training to look at")
    losses, last = [row["validation_loss"] for row in context.history], epochs[-1]
    return {
        "gap": last["validation_loss"] - last["train_loss"],
        "rise": losses[-1] - min(losses),
        "best": min(losses),
    }
