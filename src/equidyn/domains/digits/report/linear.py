"""What linear auto-encoders reach on the same images, and which networks are beyond it.

A linear auto-encoder is at best a projection on as many principal components as it has latents (Baldi and Hornik 1989).
"""

from dataclasses import dataclass

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import interval, listed, number
from equidyn.report.statistics import FEWEST_SEEDS, over_seeds

MEASURE = "reconstruction"
MEAN = "mean_image"
# Limit -> its name for {n} latents, and its quantities upright and rotated ("": not measured).
LIMITS = {
    "pca": ("PCA-{n}", "pca.upright", "pca.rotated"),
    "pca_symmetric": ("PCA-{n} that commutes with turns", "pca_symmetric.upright", "pca_symmetric.rotated"),
    "pca_best": ("PCA-{n} fitted to the test images", "pca_best", ""),
    "pca_symmetric_best": ("PCA-{n} that commutes, fitted to the test images", "pca_symmetric_best", ""),
    MEAN: ("the mean of the training images", MEAN, ""),
}
_RUN = ["dataset", "variant", "seed"]


@dataclass(frozen=True)
class Sides:
    """Variants below and above what they are compared with, and those that cannot be told; each with its distance."""

    below: dict[str, str]
    above: dict[str, str]
    open: dict[str, str]


def limits(results: StudyResults) -> pd.DataFrame:
    """dataset, latent, limit, name, upright, rotated: one row per limit and number of latents, NaN where undefined.

    They depend on the images alone, so that all runs with as many latents tell the same.
    """
    parts = []
    for key, (name, upright, rotated) in LIMITS.items():
        frame = _beside_latents(results, "upright", upright)
        frame["rotated"] = _beside_latents(results, "rotated", rotated)["rotated"] if rotated else float("nan")
        told = frame.groupby(["dataset", "latent"], sort=False)[["upright", "rotated"]].first().reset_index()
        parts.append(told.assign(limit=key, name=[name.format(n=count) for count in told["latent"]]))
    found = pd.concat(parts, ignore_index=True).dropna(subset="upright")
    once = found["limit"].eq(MEAN) & found.duplicated(["dataset", "limit"])  # it has no latents
    columns = ["dataset", "latent", "limit", "name", "upright", "rotated"]
    return found[~once][columns].reset_index(drop=True)


def sides(results: StudyResults, key: str, dataset: str, pose: str = "upright", strict: bool = False) -> Sides:
    """On which side of a limit (upright) the networks' errors are, by the 95 % interval over seeds of their ratio.

    pose: of the networks' errors, upright or rotated. strict: of exactly equivariant networks alone.
    """
    own = results.quantity(MEASURE, pose)
    reached = results.quantity(MEASURE, LIMITS[key][1])[[*_RUN, "value"]].rename(columns={"value": "reached"})
    both = own[own["dataset"] == dataset].merge(reached, on=_RUN).dropna(subset="reached")
    if strict:
        both = both[both["variant"].isin(results.runs[results.runs["strict"]]["variant"])]
    found = Sides({}, {}, {})
    for row in over_seeds(both.assign(value=both["value"] / both["reached"] - 1)).dropna(subset="mean").itertuples():
        sure = row.n >= FEWEST_SEEDS
        side = found.below if sure and row.high < 0 else found.above if sure and row.low > 0 else found.open
        side[row.variant] = f"{interval(100 * row.mean, 100 * (row.high - row.mean))} %"
    return found


def beside_words(results: StudyResults, found: pd.DataFrame) -> list[str]:
    """Which networks are better than PCA, upright, and which of the equivariant ones than PCA that is so too.

    found: as of `limits`.
    """
    said = []
    for dataset, head in level_labels(results.settings).items():
        place = f"On {head}, upright" if len(results.datasets) > 1 else "Upright"
        for key, whose in (("pca", ""), ("pca_symmetric", " equivariant networks")):
            told = sides(results, key, dataset, strict=bool(whose))
            if parts := _parts(told):
                said.append(f"{place},{whose} against {_named(found, key, dataset)}: {'; '.join(parts)}.")
    return said


def _beside_latents(results: StudyResults, column: str, quantity: str) -> pd.DataFrame:
    """Columns dataset, latent and `column`: one row per run."""
    latents = results.quantity(MEASURE, "latent")[[*_RUN, "value"]].rename(columns={"value": "latent"})
    rows = results.quantity(MEASURE, quantity)[[*_RUN, "value"]].rename(columns={"value": column})
    both = rows.merge(latents, on=_RUN).dropna(subset="latent")
    return both.assign(latent=both["latent"].astype(int))[["dataset", "latent", column]]


def _parts(told: Sides) -> list[str]:
    heads = {"below it are": told.below, "above it are": told.above, "not to be told apart from it are": told.open}
    named = {said: [f"{name} ({off})" for name, off in part.items()] for said, part in heads.items()}
    return [f"{said} {listed(names)}" for said, names in named.items() if names]


def _named(found: pd.DataFrame, key: str, dataset: str) -> str:
    """The limit by name, with what it reaches."""
    rows = found[(found["limit"] == key) & (found["dataset"] == dataset)]
    return listed([f"{name} ({number(value)})" for name, value in zip(rows["name"], rows["upright"], strict=True)])
