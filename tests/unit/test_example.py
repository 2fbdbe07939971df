"""The example of a report: small, whole, and without links that lead nowhere."""

import re
from pathlib import Path

import pytest

from equidyn.core.errors import EquidynError
from equidyn.core.publish import replaced
from equidyn.report import example

NAMES = ("smoke-levels--rmse", "gaussian--accuracy")
LINKS = "".join(
    f'<a href="figures/{name}.{end}">{end.upper()}</a><a href="tables/{name}.csv">CSV</a>'
    for name in NAMES
    for end in ("svg", "png")
)
FOOTER = '<footer><p>Markdown: <a href="report.md">report.md</a>.</p></footer>\n'
NUMBERS = 'All numbers: <a href="tables/gaussian--measures.csv">gaussian--measures.csv</a>.'
METRICS = "{}\n"
PAGE = f'<main>{LINKS}{NUMBERS}<a href="#top">top</a><a href="pages/gaussian.html">sets</a>\n{FOOTER}</main>'
BESIDE = f"<main>{LINKS}</main>".replace('href="', 'href="../')


@pytest.fixture
def reports(workplace: Path) -> Path:
    """A finished report, as far as its files go."""
    folder = workplace / "reports"
    for place in ("tables", "figures", "pages"):
        (folder / place).mkdir(parents=True)
    for name in NAMES:
        (folder / "tables" / f"{name}.csv").write_text("n\n1\n")
        for end in ("svg", "png"):
            (folder / "figures" / f"{name}.{end}").write_text(name)
    (folder / "tables" / "gaussian--measures.csv").write_text("n\n1\n")
    (folder / "metrics.json").write_text(METRICS)
    (folder / "report.html").write_text(PAGE)
    (folder / "pages/gaussian.html").write_text(BESIDE)
    return folder


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_it_has_the_pages_and_the_tables(reports: Path) -> None:
    assert example.run() == Path("reports/example")
    tables = {f"tables/{name}.csv" for name in NAMES}
    assert _files(reports / "example") == {"README.md", "report.html", "pages/gaussian.html", "metrics.json"} | tables


def test_every_link_of_its_pages_leads_somewhere(reports: Path) -> None:
    example.run()
    page = (reports / "example/report.html").read_text()
    links = re.findall(r'href="([^"#]+)"', page)
    files = {name for name in _files(reports / "example") if name.startswith(("tables/", "pages/"))}
    assert set(links) == files
    beside = re.findall(r'href="([^"#]+)"', (reports / "example/pages/gaussian.html").read_text())
    assert set(beside) == {f"../{name}" for name in files if name.startswith("tables/")}
    assert "All numbers: gaussian--measures.csv." in page
    assert 'href="#top"' in page
    assert "Markdown" not in page


def test_a_later_report_leaves_it_alone(reports: Path) -> None:
    example.run()
    before = _files(reports / "example")
    with replaced(Path("reports")) as folder:
        (folder / "report.html").write_text("new")
    assert _files(reports / "example") == before
    assert (reports / "report.html").read_text() == "new"


def test_without_a_report_it_says_what_to_do(workplace: Path) -> None:
    with pytest.raises(EquidynError, match=r"reports/report\.html: missing; finish a run first"):
        example.run()
    assert not (workplace / "reports").exists()


def test_pages_that_are_too_large_are_refused_and_the_old_example_stands(reports: Path) -> None:
    example.run()
    (reports / "report.html").write_text("x" * (example.LARGEST + 1))
    with pytest.raises(EquidynError, match=r"8\.0 MB; an example must be below 8 MB"):
        example.run()
    assert "<main>" in (reports / "example/report.html").read_text()
