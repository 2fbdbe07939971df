"""A finished report, small enough to be kept under version control: for readers who have run nothing."""

import re
import shutil
from pathlib import Path

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import whole_folder

FOLDER = paths.REPORTS / "example"
LARGEST = 8_000_000  # bytes of all pages together
_LINK = re.compile(r'<a href="((?:\.\./)?(?:figures|tables)/[^"]+)">([^<]*)</a>')
_FOOTER = re.compile(r"<footer>.*?</footer>\n", re.DOTALL)
_README = """# A report

`report.html` is the index, `pages/` what it leads to; all open offline, with their pictures inside. `tables/` has the
numbers as CSV, and `metrics.json` the headline numbers. Left out are the lists of every measured number, most pictures
as files of their own, and the other forms of tables. Made from a finished run by `equidyn example`.
"""


def run(report: Path = paths.REPORTS, target: Path = FOLDER) -> Path:
    """Make the example from the report in the folder `report`; returns where it lies.

    Raises EquidynError, and leaves the old example as it was, if there is no report or its pages are too large.
    """
    pages = _pages(report)
    with whole_folder(target) as folder:
        for part in ("tables", "pages", "figures"):
            (folder / part).mkdir()
        for figure in (report / "figures").glob("claims.svg"):
            shutil.copyfile(figure, folder / "figures" / figure.name)
        for table in _tables(report):
            shutil.copyfile(table, folder / "tables" / table.name)
        shutil.copyfile(report / "metrics.json", folder / "metrics.json")
        (folder / "README.md").write_text(_README, encoding="utf-8")
        for name, text in pages.items():
            (folder / name).write_text(_linked(text, (folder / name).parent), encoding="utf-8")
    return target


def _pages(report: Path) -> dict[str, str]:
    """Path in the folder of the report -> text."""
    index = report / "report.html"
    if not index.is_file():
        raise EquidynError(f"{index}: missing; finish a run first (make run, snakemake or dvc repro)")
    found = [index, *sorted((report / "pages").glob("[!.]*.html"))]
    if (size := sum(path.stat().st_size for path in found)) > LARGEST:
        raise EquidynError(f"{index} and pages: {size / 1e6:.1f} MB; an example must be below {LARGEST / 1e6:.0f} MB")
    return {str(path.relative_to(report)): path.read_text(encoding="utf-8") for path in found}


def _tables(report: Path) -> list[Path]:
    """All but those that list every measured number, which are megabytes."""
    found = sorted((report / "tables").glob("[!.]*.csv"))
    return [path for path in found if not path.stem.endswith("--measures")]


def _linked(page: str, folder: Path) -> str:
    """The page without its links to files that the example does not have; where one names its file, the name stays."""

    def kept(link: re.Match[str]) -> str:
        if (folder / link[1]).is_file():
            return link[0]
        return link[2] if link[2] == Path(link[1]).name else ""

    return _FOOTER.sub("", _LINK.sub(kept, page)).replace(str(Path.home()), "~")  # it is nobody's own machine
