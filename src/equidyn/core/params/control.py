"""Runs that are trained again for longer, to see whether errors still move: the control of convergence."""

from pydantic import Field, field_validator

from equidyn.core.params.types import Name, PositiveFloat, Seed, Strict, real

Budget = real(gt=1, le=100)


class Control(Strict):
    """Every variant trained again with `budget` times the epochs, on some of the study's seeds and datasets."""

    budget: Budget = Field(
        description="epochs over those of the study; patience, early_epoch and schedule are stretched with them"
    )
    seeds: list[Seed] = Field(min_length=2, description="some of the study's, as runs are compared seed by seed")
    datasets: list[Name] = Field(min_length=1, description="some of the study's")
    largest_move: PositiveFloat | None = Field(
        default=None, description="relative change of a variant's error beyond which no claim on it has converged"
    )

    @field_validator("seeds", "datasets")
    @classmethod
    def _distinct(cls, values: list[int | str]) -> list[int | str]:
        if len(set(values)) != len(values):
            raise ValueError("must be distinct")
        return values
