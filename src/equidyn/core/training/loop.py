"""The training loop: an optimiser on an epoch's batches, validated each epoch, resumable at each epoch."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.training import Training
from equidyn.core.randomness import seeded
from equidyn.core.training import state as states
from equidyn.core.training.adam import Adam
from equidyn.core.training.muon import Muon
from equidyn.core.training.precision import arithmetic
from equidyn.core.training.schedule import learning_rate, over
from equidyn.core.training.state import State, snapshot
from equidyn.core.training.task import TrainingRecipe


class Trainer:
    """Trains one network by its recipe; `run` returns the finished State.

    seed: of the run; device, precision: of its arithmetic. A network without parameters is validated, and that is all.
    """

    def __init__(
        self,
        network: Network,
        recipe: TrainingRecipe,
        training: Training,
        *,
        seed: int,
        device: torch.device,
        precision: str,
    ) -> None:
        self.network, self.recipe, self.training = network, recipe, training
        self.seed, self.device, self.precision = seed, device, precision
        own = set(network.own_parameters())
        self.parameters = [parameter for parameter in network.parameters() if parameter not in own]
        optimiser = {"adam": Adam, "muon": Muon}[training.optimiser]
        self.optimiser = optimiser(self.parameters, training) if self.parameters else None
        self.arithmetic = arithmetic(device, precision)  # entered at each step, since making it takes longer
        _keep_freed_memory()

    def run(self, resume: Path, fingerprint: str, report: Callable[[State], None]) -> State:
        """Train to the end, from the resume file if it fits; `report` is called after each epoch.

        fingerprint: identifies everything that defines the run; a resume file with another one is ignored.
        """
        parts = self.network, self.optimiser, self.recipe.memory
        state = states.restore(resume, fingerprint, *parts) or self._begin()
        report(state)
        while state.status == "running":
            self._epoch(state)
            states.save(resume, fingerprint, state, *parts)
            report(state)
        return state

    def _begin(self) -> State:
        state = State()
        with seeded(self.seed, state.epoch):
            self._record(state, {"learning_rate": 0.0} | self.recipe.recorded(None) | self.network.reported())
        score = state.history[0][self.recipe.score]
        if not math.isfinite(score):
            state.status, state.message = "diverged", f"before training: {self._score_words} {score}"
        elif self.optimiser is None:
            state.status, state.message = "completed", "no parameters to train"
        return state

    def _epoch(self, state: State) -> None:
        state.epoch += 1
        rate = learning_rate(self.training, state.epoch)
        with seeded(self.seed, state.epoch):
            means, moved = self._train(state.epoch, rate)
            self._record(state, {"learning_rate": rate} | self.recipe.recorded(means) | moved)
        self._judge(state, means[0])

    def _train(self, epoch: int, rate: float) -> tuple[list[float], dict[str, float]]:
        """One epoch of steps; returns the means of the recipe's columns, and what the network reports at its end.

        Annealed layers are relaxed meanwhile, and only then: what is validated and kept is the strict net.
        """
        self.network.train()
        self.network.begin(self.seed, epoch)
        self.network.relax(self.network.relaxation(over(self.training, epoch)))
        total = torch.zeros(len(self.recipe.columns), device=self.device)
        for batch in self.recipe.batches(epoch):
            total += self._step(batch, rate)
        moved = self.network.reported()  # while it is relaxed
        self.network.relax(0.0)
        return (total / self.training.steps_per_epoch).tolist(), moved

    def _step(self, batch: Any, rate: float) -> torch.Tensor:
        """One update; returns the values of the recipe's columns before it."""
        self.optimiser.zero_grad()
        with self.arithmetic:
            loss, values = self.recipe.loss(self.network, batch)
        penalty = self.network.penalty()
        (loss + penalty if isinstance(penalty, torch.Tensor) else loss).backward()
        if self.training.clip:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.training.clip)
        self.optimiser.step(rate)
        steps = self.training.epochs * self.training.steps_per_epoch
        self.network.stepped(rate / self.training.learning_rate, 1 / steps)
        return values

    def _record(self, state: State, trained: dict[str, float | None]) -> None:
        """Validate, and keep what is to be kept. penalty: the regulariser; the others are of the epoch's training."""
        self.network.eval()
        measured = self.recipe.validate(self.network)
        state.history.append({"epoch": state.epoch} | trained | {"penalty": self._penalty()} | measured)
        if state.epoch == self.training.early_epoch:
            state.early = snapshot(self.network)
        score = measured[self.recipe.score]
        if state.epoch == 0:
            state.best = snapshot(self.network)  # whatever its score: a run always has a checkpoint
        if score < state.best_score:
            state.best_score, state.best_epoch, state.best = score, state.epoch, snapshot(self.network)

    def _judge(self, state: State, loss: float) -> None:
        """Decide whether the run goes on."""
        score, words = state.history[-1][self.recipe.score], self._score_words
        if not (math.isfinite(loss) and math.isfinite(score)):
            state.status = "diverged"
            state.message = f"epoch {state.epoch}: training loss {loss}, {words} {score}"
        elif state.epoch >= self.training.epochs:
            state.status, state.message = "completed", f"all {state.epoch} epochs"
        elif state.stale >= self.training.patience and not self._was_relaxed(state.epoch - self.training.patience + 1):
            state.status = "stopped"
            state.message = f"no better {words} for {state.stale} epochs"

    @property
    def _score_words(self) -> str:
        return self.recipe.score.replace("_", " ")

    def _was_relaxed(self, epoch: int) -> bool:
        """While a net is trained relaxed, its strict part need not get better at each epoch: no reason to stop."""
        return self.network.anneals and self.network.relaxation(over(self.training, epoch)) > 0

    def _penalty(self) -> float:
        with torch.no_grad():
            return float(self.network.penalty())


def _keep_freed_memory() -> None:
    """Let a step have the memory that the last one freed, instead of new pages: up to a tenth faster [measured].

    glibc gives memory back beyond twice the largest block that it has seen freed, of 32 MB at most. So it is shown one,
    of which no page is ever used.
    """
    torch.empty(7 << 20)
