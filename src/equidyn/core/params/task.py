"""What a network is trained to do: the tasks and their settings."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from equidyn.core.params.types import PositiveInt, Strict


class RolloutTask(Strict):
    """Predict the next velocity field from the last ones, autoregressively over several steps."""

    # What suits it: the types that a model's build() takes, that of a measure's context, and augmentations.
    takes: ClassVar[tuple[str, str]] = ("FieldType", "FieldType")
    context: ClassVar[str] = "RolloutContext"
    augments: ClassVar[tuple[str, ...]] = ("none", "c4")
    piece: ClassVar[str] = "a window of the task"

    kind: Literal["rollout"]
    input_frames: PositiveInt = Field(description="frames that the network sees")
    train_steps: PositiveInt = Field(description="autoregressive steps in the training loss")
    test_steps: PositiveInt = Field(description="autoregressive steps of validation and test rollouts")
    residual: bool = Field(description="true: the network predicts the change; false: the frame, as published")

    def needed(self, split: str) -> int:
        """Frames that a window of the task takes."""
        return self.input_frames + (self.train_steps if split == "train" else self.test_steps)


class ClassifySetsTask(Strict):
    """Tell which of two classes a sample is of: one logit, and the cross-entropy as its loss."""

    takes: ClassVar[tuple[str, str]] = ("SetType", "Invariants")
    context: ClassVar[str] = "ClassifySetsContext"
    augments: ClassVar[tuple[str, ...]] = ("none", "permutations")
    piece: ClassVar[str] = "the task"
    test_steps: ClassVar[int] = 1

    kind: Literal["classify"]

    def needed(self, split: str) -> int:
        """One sample of each class."""
        return 2


class ReconstructTask(Strict):
    """Give an image back through a narrow place: an auto-encoder, with the mean square over pixels as its loss."""

    takes: ClassVar[tuple[str, str]] = ("ImageType", "ImageType")
    context: ClassVar[str] = "ReconstructContext"
    augments: ClassVar[tuple[str, ...]] = ("none", "c4")
    piece: ClassVar[str] = "the task"
    test_steps: ClassVar[int] = 1

    kind: Literal["reconstruct"]

    def needed(self, split: str) -> int:
        """One image."""
        return 1


class ClassifyImagesTask(Strict):
    """Tell which digit an image shows: ten logits, and the cross-entropy as its loss."""

    takes: ClassVar[tuple[str, str]] = ("ImageType", "Invariants")
    context: ClassVar[str] = "ClassifyImagesContext"
    augments: ClassVar[tuple[str, ...]] = ("none", "c4")
    piece: ClassVar[str] = "the task"
    test_steps: ClassVar[int] = 1

    kind: Literal["recognise"]

    def needed(self, split: str) -> int:
        """Two images, so that one can be compared with another."""
        return 2


class UpscaleTask(Strict):
    """Super-resolution: from successive coarse velocity fields in a box, the fine one at their middle time."""

    takes: ClassVar[tuple[str, str]] = ("BoxType", "BoxType")
    context: ClassVar[str] = "UpscaleContext"
    augments: ClassVar[tuple[str, ...]] = ("none", "cube")
    piece: ClassVar[str] = "the task"
    test_steps: ClassVar[int] = 1

    kind: Literal["upscale"]
    loss: Literal["mae", "mse"] = Field(description="of training, a mean over components and voxels; published: mae")

    def needed(self, split: str) -> int:
        """One sample."""
        return 1


Task = Annotated[
    RolloutTask | ClassifySetsTask | ReconstructTask | ClassifyImagesTask | UpscaleTask, Field(discriminator="kind")
]
