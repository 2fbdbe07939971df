"""Runs docs/notebook.ipynb without Jupyter. As a program, it writes what the cells print into the notebook."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs/notebook.ipynb"


def read() -> dict[str, Any]:
    """The notebook as it stands."""
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))


def printed(cell: dict[str, Any]) -> str:
    """What a cell is said to have printed."""
    return "".join(line for output in cell["outputs"] for line in output["text"])


def run(book: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Cells of code with what they print now."""
    names: dict[str, Any] = {"__name__": "__main__"}
    found = []
    for cell in (one for one in book["cells"] if one["cell_type"] == "code"):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        found.append((cell, said.getvalue()))
    return found


def _write() -> None:
    book = read()
    for place, (cell, text) in enumerate(run(book), 1):
        stream = {"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)}
        cell |= {"execution_count": place, "outputs": [stream] if text else []}
    NOTEBOOK.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
