"""The training loop: Adam on random windows, validated each epoch, resumable at each epoch."""

import math
from collections.abc import Callable
from pathlib import Path

import torch

from equidyn.models.stack import ConvStack
from equidyn.params.training import Training
from equidyn.training import state as states
from equidyn.training.adam import Adam
from equidyn.training.precision import arithmetic
from equidyn.training.rollout import Rollout, Windows
from equidyn.training.schedule import learning_rate
from equidyn.training.state import State, snapshot
from equidyn.training.validation import validate, validation_windows


class Trainer:
    """Trains one network on one task; `run` returns the finished State.

    fingerprint: identifies everything that defines the run; a resume file with another one is ignored.
    """

    def __init__(
        self, network: ConvStack, task: Rollout, training: Training, *, augment: str, seed: int, precision: str
    ) -> None:
        self.network, self.task, self.training = network, task, training
        self.augment, self.seed, self.precision = augment, seed, precision
        self.device = task.velocity.device
        self.starts = task.starts("train", task.settings.train_steps)
        self.validation = validation_windows(task, training.validation_windows)
        self.optimiser = Adam(network.parameters(), training)

    def run(self, resume: Path, fingerprint: str, report: Callable[[State], None]) -> State:
        """Train to the end, from the resume file if it fits; `report` is called after each epoch."""
        state = states.restore(resume, fingerprint, self.network, self.optimiser) or self._begin()
        report(state)
        while state.status == "running":
            self._epoch(state)
            states.save(resume, fingerprint, state, self.network, self.optimiser)
            report(state)
        return state

    def _begin(self) -> State:
        state = State()
        self._record(state, rate=0.0, loss=None, penalty=self._penalty())
        return state

    def _epoch(self, state: State) -> None:
        state.epoch += 1
        rate = learning_rate(self.training, state.epoch)
        loss = self._train(self._batches(state.epoch), rate)
        self._record(state, rate, loss, self._penalty())
        self._judge(state, loss)

    def _train(self, batches: list[torch.Tensor], rate: float) -> float:
        """One epoch of steps; returns the mean loss, without the penalty."""
        self.network.train()
        total = torch.zeros((), device=self.device)
        for batch in batches:
            total += self._step(self._window(batch), rate)
        return total.item() / len(batches)

    def _step(self, batch: Windows, rate: float) -> torch.Tensor:
        self.optimiser.zero_grad()
        with arithmetic(self.device, self.precision):
            loss = self.task.loss(self.network, batch)
        (loss + self.network.penalty()).backward()
        if self.training.clip:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.training.clip)
        self.optimiser.step(rate)
        return loss.detach()

    def _batches(self, epoch: int) -> list[torch.Tensor]:
        """The epoch's windows, (window, 3) of simulation, first frame and quarter turns; drawn from (seed, epoch)."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        size, steps = self.training.batch_size, self.training.steps_per_epoch
        passes = math.ceil(size * steps / len(self.starts))
        order = torch.cat([torch.randperm(len(self.starts), generator=generator) for _ in range(passes)])
        drawn = self.starts[order[: size * steps]]
        turns = torch.randint(4, (len(drawn), 1), generator=generator)
        return list(torch.cat([drawn, turns], dim=1).split(size))

    def _window(self, batch: torch.Tensor) -> Windows:
        windows = self.task.windows(batch[:, :2], self.task.settings.train_steps)
        if self.augment == "none":
            return windows
        return windows.turned(batch[:, 2], self.task.inputs, self.task.outputs)

    def _record(self, state: State, rate: float, loss: float | None, penalty: float) -> None:
        measured = validate(self.network, self.task, self.validation)
        row = {"epoch": state.epoch, "learning_rate": rate, "train_loss": loss, "penalty": penalty}
        state.history.append(row | measured)
        if state.epoch == self.training.early_epoch:
            state.early = snapshot(self.network)
        if measured["validation_rmse"] < state.best_rmse:
            state.best_rmse, state.best_epoch, state.best = (
                measured["validation_rmse"],
                state.epoch,
                snapshot(self.network),
            )

    def _judge(self, state: State, loss: float) -> None:
        """Decide whether the run goes on."""
        rmse = state.history[-1]["validation_rmse"]
        if not (math.isfinite(loss) and math.isfinite(rmse)):
            state.status = "diverged"
            state.message = f"epoch {state.epoch}: training loss {loss}, validation RMSE {rmse}"
        elif state.epoch >= self.training.epochs:
            state.status, state.message = "completed", f"all {state.epoch} epochs"
        elif state.stale >= self.training.patience:
            state.status = "stopped"
            state.message = f"no better validation RMSE for {state.stale} epochs"

    def _penalty(self) -> float:
        with torch.no_grad():
            return float(self.network.penalty())
