"""What auto-encoders share: images through a narrow place and back, pixels - hidden - latent - hidden - pixels."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from equidyn.domains.digits.models.images import ImageNetwork
from equidyn.symmetry.images import ImageType

Affine = tuple[torch.Tensor, torch.Tensor]  # weight (outputs, inputs) and bias (outputs,)
Inner = ImageType | None  # how C4 acts on flat numbers inside a net, if it does


class AutoEncoder(ImageNetwork):
    """Four affine maps of flat numbers, with ELU (Clevert et al. 2016, arXiv 1511.07289) behind each but the last.

    latent: how many numbers an image goes through. inner: how C4 acts on the hidden numbers, and on the latent ones;
    the activations are images where it does. What a subclass puts before the decoder is `combined`.
    """

    def __init__(self, inputs: ImageType, latent: int, inner: tuple[Inner, Inner] = (None, None)) -> None:
        super().__init__()
        self.inputs, self.latent = inputs, latent
        hidden, narrow = inner
        self.kinds = {"hidden": hidden, "latent": narrow, "decoded": hidden, "image": inputs}

    def maps(self) -> Sequence[Affine]:
        """The affine maps, in order; those that a subclass adds come behind them."""
        raise TypeError(f"{type(self).__name__} must define maps()")

    def combined(self, latent: torch.Tensor, maps: Sequence[Affine]) -> torch.Tensor:
        """What is decoded, from the output of the second layer, both (batch, latent): the same numbers."""
        return latent

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Map (batch, side, side) to (batch, latent): what is decoded."""
        return self._encoded(images, self.maps())[1]

    def decode(self, latent: torch.Tensor) -> torch.Tensor:
        """Map (batch, latent) to (batch, side, side)."""
        return self._decoded(latent, self.maps())[1]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Map (batch, side, side) to the same shape: the last activation."""
        maps = self.maps()
        return self._decoded(self._encoded(images, maps)[1], maps)[1]

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """hidden, latent (as it is decoded), decoded, image: (batch, count), or (batch, n, n) where C4 acts."""
        maps = self.maps()
        hidden, latent = self._encoded(images, maps)
        decoded, image = self._decoded(latent, maps)
        found = {"hidden": hidden, "latent": latent, "decoded": decoded, "image": image}
        return {name: _shaped(values, self.kinds[name]) for name, values in found.items()}

    def multiply_adds(self) -> int:
        """Entries of all weights: per image."""
        with torch.no_grad():
            return sum(weight.numel() for weight, _ in self.maps())

    def _encoded(self, images: torch.Tensor, maps: Sequence[Affine]) -> tuple[torch.Tensor, torch.Tensor]:
        """hidden and latent."""
        hidden = layer(images.flatten(1), maps[0])
        return hidden, self.combined(layer(hidden, maps[1]), maps)

    def _decoded(self, latent: torch.Tensor, maps: Sequence[Affine]) -> tuple[torch.Tensor, torch.Tensor]:
        """decoded and image."""
        decoded = layer(latent, maps[2])
        return decoded, functional.linear(decoded, *maps[3]).view(-1, self.inputs.side, self.inputs.side)


def layer(values: torch.Tensor, affine: Affine) -> torch.Tensor:
    """ELU of an affine map: (batch, inputs) to (batch, outputs)."""
    return functional.elu_(functional.linear(values, *affine))  # in place: fresh memory takes longer


def _shaped(values: torch.Tensor, kind: Inner) -> torch.Tensor:
    return values if kind is None else values.view(-1, kind.side, kind.side)
