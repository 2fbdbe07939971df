"""The tables of faults, as text that is Markdown too."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Row:
    """One line: what was done to what, and how each point ended; `lost` tells of each that was not survived."""

    heads: dict[str, str]
    ends: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    skipped: str = ""

    @property
    def tried(self) -> int:
        """Points that were tried."""
        return len(self.ends) + len(self.lost)

    def cells(self) -> dict[str, str]:
        """What the table says."""
        how = ", ".join(f"{count} {end}" for end, count in sorted(Counter(self.ends).items()) if end)
        numbers = {"tried": str(self.tried), "survived": str(len(self.ends)), "lost": str(len(self.lost))}
        return self.heads | numbers | {"how": self.skipped or how}


def table(rows: list[Row]) -> list[str]:
    """Lines of a pipe table whose columns stand beneath each other; a column that says nothing is left out."""
    cells = [row.cells() for row in rows]
    heads = [head for head in (cells[0] if cells else ()) if head != "how" or any(cell["how"] for cell in cells)]
    widths = {head: max(len(head), *(len(cell[head]) for cell in cells)) for head in heads}
    lines = [{head: head for head in heads}, {head: "-" * widths[head] for head in heads}, *cells]
    return ["| " + " | ".join(line[head].ljust(widths[head]) for head in heads) + " |" for line in lines]
