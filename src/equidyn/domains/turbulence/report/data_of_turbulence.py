"""Turbulence in words and numbers: how its samples were made, and whether it is what turbulence should be."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from equidyn.report.gather import StudyResults, flattened
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.tables import Table

_FILTERS = {
    "box": "each voxel the mean over the block of fine ones that it covers",
    "spectral": "cut off sharply at the largest wavenumber that the coarse grid can hold",
}


@dataclass(frozen=True)
class _Check:
    """A row of the table. expected: of isotropic flow, or of a sound simulation."""

    name: str
    head: str
    expected: str


_CHECKS = (
    _Check("variance", "mean of vx², vy², vz² [length²/time²]", "equal"),
    _Check("variance_ratio", "largest of these over the smallest [1]", "1"),
    _Check("variance_off", "farthest of them from their mean [standard errors]", "6 or less"),
    _Check("cross", "largest mean product of two components over mean square [1]", "0"),
    _Check("cross_off", "the same, from 0 [standard errors]", "6 or less"),
    _Check("gradient_ratio", "mean square of transverse over longitudinal gradients [1]", "2"),
    _Check("skewness", "skewness of longitudinal gradients [1]", "about -0.4"),
    _Check("kmax_eta", "k_max eta: largest wavenumber kept times Kolmogorov's length [1]", "1 or more"),
    _Check("re_lambda", "Re_lambda: Reynolds number of Taylor's length [1]", "–"),
    _Check("turnovers", "burn-in, in turnovers of the large eddies [1]", "several"),
    _Check("energy", "energy [length²/time²]", "–"),
    _Check("power", "power of the forcing [length²/time³]", "–"),
    _Check("dissipation", "dissipation [length²/time³]", "–"),
    _Check("balance", "dissipation and change of energy, over the power [1]", "1"),
    _Check("cfl", "largest Courant number, in voxels per step [1]", "2 or less"),
    _Check("divergence", "largest divergence, relative [1]", "round-off"),
    _Check("float64_difference", "difference from double precision, relative [1]", "small"),
    _Check("float64_steps", "after so many steps", "–"),
)
_READING = (
    "In isotropic flow the three components have one variance and are uncorrelated; gradients across a component's "
    "own direction have twice the mean square of those along it, since the flow does not diverge; and the latter "
    "are skewed by about −0.4, as large eddies break into small ones. The smallest eddies are resolved if k_max "
    "eta is 1 or more. What the forcing puts in, viscosity must take out. A set of few simulations scatters about "
    "these values. At small Re_lambda the spectrum falls faster than the guide, as there is little room between "
    "the forced scales and the viscous ones."
)


def words(results: StudyResults) -> list[str]:
    """Paragraphs: how the samples were made, how the checks are to be read, and what symmetry the sets have."""
    return [_samples(results.settings), _READING, _symmetry(results)]


def table(results: StudyResults) -> Table:
    """One row per check that some dataset has, one column per dataset, and what is expected of isotropic flow."""
    heads = level_labels(results.settings)
    checks = {name: tree["checks"] for name, tree in results.data.items()}
    rows = [
        [check.head, *(_text(checks[name].get(check.name)) for name in heads), check.expected]
        for check in _known(results)
    ]
    view = pd.DataFrame(rows, columns=["check", *heads.values(), "isotropic flow"])
    data = pd.DataFrame([{"dataset": name, "data": heads[name]} | _numbers(tree) for name, tree in checks.items()])
    return Table(f"{results.name}-data", "Checks of each dataset; the CSV file has every number in full.", data, view)


def _known(results: StudyResults) -> list[_Check]:
    """The checks that some dataset has; what another one lacks of them is a dash."""
    trees = [tree["checks"] for tree in results.data.values()]
    return [check for check in _CHECKS if any(tree.get(check.name) is not None for tree in trees)]


def _samples(study: Any) -> str:
    source, asked = study.source, "A network must give the fine frame at the time of the middle one."
    coarse = source.resolution // source.factor
    split = source.split
    return (
        "Incompressible flow in a periodic box of side 2π, kept going by forcing its large scales, on "
        f"{_cube(source.resolution)} voxels by a pseudo-spectral solver: {split.train} independent simulations to "
        f"train on, {split.validation} for validation and {split.test} for testing. Each gives {source.samples} "
        f"samples, {source.interval:,} steps of {source.dt:g} apart, after {source.burn_in:,} steps that are thrown "
        f"away. A sample is {source.context} coarse frames of {_cube(coarse)} voxels, {source.spacing} steps apart, "
        f"{_FILTERS[source.filter]}. {asked}"
    )


def _cube(side: int) -> str:
    return " × ".join([str(side)] * 3)


def _symmetry(results: StudyResults) -> str:
    heads = level_labels(results.settings)
    known = {heads[name]: tree["checks"].get("variance_ratio") for name, tree in results.data.items()}
    ratios = [f"{number(ratio, 3)} at {head}" for head, ratio in known.items() if ratio is not None]
    broken = [name for name, tree in results.data.items() if tree["checks"].get("anisotropy")]
    weighed = (
        "The forcing weighs vx, vy and vz by 1 + 2 ε, 1 − ε and 1 − ε, at the same power in all. Where ε is above 0 "
        "the flow is anisotropic, and must differ from the last column: of the 24 rotations of the cube only the 8 "
        "that keep the x axis stay symmetries. "
    )
    apart = f"The largest variance of a component over the smallest is {listed(ratios)}. " if ratios else ""
    return (
        f"{weighed if broken else ''}{apart}The symmetry of a set is one of its distribution: no flow is stored in two "
        "orientations, so an equivariance error of the data is not defined."
    )


def _numbers(checks: dict[str, Any]) -> dict[str, float]:
    """The numbers of a dataset by name; of lists only the variances, the others are courses and spectra."""
    return {
        f"{name}[{index}]" if index else name: value
        for name, index, value in flattened({key: value for key, value in checks.items() if key != "equivariance"})
        if not index or name == "variance"
    }


def _text(value: float | list[float] | None) -> str:
    """A check for readers; counts as such, and a dash if it is not known."""
    if isinstance(value, list):
        return ", ".join(number(item, 3) for item in value)
    if isinstance(value, int):
        return f"{value:,}"
    return "–" if value is None or not math.isfinite(value) else number(value, 3)
