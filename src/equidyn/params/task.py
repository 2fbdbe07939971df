"""What a network is trained to do: the tasks and their settings."""

from typing import Literal

from pydantic import Field

from equidyn.params.types import PositiveInt, Strict


class RolloutTask(Strict):
    """Predict the next velocity field from the last ones, autoregressively over several steps."""

    kind: Literal["rollout"]
    input_frames: PositiveInt = Field(description="frames that the network sees")
    train_steps: PositiveInt = Field(description="autoregressive steps in the training loss")
    test_steps: PositiveInt = Field(description="autoregressive steps of validation and test rollouts")
    residual: bool = Field(description="true: the network predicts the change; false: the frame, as published")
