"""What all treatments share: a recipe whose loss also sees its samples moved by random group elements."""

from abc import abstractmethod
from collections.abc import Iterator

import torch

from equidyn.core.models.network import Network
from equidyn.core.randomness import generator
from equidyn.core.training.task import TrainingRecipe
from equidyn.grids.task import GridBatch, GridRecipe

Drawn = tuple[GridBatch | torch.Tensor, torch.Tensor]


class Treated(TrainingRecipe):
    """A recipe with a treatment put around it. Raises ValueError if the group of the data has one element.

    A batch is one of the recipe's with the group elements drawn for it, (sample,).
    """

    columns = ("train_loss", "treatment")

    def __init__(self, recipe: GridRecipe) -> None:
        self.recipe, self.task, self.score = recipe, recipe.task, recipe.score
        self.order = recipe.task.inputs.order
        if self.order < 2:
            raise ValueError("the group of the data has one element, so that nothing can be moved")

    @abstractmethod
    def terms(
        self, network: Network, samples: GridBatch, elements: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What is minimised; the loss on the samples alone; and the treatment's term, without its weight."""

    def drawn(self, count: int, draws: torch.Generator) -> torch.Tensor:
        """Elements for a batch of `count` samples: one each, all elements alike."""
        return torch.randint(self.order, (count,), generator=draws)

    def batches(self, epoch: int) -> Iterator[Drawn]:
        """The recipe's, each with its elements."""
        draws = generator("treatment", self.recipe.seed, epoch)
        for batch in self.recipe.batches(epoch):
            yield batch, self.drawn(len(batch), draws)

    def loss(self, network: Network, batch: Drawn) -> tuple[torch.Tensor, torch.Tensor]:
        """What is minimised; recorded are the loss on the samples alone and the term."""
        total, loss, term = self.terms(network, self.recipe.samples(batch[0]), batch[1])
        return total, torch.stack([loss, term]).detach()

    def validate(self, network: Network) -> dict[str, float]:
        """The recipe's."""
        return self.recipe.validate(network)
