"""Whether a network is a function of its weights and the seeds: if not, no run of it can be repeated or resumed."""

import torch

from equidyn.core.errors import EquidynError
from equidyn.core.randomness import seeded
from equidyn.core.training.loop import Trainer
from equidyn.core.training.state import snapshot


def refuse_hidden_state(trainer: Trainer, place: str) -> None:
    """Raise EquidynError, naming `place` in params.yaml, unless two looks at the first batch give the same loss.

    Both modes are looked at, with the same weights, buffers and seeds. The network's weights and buffers are left as
    they are. A generator of the model's own, which is nowhere saved, is found, and so are the time and counters.
    """
    weights, batch = snapshot(trainer.network), next(iter(trainer.recipe.batches(1)))
    for training in (True, False):
        first, second = (_look(trainer, batch, training, weights) for _ in range(2))
        if first != second:
            raise EquidynError(
                f"{place}: its network answers {first} and then {second} (training loss and what is recorded beside "
                "it) to the same batch, with the same weights and seeds; draw random numbers by torch.rand and the "
                "like without a generator, which are seeded here, and keep what changes in a buffer"
            )


def _look(trainer: Trainer, batch: object, training: bool, weights: dict[str, torch.Tensor]) -> str:
    """Loss and what is recorded beside it, as text, since NaN is not equal to itself."""
    network = trainer.network.train(training)
    network.begin(trainer.seed, 1)
    with seeded(trainer.seed, "look"), torch.no_grad(), trainer.arithmetic:
        found = trainer.recipe.loss(network, batch)[1].tolist()
    network.load_state_dict(weights)
    return ", ".join(map(str, found))
