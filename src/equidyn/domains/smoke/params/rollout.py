"""The task rollout: from the last frames of a velocity field predict the next, again and again."""

from typing import Literal

from pydantic import Field

from equidyn.core.params.types import PositiveInt
from equidyn.domains.smoke.params.smoke import SimulatedSource
from equidyn.grids.params import GridTaskSettings


class RolloutTask(GridTaskSettings):
    """Predict the next velocity field from the last ones, autoregressively over several steps."""

    takes = ("FieldType", "FieldType")
    contexts = ("RolloutContext", "GridContext")
    augments = ("none", "c4")
    piece = "a window of the task"
    microseconds = 60.0  # measured: 4 (7,500 parameters), 18 and 117 (643 k, bf16 and fp32)

    kind: Literal["rollout"]
    input_frames: PositiveInt = Field(description="frames that the network sees")
    train_steps: PositiveInt = Field(description="autoregressive steps in the training loss")
    test_steps: PositiveInt = Field(description="autoregressive steps of validation and test rollouts")
    residual: bool = Field(description="true: the network predicts the change; false: the frame, as published")

    def needed(self, split: str) -> int:
        """Frames that a window of the task takes."""
        return self.input_frames + (self.train_steps if split == "train" else self.test_steps)

    def values(self, source: SimulatedSource) -> int:
        """Cells of a field, in all steps of a rollout."""
        return source.resolution**2 * self.train_steps
