"""How wrong auto-encoders are about images, upright and turned, beside what linear ones reach."""

import pandas as pd

from equidyn.domains.digits.report.linear import MEAN, MEASURE, beside_words, limits, sides
from equidyn.report.figures.dots import Guide, Series, dots
from equidyn.report.figures.style import INK, MUTED, Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import interval, listed, number
from equidyn.report.ranking import findings
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words
from equidyn.report.statistics import FEWEST_SEEDS, over_seeds
from equidyn.report.tables import Table

TITLE = "Reconstruction"
ROUND_OFF = 1e-6  # relative; what an exactly equivariant net's error may change by from turn to turn
PUBLISHED = "audit/reconstruction"
_HEADS = {"upright": "upright", "rotated": "rotated", "ratio": "rotated / upright", "drift": "drift"}
_LINES = {
    "pca": {"color": INK, "linestyle": "-"},
    "pca_symmetric": {"color": INK, "linestyle": "--"},
    MEAN: {"color": MUTED, "linestyle": ":"},
}


def section(results: StudyResults) -> Section | None:
    """Errors per variant, who is equal at all turns and who is not, and who is better than PCA."""
    upright = results.quantity(MEASURE, "upright")
    if upright.empty:
        return None
    found = limits(results)
    equal, rotated = _equal_words(results), results.quantity(MEASURE, "rotated")
    compared = [*beside_words(results, found), *_least_words(results, found), *_published_words(results)]
    text = [_words(results), " ".join([*equal, *_worse_words(results)]), *compared, *diverged_words(results)]
    best = [*_best(results, upright, "upright"), *_best(results, rotated, "rotated"), *equal]
    return Section(TITLE, text, [_picture(results, found)], [_table(results, found)], best)


def ratios(results: StudyResults) -> pd.DataFrame:
    """Rows of `values`: error on turned images over that on upright ones, of each run."""
    excess = results.quantity(MEASURE, "excess")
    return excess.assign(value=excess["value"] + 1)


def _words(results: StudyResults) -> str:
    turned = [name for name, variant in results.settings.variants.items() if variant.augment != "none"]
    but = f" but for {listed(turned)}, trained on images at random turns" if turned else ""
    return (
        "Error is the mean square per pixel (MSE), with pixels from 0 (paper) to 1 (ink), over all test images and "
        "pixels, with the weights of the lowest validation loss. Networks are trained on upright images"
        f"{but}. Rotated: the mean over the exact turns by 90, 180 and 270 degrees, each of every test image. Drift: "
        "the largest relative change of the error at any turn. PCA-n is the projection on n principal components of "
        "the training images, the best that a linear auto-encoder with n latents can learn from them; that which "
        "commutes with quarter turns is the best linear one that is equivariant and has a square image of n latents. "
        "Such maps are sums of basis elements, of which the part on parameter sharing draws some, if it is asked for."
    )


def _equal_words(results: StudyResults) -> list[str]:
    """Which networks are equally wrong at every turn, and a warning where one is not what it is built to be."""
    drift = results.quantity(MEASURE, "drift")
    largest = drift[drift["status"] != "diverged"].groupby("variant", sort=False)["value"].max()
    equal = [name for name in results.variants if largest.get(name, float("nan")) < ROUND_OFF]
    strict = set(results.runs[results.runs["strict"]]["variant"]) & set(largest.index)
    broken = [f"{name} ({number(largest[name], 2)})" for name in results.variants if name in strict - {*equal}]
    said = [f"Equally wrong upright and rotated, to round-off (drift below 10⁻⁶ in every run): {listed(equal)}."]
    if broken:
        said.append(f"Built to be so, but not so here: {listed(broken)}. The command equidyn check tells more.")
    return said


def _worse_words(results: StudyResults) -> list[str]:
    """Which of the others are worse on turned images, by how much, and whether they still know more than nothing."""
    drift = results.quantity(MEASURE, "drift").groupby(["dataset", "variant"])["value"].max()
    summary = over_seeds(ratios(results)).dropna(subset="mean")
    summary = summary[[not drift[row.dataset, row.variant] < ROUND_OFF for row in summary.itertuples()]]
    said = []
    for dataset, head in level_labels(results.settings).items():
        place = f" ({head})" if len(results.datasets) > 1 else ""
        said += [f"{words}{place}: {listed(_told(rows))}." for words, rows in _sorted(summary, dataset) if len(rows)]
        if lost := sides(results, MEAN, dataset, "rotated").above:
            said.append(
                "Worse on rotated images than the mean of the training images, as answer to every image, is on upright "
                f"ones{place}: {listed(list(lost))}."
            )
    return said


def _sorted(summary: pd.DataFrame, dataset: str) -> list[tuple[str, pd.DataFrame]]:
    """The ratios of one dataset by what may be said of them."""
    rows = summary[summary["dataset"] == dataset]
    sure = rows["n"] >= FEWEST_SEEDS
    worse, better = sure & (rows["low"] > 1), sure & (rows["high"] < 1)
    return [
        ("Clearly worse on rotated images, by a factor of", rows[worse]),
        ("Clearly better on rotated images, by a factor of", rows[better]),
        ("Neither is shown, by factors of", rows[~worse & ~better]),
    ]


