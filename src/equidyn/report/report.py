"""The stage report: read all cells, and write reports/ whole."""

import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from equidyn.core import paths
from equidyn.core.children import end_with
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.files import write_json
from equidyn.core.locks import sole_writer
from equidyn.core.params.params import Params
from equidyn.core.publish import replaced
from equidyn.report.archive import Kept, load
from equidyn.report.claims.compared import with_reference
from equidyn.report.claims.ledger import Ledger, ledger
from equidyn.report.claims.model import claims_for
from equidyn.report.families import charted
from equidyn.report.figures.style import legend_of, styled, together
from equidyn.report.gather import StudyResults, gather
from equidyn.report.learning_curves import learning_curves
from equidyn.report.metrics import metrics, summaries
from equidyn.report.overview import grid_words, overview, preset
from equidyn.report.page import Page
from equidyn.report.pages.render import MARKDOWN, pages, render
from equidyn.report.pages.sheets import FOLDER
from equidyn.report.part import StudyPart
from equidyn.report.sections import Shows, sections_for
from equidyn.report.sections.section import Place, Section, where_words
from equidyn.report.tables import as_csv, csv, latex

QUESTION = (
    "How does the symmetry that is imposed on a network, against the symmetry that its data has, shape what it learns "
    "and how it trains?"
)


PROCESSES = 2  # which draw side by side, as the last job of a run is alone


def run(params: Params, target: Path | None = None) -> Path:
    """Write the report of all configured cells to `target`, else reports; returns the path of report.html.

    Raises EquidynError, and leaves the old report as it was, if a cell is missing or torn or nothing can be written.
    """
    with sole_writer("report"):
        studies = gather(params)
        found = with_reference(ledger(claims_for(params), studies))
        return _written(Kept(params, studies, []), found, preset(Path.cwd()), target or paths.REPORTS)


def run_from(numbers: Path, target: Path) -> Path:
    """The same of what `equidyn ship` has kept in the folder `numbers`; with no other reference beside it."""
    kept = load(numbers)
    found = ledger(claims_for(kept.params), kept.studies)
    return _written(kept, found, numbers.resolve().name, target)


def _written(kept: Kept, found: Ledger, name: str, target: Path) -> Path:
    params, studies = kept.params, kept.studies
    with styled():
        about = overview(studies, name, params.compute.threads, kept.unfinished)
        page = Page(QUESTION, about, found, _parts(studies), _drawn(params))
        _refuse_twins(page)
    with replaced(target) as folder:
        _write(folder, page, studies)
    return target / "report.html"


def _drawn(params: Params) -> list[StudyPart]:
    """Domains of which there are pictures only."""
    wanted = {name: settings for name, settings in (params.pictures or ()) if settings}
    return [
        StudyPart(name, find(name).module("report").sections(settings), compared=False)
        for name, settings in wanted.items()
    ]


def _parts(studies: list[StudyResults]) -> list[StudyPart]:
    """The sections of every study, made in forks of this process, which hold the results already."""
    makers = [(study, one, place) for study in studies for one, place in sections_for(study)]
    try:
        with ProcessPoolExecutor(PROCESSES, get_context("fork"), _keep, (makers, os.getpid())) as forks:
            made = list(zip(makers, forks.map(_section, range(len(makers))), strict=True))
    except BrokenProcessPool:
        raise EquidynError(
            "a process that draws the report was killed, perhaps for want of memory; try again"
        ) from None
    return [
        _part(study, [section for (owner, *_), section in made if owner is study and section is not None])
        for study in studies
    ]


def _part(study: StudyResults, sections: list[Section]) -> StudyPart:
    about = grid_words(study), where_words(study), legend_of(study.variants)
    return StudyPart(study.name, sections, *about, charted(study.settings))


_makers: list[tuple[StudyResults, Shows, Place]] = []  # of a fork


def _keep(makers: list[tuple[StudyResults, Shows, Place]], parent: int) -> None:
    """Begin a fork, which must not wait for a report that was killed."""
    end_with(parent)
    _makers.extend(makers)


def _section(place: int) -> Section | None:
    study, maker, where = _makers[place]
    with together(study.variants):
        section = maker.section(study)
    return section and replace(section, place=where)


def _refuse_twins(page: Page) -> None:
    """Raise EquidynError if two tables, figures or pages would have the same file."""
    for names in ([table.name for table in page.tables], [picture.name for picture in page.pictures], page.files):
        twins = sorted({name for name in names if names.count(name) > 1})
        if twins:
            raise EquidynError(
                f"two files of the report would both be called {twins[0]}; rename one of the measures or studies"
            )


def _write(folder: Path, page: Page, studies: list[StudyResults]) -> None:
    tables, figures = folder / "tables", folder / "figures"
    for part in (tables, figures, folder / "metrics", folder / FOLDER):
        part.mkdir()
    for table in page.tables:
        (tables / f"{table.name}.csv").write_text(csv(table), encoding="utf-8")
        (tables / f"{table.name}.tex").write_text(latex(table), encoding="utf-8")
    for study in studies:
        (tables / f"{study.name}--measures.csv").write_text(_every_number(study), encoding="utf-8")
        (tables / f"{study.name}--learning.csv").write_text(as_csv(learning_curves(study)), encoding="utf-8")
    for picture in page.pictures:
        for suffix, content in picture.files.items():
            (folder / picture.place(suffix)).write_bytes(content)
    numbers = metrics(studies, page.ledger)
    write_json(folder / "metrics.json", numbers)
    for name, few in summaries(numbers).items():
        write_json(folder / "metrics" / f"{name}.json", few)
    (folder / MARKDOWN).write_text(render(page, "report.md.j2"), encoding="utf-8")
    for name, text in pages(page):
        (folder / name).write_text(text, encoding="utf-8")


def _every_number(study: StudyResults) -> str:
    """Every measured number, one per row; the items of a list are named quantity[1], quantity[2], ..."""
    values = study.values
    numbered = values["quantity"] + values["index"].map(lambda index: f"[{index}]" if index else "")
    frame = values.assign(study=study.name, quantity=numbered)
    columns = ["study", "dataset", "variant", "seed", "status", "checkpoint", "measure", "quantity", "value"]
    return as_csv(frame[columns])
