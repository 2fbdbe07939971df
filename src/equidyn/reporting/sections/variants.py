"""The compared networks: how each imposes symmetry, and whether they match in parameters."""

from statistics import median

import pandas as pd

from equidyn.reporting.gather import StudyResults
from equidyn.reporting.numbers import counted, listed
from equidyn.reporting.sections.section import Section
from equidyn.reporting.tables import Table

TITLE = "Variants"
TOLERANCE = 0.05
HEADS = {
    "strict": "exactly equivariant",
    "multiply_adds": "multiply-adds per cell and step",
    "to_median": "parameters, to the median",
}


def section(results: StudyResults) -> Section:
    """Parameters of each variant against the median of the study."""
    rows = [_row(results, name) for name in results.variants]
    middle = median(row["parameters"] for row in rows)
    frame = pd.DataFrame(rows).assign(to_median=lambda table: table["parameters"] / middle - 1)
    view = frame.assign(
        parameters=frame["parameters"].map("{:,}".format),
        strict=frame["strict"].map({True: "yes", False: "no"}),
        multiply_adds=frame["multiply_adds"].map("{:,}".format),
        to_median=frame["to_median"].map("{:+.1%}".format).str.replace("%", " %"),
    ).rename(columns=HEADS)
    table = Table(f"{results.name}-variants", "The variants as they were built.", frame, view)
    return Section(TITLE, [_match_words(frame, middle), _compute_words(frame)], tables=[table])


def _row(results: StudyResults, name: str) -> dict:
    runs = results.runs[results.runs["variant"] == name]
    variant = results.settings.variants[name]
    return {
        "variant": name,
        "model": variant.model,
        "options": ", ".join(f"{key} {value}" for key, value in variant.options.items()),
        "augmentation": variant.augment,
        "strict": bool(runs["strict"].all()),
        "parameters": int(runs["parameters"].iloc[0]),
        "multiply_adds": int(runs["multiply_adds"].iloc[0]),
    }


def _match_words(frame: pd.DataFrame, middle: float) -> str:
    off = frame[frame["to_median"].abs() > TOLERANCE]
    if off.empty:
        return f"All variants match in parameters: each is within 5 % of the study's median, {middle:,.0f}."
    named = [f"{row.variant} ({row.parameters:,}, {100 * row.to_median:+.0f} %)" for row in off.itertuples()]
    return (
        f"Not matched: {listed(named)} {'is' if len(off) == 1 else 'are'} more than 5 % off the median of "
        f"{middle:,.0f} parameters; read a comparison with {'it' if len(off) == 1 else 'them'} with that in mind. "
        f"{counted(len(frame) - len(off), 'variant')} of {len(frame)} match within 5 %."
    )


def _compute_words(frame: pd.DataFrame) -> str:
    """Sharing weights over a group makes a network larger at equal parameters, which a reader must know."""
    least, most = (frame.loc[frame["multiply_adds"].agg(end)] for end in ("idxmin", "idxmax"))
    ratio = most["multiply_adds"] / least["multiply_adds"]
    if ratio < 1 + TOLERANCE:
        return "They match in arithmetic too."
    return (
        f"They do not match in arithmetic: {most['variant']} does {ratio:.1f} times that of {least['variant']}, since "
        "a weight that is shared over a group is used once per group element. Equal parameters is not equal compute."
    )
