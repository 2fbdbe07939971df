"""A table in the forms in which it is read: CSV by machines; LaTeX, Markdown and rows of HTML by people."""

import re
from dataclasses import dataclass

import pandas as pd

BEST = "\N{NO-BREAK SPACE}*"  # behind the best mean of a dataset
_LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: rf"\{sign}" for sign in "&%$#_{}"},
    "±": r"$\pm$",
    "×": r"$\times$",
    "ε": r"$\varepsilon$",
    "α": r"$\alpha$",
    "−": "$-$",
    "|": r"\textbar{}",
    "→": r"$\to$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "°": r"$^\circ$",
    "–": "--",
    "~": r"\textasciitilde{}",
    "\N{NO-BREAK SPACE}": "~",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}
_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "-01234567890123456789")


@dataclass(frozen=True)
class Table:
    """One table.

    name: stem of its files.
    data: every number in full, one row per case; goes to CSV.
    view: what a reader sees, all text; goes to LaTeX, Markdown and the page.
    """

    name: str
    caption: str
    data: pd.DataFrame
    view: pd.DataFrame

    @property
    def head(self) -> str:
        """The first sentence of its caption."""
        return f"{self.caption.partition('. ')[0].rstrip('.')}."

    @property
    def rows(self) -> list[list[str]]:
        """The view's rows."""
        return self.view.astype(str).to_numpy().tolist()

    @property
    def columns(self) -> list[str]:
        """The view's column heads."""
        return [str(column) for column in self.view.columns]


def csv(table: Table) -> str:
    """Its data, comma-separated."""
    return as_csv(table.data)


def as_csv(frame: pd.DataFrame) -> str:
    """Comma-separated, floats by their shortest exact form, NaN where a number is not finite or not defined."""
    return frame.to_csv(index=False, lineterminator="\n", na_rep="NaN")


def latex(table: Table) -> str:
    """A tabular in the style of the package booktabs."""
    body = [" & ".join(map(_latex, row)) + r" \\" for row in table.rows]
    head = " & ".join(map(_latex, table.columns)) + r" \\"
    lines = [
        f"% {table.caption}",
        "% needs \\usepackage{booktabs}",
        rf"\begin{{tabular}}{{{'l' * len(table.columns)}}}",
        r"\toprule",
        head,
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def markdown(table: Table) -> str:
    """A pipe table."""
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    return "\n".join(f"| {' | '.join(map(_markdown, row))} |" for row in rows)


def wide(summary: pd.DataFrame, texts: pd.Series, heads: dict[str, str], corner: str = "variant") -> pd.DataFrame:
    """Variants as rows and datasets as columns.

    summary: columns dataset, variant; texts: one per row of summary; heads: dataset -> column head, in order.
    """
    cells = {(row.variant, row.dataset): text for row, text in zip(summary.itertuples(), texts, strict=True)}
    variants = list(dict.fromkeys(summary["variant"]))
    rows = [[variant, *(cells.get((variant, dataset), "–") for dataset in heads)] for variant in variants]
    return pd.DataFrame(rows, columns=[corner, *heads.values()])


def _latex(text: str) -> str:
    raised = _RAISED.sub(lambda found: f"\0^{found[0].translate(_PLAIN)}\1", text)
    lowered = _LOWERED.sub(lambda found: f"\0_{found[0].translate(_PLAIN)}\1", raised)
    return re.sub("\0([\\^_])([^\1]*)\1", r"$\1{\2}$", _escaped(lowered))


def _escaped(text: str) -> str:
    """LaTeX's special characters, but not those of marked powers and indices."""
    parts = re.split("(\0[^\1]*\1)", text)
    return "".join(
        part if part.startswith("\0") else "".join(_LATEX.get(sign, sign) for sign in part) for part in parts
    )


def _markdown(text: str) -> str:
    for sign in ("\\", "|", "<"):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
