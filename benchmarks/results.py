"""Where every benchmark writes its table: the screen, and benchmarks/results/NAME.csv."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import torch

FOLDER = Path(__file__).parent / "results"


def save_and_show(name: str, rows: list[dict]) -> None:
    """Print the rows, transposed so that they fit a terminal, and write them as CSV."""
    table = pd.DataFrame(rows)
    FOLDER.mkdir(exist_ok=True)
    table.to_csv(FOLDER / f"{name}.csv", index=False)
    print(table.T.to_string(header=False))
    print(f"written to {FOLDER / name}.csv")


def command(name: str, description: str, rows: Callable[[bool], Iterable[dict]]) -> None:
    """The command of a benchmark of two sizes: measure `rows(small)` on one thread, save as NAME or NAME_small."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="the sizes of the default study")
    small = parser.parse_args().small
    torch.set_num_threads(1)
    save_and_show(f"{name}_small" if small else name, list(rows(small)))
