"""overfitting: what the course of training lost on samples that it did not see."""

from equidyn.core.errors import EquidynError
from equidyn.core.measures.quantities import Quantity
from equidyn.domains.sets.tasks.classify_sets.context import ClassifySetsContext

QUANTITIES = (
    Quantity("gap", "validation - training loss at the end", "nats", "lower", headline=True),
    Quantity("rise", "rise of the validation loss", "nats", "lower"),
    Quantity("best", "lowest validation loss", "nats", "lower"),
)


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
