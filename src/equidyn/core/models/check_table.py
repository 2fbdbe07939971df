"""What `equidyn check` found, as a table in the terminal."""

from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from equidyn.core.models.check import label


def show(entries: list[dict[str, Any]], by_case: bool) -> None:
    """Print a table with the largest error of each network; by_case: also at each size of a field, or of each layer."""
    table = Table(title="Largest relative error under the group, over sizes of grids and layers of nets on images")
    for column in ("network", "group", "strict", "parameters"):
        table.add_column(column, justify="right" if column == "parameters" else "left", overflow="fold")
    columns = [(precision, mode) for precision, modes in entries[0]["error"].items() for mode in modes]
    for precision, mode in columns:
        table.add_column(f"{precision}\n{mode}", justify="right")
    for entry in entries:
        strict = "yes" if entry["strict"] else "no"
        row = [label(entry), entry["group"], strict, f"{entry['parameters']:,}"]
        for name, error in {"": entry["error"], **entry["also"]}.items():
            found = [error[precision][mode] for precision, mode in columns]
            head = [f"  also: {name}", "", "", ""] if name else row
            table.add_row(*head, *(f"{max(cases.values()):.1e}" if cases else "-" for cases in found))
            for case in found[0] if by_case and len(found[0]) > 1 else ():
                table.add_row(f"  {case}", "", "", "", *(f"{cases[case]:.1e}" for cases in found))
    Console(width=110).print(table)
    for entry in entries:
        for case, words in entry["left_out"].items():
            typer.echo(f"{label(entry)}, size {case}, left out: {words}")
