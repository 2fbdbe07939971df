"""What tasks on grids say of themselves in params.yaml: which treatments they may have, and of which networks."""

from collections.abc import Iterator
from typing import Any

from equidyn.core.params import signatures
from equidyn.core.params.base import TaskSettings
from equidyn.core.params.variant import Variant


class GridTaskSettings(TaskSettings):
    """A task that is trained by a GridRecipe (grids/task.py)."""

    treats = ("GridRecipe",)
    relaxes = ("GridNet",)

    def faults(self, study: Any) -> Iterator[str]:
        """Treatments of a hidden layer that a network does not have."""
        for name, variant in study.variants.items():
            if variant.treatment and variant.treatment.by == "latent" and not _has_hidden(study, variant):
                yield f"variants.{name}.treatment.by = 'latent': no hidden layer; take two or more layers"


def _has_hidden(study: Any, variant: Variant) -> bool:
    """As far as it can be known before the network is built: of a model of the user's own it cannot."""
    entry = signatures.known(study.home, "models", variant.model)
    if entry.fault or "." in variant.model:
        return True
    options = signatures.checked(study.home, "models", variant.model, variant.options)
    return "hidden" in options and options.get("layers", 2) > 1
