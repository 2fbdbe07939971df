"""How variants that classify sets impose symmetry."""

from typing import Any


def imposed(study: Any, name: str, strict: bool) -> str:
    """From outside, by its layers, or not at all."""
    impose = study.variants[name].impose
    if impose is None:
        return "by its layers" if strict else "–"
    options = ", ".join(f"{key} {value}" for key, value in impose.options.items())
    return f"by {impose.by} ({options})" if options else f"by {impose.by}"
