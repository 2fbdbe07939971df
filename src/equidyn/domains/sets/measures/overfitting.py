"""overfitting: what the course of training lost on samples that it did not see."""

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.sets.tasks.classify_sets.context import ClassifySetsContext

QUANTITIES = (
    Quantity("gap", "validation - training loss at the end", "nats", "lower", headline=True),
    Quantity("rise", "rise of the validation loss", "nats", "lower"),
    Quantity("best", "lowest validation loss", "nats", "lower"),
)


def measure(context: ClassifySetsContext) -> dict[str, float | None]:
    """From history.csv [nats]; of the whole training run, whatever the checkpoint.

    gap: last validation loss minus last training loss (mean over the last epoch's steps); None of a run without an
    epoch of training. rise: last validation loss minus the lowest. best: the lowest validation loss.
    """
    losses, last = [row["validation_loss"] for row in context.history], context.history[-1]
    return {
        "gap": None if last["train_loss"] is None else last["validation_loss"] - last["train_loss"],
        "rise": losses[-1] - min(losses),
        "best": min(losses),
    }