def _told(rows: pd.DataFrame) -> list[str]:
    return [f"{row.variant} {interval(row.mean, row.high - row.mean)}" for row in rows.itertuples()]


def _least_words(results: StudyResults, found: pd.DataFrame) -> list[str]:
    """Whether a network is better than every linear one can be."""
    said = []
    for dataset in results.datasets:
        below = sides(results, "pca_best", dataset).below
        rows = found[(found["limit"] == "pca_best") & (found["dataset"] == dataset)]
        if len(rows):
            value = listed([number(value) for value in rows["upright"]])
            who = f"{listed(list(below))} {'is' if len(below) == 1 else 'are'}" if below else "no network is clearly"
            said.append(
                f"No linear auto-encoder with as many latents can be below {value} on these upright test images, to "
                f"which PCA is then fitted; {who} below it."
            )
    return said


def _published_words(results: StudyResults) -> list[str]:
    """How far the error with one random turn per batch is from the mean over turns."""
    place = ["dataset", "variant", "seed"]
    drawn, exact = results.quantity(PUBLISHED, "rotated"), results.quantity(MEASURE, "rotated")
    both = drawn[drawn["status"] != "diverged"].merge(exact, on=place, suffixes=("", "_exact"))
    off = (both["value"] / both["value_exact"] - 1).abs().max()
    if not len(both):
        return []
    return [
        "As published, each batch of 128 test images is turned by one random angle, so that the error depends on the "
        f"draw; here it differs from the mean over the three turns by {number(100 * off, 2)} % at most."
    ]


def _best(results: StudyResults, values: pd.DataFrame, pose: str) -> list[str]:
    labels = level_labels(results.settings)
    several = len(labels) > 1
    heads = {name: f"{pose} test images{f' ({label})' if several else ''}" for name, label in labels.items()}
    return findings(values, heads, "MSE per pixel", place="On ")


def _picture(results: StudyResults, found: pd.DataFrame) -> Picture:
    """Upright and rotated errors in slots of their own, as equal ones would hide each other."""
    series = [Series(pose, over_seeds(results.quantity(MEASURE, pose))) for pose in ("upright", "rotated")]
    heads = level_labels(results.settings)
    lines = found[found["limit"].isin(list(_LINES))]
    guides = [
        Guide(name, rows.set_index("dataset")["upright"].reindex(results.datasets).to_dict(), _LINES[key])
        for (key, name), rows in lines.groupby(["limit", "name"], sort=False)
    ]
    chart = dots(series, heads, results.variants, "MSE per pixel [1]", apart=True, guides=guides)
    caption = (
        "Error on the test images by variant, upright and rotated (mean of three turns); bars are 95 % intervals over "
        "seeds. Upright lines: what linear auto-encoders and the mean image reach on upright images."
    )
    alt = "Dots, one row per variant: MSE per pixel on upright and on rotated images, with upright lines at the limits."
    return picture(f"{results.name}-reconstruction", caption, alt, chart)


def _table(results: StudyResults, found: pd.DataFrame) -> Table:
    values = {pose: results.quantity(MEASURE, pose) for pose in ("upright", "rotated", "drift")}
    values["ratio"] = ratios(results)
    columns = [Column(head, f"{MEASURE}.{key}", values[key]) for key, head in _HEADS.items()]
    published = results.quantity(PUBLISHED, "rotated")
    columns.append(Column("rotated, as published", f"{PUBLISHED}.rotated", published))
    caption = f"MSE per pixel, and below the networks that of PCA and of the mean image. {over_seeds_words(results)}"
    table = case_table(results, f"{results.name}-reconstruction", caption, columns)
    counts = results.runs.groupby("variant")["parameters"].first().map("{:,}".format)
    view = table.view.copy()
    view.insert(2, "parameters", view["variant"].map(counts))
    view = pd.concat([view, _limit_view(results, found)], ignore_index=True).reindex(columns=view.columns).fillna("–")
    view = view if len(results.datasets) > 1 else view.drop(columns="data")
    return Table(table.name, caption, pd.concat([table.data, _limit_data(found)], ignore_index=True), view)


def _limit_view(results: StudyResults, found: pd.DataFrame) -> pd.DataFrame:
    """Rows of the limits for readers; what was not measured is left out."""
    labels, rows = level_labels(results.settings), []
    for row in found.itertuples():
        told = {"data": labels[row.dataset], "variant": row.name, "upright": number(row.upright)}
        if row.rotated == row.rotated:
            told |= {"rotated": number(row.rotated), "rotated / upright": number(row.rotated / row.upright)}
        rows.append(told)
    return pd.DataFrame(rows)


def _limit_data(found: pd.DataFrame) -> pd.DataFrame:
    poses = {"upright": found["upright"], "rotated": found["rotated"]}
    rows = [
        found.assign(variant=[f"({key}, {n})" for key, n in zip(found["limit"], found["latent"], strict=True)])
        .assign(quantity=f"{MEASURE}.{pose}", n=1, seeds=1, diverged=0, mean=values)
        .drop(columns=["latent", "limit", "name", "upright", "rotated"])
        for pose, values in poses.items()
    ]
    return pd.concat(rows, ignore_index=True).dropna(subset="mean")
