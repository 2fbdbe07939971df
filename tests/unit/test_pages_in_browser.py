"""The report's pages as a browser shows them: every one, on a desk, on a phone, in the dark and on paper.

Needs Playwright and Chromium; axe-core too for the check of accessibility, which axe-playwright-python holds.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest
from claims_cells import around, results

from equidyn.core.domain import built_in, find
from equidyn.report.claims.ledger import ledger
from equidyn.report.claims.model import claims_of
from equidyn.report.claims.reference import Reference
from equidyn.report.overview import Fact, Overview
from equidyn.report.page import Page
from equidyn.report.pages.render import pages
from equidyn.report.part import StudyPart
from equidyn.report.report import QUESTION

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path")

TIMES = (pd.DataFrame({"stage": ["train"], "jobs": [1]}), [], [], [])
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCREENS = 15  # of a page, at most
WIDER = """() => [...document.querySelectorAll("main *, nav *")]
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest(".scroll, .hidden, .axis"))
  .map((part) => part.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def reports(tiny_run: Path) -> Path:
    return tiny_run / "reports"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of claims of which some are decided, beside a reference: the ledger is made up, the page is not."""
    errors = {"e2cnn": 0.8, "rsteer": 1.0, "cnn": 1.2, "gcnn": 0.9, "gcnn-small": 0.95, "rgroup": 0.9}
    study = results({("error", "rmse"): around(errors, 0.01)}, seeds=range(1, 6))
    found = ledger(claims_of(map(find, built_in())), [study])
    told = Reference("supported", 12, 3.0, 2.0, 4.0, agrees=True)
    entries = [replace(entry, reference=told) if entry.claim.id == "C15" else entry for entry in found.entries]
    overview = Overview([Fact("Preset", "toy", "brief"), Fact("Toys", "in the place of digits", "notice")], *TIMES)
    page = Page(QUESTION, overview, replace(found, entries=entries), [StudyPart(study.name, [])], [])
    folder = tmp_path_factory.mktemp("judged")
    (folder / "pages").mkdir()
    for name, text in pages(page):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


def _files(reports: Path) -> list[Path]:
    return [reports / "report.html", *sorted((reports / "pages").glob("*.html"))]


def _opened(browser: "playwright.Browser", path: Path, size: dict[str, int] = DESK) -> "playwright.Page":
    """A page that has loaded nothing from elsewhere, and has had no error."""
    page = browser.new_page(viewport=size)
    page.on(
        "request", lambda request: pytest.fail(request.url) if not request.url.startswith(("file:", "data:")) else 0
    )
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(path.as_uri())
    return page


def test_every_page_opens_and_is_short_enough(browser: "playwright.Browser", reports: Path) -> None:
    assert len(_files(reports)) > 4
    for path in _files(reports):
        page = _opened(browser, path)
        assert page.locator("h1").is_visible(), path.name
        assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS * DESK["height"], path.name
        assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)"), path.name
        page.close()


def test_nothing_but_tables_scrolls_sideways_on_a_phone(browser: "playwright.Browser", reports: Path) -> None:
    for path in _files(reports):
        page = _opened(browser, path, PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path.name
        assert page.evaluate(WIDER) == [], path.name
        page.close()


def test_the_index_answers_on_its_first_screen(browser: "playwright.Browser", judged: Path) -> None:
    page = _opened(browser, judged)
    for part in (".lede", ".sentences", ".tally", ".forest", ".brief"):
        box = page.locator(part).first.bounding_box()
        assert box["height"] > 0 and box["y"] + box["height"] <= DESK["height"], part


def test_every_link_leads_somewhere(browser: "playwright.Browser", reports: Path) -> None:
    for path in _files(reports):
        page = _opened(browser, path)
        for target in set(page.evaluate("[...document.links].map((link) => link.href)")):
            place = urlsplit(target)
            file = Path(unquote(place.path))
            assert place.scheme == "file" and file.is_file(), f"{path.name}: {target}"
            if place.fragment and file.suffix == ".html":
                assert f'id="{unquote(place.fragment)}"' in file.read_text(encoding="utf-8"), f"{path.name}: {target}"
        page.close()


def test_a_claim_of_the_chart_leads_to_its_row(browser: "playwright.Browser", judged: Path) -> None:
    page = _opened(browser, judged)
    row = page.locator(".forest .row", has_text="C15")
    assert row.locator(".reference.dot").is_visible() and row.locator(".run.dot").is_visible()
    row.click()
    assert page.locator("#detail-C15").is_visible() and "Reference run" in page.locator("#detail-C15").inner_text()
    page.locator(".tally a", has_text="contradicted").click()
    assert set(page.locator("#claims > tbody:visible .verdict").all_inner_texts()) >= {"✗ contradicted"}
    assert page.locator("#claims > tbody:visible").count() < page.locator("#claims > tbody").count()


def test_the_ledger_is_sorted_and_filtered(browser: "playwright.Browser", judged: Path) -> None:
    page = _opened(browser, judged)
    shown = page.locator("#claims > tbody:visible")
    every = shown.count()
    ids = "() => [...document.querySelectorAll('#claims > tbody')].map((body) => body.rows[0].cells[0].innerText)"
    before = page.evaluate(ids)
    page.get_by_role("button", name="This run").click()
    numbers = page.evaluate(
        "() => [...document.querySelectorAll('#claims > tbody')].map((body) => parseFloat("
        "[...body.rows[0].querySelectorAll('td.n')].pop().innerText.replace('−', '-')))"
        ".filter((number) => !isNaN(number))"
    )
    assert numbers == sorted(numbers) and len(numbers) > 1
    page.get_by_role("button", name="Id", exact=True).click()
    assert sorted(page.evaluate(ids)) == sorted(before)
    page.get_by_label("Filter").fill("auto-encoder")
    assert 0 < shown.count() < every
    page.get_by_label("Filter").fill("xyzzy")
    assert shown.count() == 0 and page.locator("#count").inner_text().startswith("0 of")
    page.get_by_label("Filter").fill("")
    page.locator("#verdict").select_option("not run")
    assert 0 < shown.count() < every


def test_a_click_on_a_claim_shows_its_evidence(browser: "playwright.Browser", reports: Path) -> None:
    page = _opened(browser, reports / "report.html")
    detail = page.locator("#detail-G1")
    assert detail.is_hidden()
    page.locator("#claim-G1 .claim button").click()
    assert detail.is_visible()
    page.goto(f"{(reports / 'report.html').as_uri()}#claim-A1")
    assert page.locator("#detail-A1").is_visible()


def test_a_folded_table_opens_for_its_link(browser: "playwright.Browser", reports: Path) -> None:
    page = _opened(browser, reports / "pages/gaussian.html")
    name = page.locator("details.table").first.get_attribute("id")
    page.evaluate("name => { location.hash = name; }", name)
    assert page.locator(f"#{name} table").is_visible()


def test_light_and_dark(browser: "playwright.Browser", reports: Path) -> None:
    page = _opened(browser, reports / "pages/gaussian.html")
    colour = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.locator("button.theme").click()
    dark = page.evaluate(colour)
    assert light != dark
    page.locator("button.theme").click()
    assert page.evaluate(colour) == light
    page.emulate_media(color_scheme="dark")
    page.goto(page.url)
    page.evaluate("() => document.documentElement.removeAttribute('data-theme')")
    assert page.evaluate(colour) == dark


def test_search_finds_claims_and_sections(browser: "playwright.Browser", reports: Path) -> None:
    page = _opened(browser, reports / "report.html", PHONE)
    page.get_by_role("button", name="Contents").click()
    page.locator(".find input").fill("augmentation gap")
    assert page.locator("#found li:visible").count() >= 1
    page.locator("#found li:visible a").first.click()
    assert page.locator("tbody:target .detail").is_visible()


def test_on_paper_tables_are_whole(browser: "playwright.Browser", reports: Path, tmp_path: Path) -> None:
    for path in _files(reports):
        page = _opened(browser, path)
        assert page.pdf(path=tmp_path / "page.pdf", format="A4").startswith(b"%PDF")
        page.emulate_media(media="print")
        page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        hidden = "() => [...document.querySelectorAll('table')].filter((table) => !table.checkVisibility()).length"
        assert page.evaluate(hidden) == 0, path.name
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(browser: "playwright.Browser", reports: Path, scheme: str) -> None:
    axe = Path(pytest.importorskip("axe_playwright_python").__file__).with_name("axe.min.js")
    for path in _files(reports):
        page = _opened(browser, path)
        page.emulate_media(color_scheme=scheme)
        page.add_script_tag(path=axe)
        found = page.evaluate("axe.run()")["violations"]
        serious = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in _SERIOUS]
        assert serious == [], path.name
        page.close()


_SERIOUS = ("serious", "critical")
