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
        """Treatments of what a network does not have."""
        for name, variant in study.variants.items():
            if variant.treatment:
                by = variant.treatment.by
                for option in signatures.known(study.home, "treatments", by).needs:
                    if not _has(study, variant, option):
                        yield (
                            f"variants.{name}.treatment.by = {by!r}: needs a model with {option} layers; "
                            f"{variant.model!r} as it stands here has none"
                        )


def _has(study: Any, variant: Variant, option: str) -> bool:
    """Whether a model has such layers, as far as it can be known before the network is built."""
    entry = signatures.known(study.home, "models", variant.model)
    if entry.fault or "." in variant.model:
        return True
    options = signatures.checked(study.home, "models", variant.model, variant.options)
    return option in options and options.get("layers", 2) > 1
