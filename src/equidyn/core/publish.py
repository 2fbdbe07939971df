"""What the folder of the report holds of ours, and what it may hold of others."""

from contextlib import AbstractContextManager
from pathlib import Path

from equidyn.core.files import whole_folder

OWN = ("report.html", "report.md", "metrics.json", "pages", "tables", "figures", "metrics")


def replaced(target: Path) -> AbstractContextManager[Path]:
    """An empty folder that takes the place of `target` whole, or not at all.

    What lies in the old folder and is none of OWN (such as an example kept there) is carried over.
    """
    return whole_folder(target, OWN)
