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
from equidyn.training.schedule import learning_rate, relaxation
from equidyn.training.soft import broken_symmetry
from equidyn.training.state import State, snapshot
from equidyn.training.validation import validate


class Trainer:
    """Trains one network on one task; `run` returns the finished State.

    equivariance_penalty: weight in the loss of the broken symmetry of the first predicted frame (training/soft.py).
    fingerprint: identifies everything that defines the run; a resume file with another one is ignored.
    """

    def __init__(
        self,
        network: ConvStack,
        task: Rollout,
        training: Training,
        *,
        augment: str,
        seed: int,
        precision: str,
        equivariance_penalty: float = 0.0,
    ) -> None:
        self.network, self.task, self.training = network, task, training
        self.augment, self.seed, self.precision = augment, seed, precision
        self.equivariance_penalty = equivariance_penalty
        self.device = task.velocity.device
        self.starts = task.starts("train", task.settings.train_steps)
        self.validation = task.spread("validation", training.validation_windows, task.settings.test_steps)
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
        self._record(state, {"learning_rate": 0.0, "train_loss": None, "equivariance_penalty": None})
        return state

    def _epoch(self, state: State) -> None:
        state.epoch += 1
        rate = learning_rate(self.training, state.epoch)
        loss, broken = self._train(state.epoch, rate)
        soft = broken if self.equivariance_penalty else None
        self._record(state, {"learning_rate": rate, "train_loss": loss, "equivariance_penalty": soft})
        self._judge(state, loss)

    def _train(self, epoch: int, rate: float) -> tuple[float, float]:
        """One epoch of steps; returns the mean loss, without penalties, and the mean broken symmetry (0 if not taken).

        Annealed layers are relaxed meanwhile, and only then: what is validated and kept is the strict net.
        """
        self.network.train()
        self.network.relax(relaxation(self.training, epoch))
        total = torch.zeros(2, device=self.device)
        for batch in self._batches(epoch):
            turns = int(batch[0, 3]) if self.equivariance_penalty else 0
            total += self._step(self._window(batch), rate, turns)
        self.network.relax(0.0)
        loss, broken = (total / self.training.steps_per_epoch).tolist()
        return loss, broken

    def _step(self, batch: Windows, rate: float, turns: int = 0) -> torch.Tensor:
        """One update; returns the loss and, if `turns` is not 0, the broken symmetry under so many quarter turns."""
        self.optimiser.zero_grad()
        broken = torch.zeros((), device=self.device)
        with arithmetic(self.device, self.precision):
            predicted = self.task.unroll(self.network, batch.inputs, len(batch.targets))
            loss = self.task.summed_error(predicted, batch.targets)
            if turns:
                broken = broken_symmetry(self.task, self.network, batch.inputs, predicted[0], turns)
        (loss + self.equivariance_penalty * broken + self.network.penalty()).backward()
        if self.training.clip:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.training.clip)
        self.optimiser.step(rate)
        return torch.stack([loss, broken]).detach()

    def _batches(self, epoch: int) -> list[torch.Tensor]:
        """The epoch's windows, drawn from (seed, epoch).

        (window, 4): simulation, first frame, quarter turns of the augmentation, and those of the penalty on broken
        symmetry (1 to 3, the same in a batch).
        """
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        size, steps = self.training.batch_size, self.training.steps_per_epoch
        passes = math.ceil(size * steps / len(self.starts))
        order = torch.cat([torch.randperm(len(self.starts), generator=generator) for _ in range(passes)])
        drawn = self.starts[order[: size * steps]]
        turns = torch.randint(4, (len(drawn), 1), generator=generator)
        probes = torch.randint(1, 4, (steps, 1), generator=generator).repeat_interleave(size, dim=0)
        return list(torch.cat([drawn, turns, probes], dim=1).split(size))

    def _window(self, batch: torch.Tensor) -> Windows:
        windows = self.task.windows(batch[:, :2], self.task.settings.train_steps)
        if self.augment == "none":
            return windows
        return windows.turned(batch[:, 2], self.task.inputs, self.task.outputs)

    def _record(self, state: State, trained: dict[str, float | None]) -> None:
        """Validate, and keep what is to be kept. penalty: the regulariser; the others are of the epoch's training."""
        measured = validate(self.network, self.task, self.validation)
        state.history.append({"epoch": state.epoch} | trained | {"penalty": self._penalty()} | measured)
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
        elif state.stale >= self.training.patience and not self._was_relaxed(state.epoch - self.training.patience + 1):
            state.status = "stopped"
            state.message = f"no better validation RMSE for {state.stale} epochs"

    def _was_relaxed(self, epoch: int) -> bool:
        """While a net is trained relaxed, its strict part need not get better at each epoch: no reason to stop."""
        return self.network.anneals and relaxation(self.training, epoch) > 0

    def _penalty(self) -> float:
        with torch.no_grad():
            return float(self.network.penalty())
