"""Where every benchmark writes its table: the screen, and benchmarks/results/NAME.csv."""

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "results"


def save_and_show(name: str, rows: list[dict]) -> None:
    """Print the rows, transposed so that they fit a terminal, and write them as CSV."""
    table = pd.DataFrame(rows)
    FOLDER.mkdir(exist_ok=True)
    table.to_csv(FOLDER / f"{name}.csv", index=False)
    print(table.T.to_string(header=False))
    print(f"written to {FOLDER / name}.csv")
