"""The stage report, on cells that were really trained (tiny.py): what it shows, and what it does not drop."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest
import tiny
import torch
from markupsafe import escape
from sealing import sealed

from equidyn.core import paths
from equidyn.core.domain import built_in, find
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_json, write_record
from equidyn.core.measures import measure
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, Params
from equidyn.core.params.params import params_model
from equidyn.core.training import train
from equidyn.report.claims.model import claims_of
from equidyn.report.gather import gather
from equidyn.report.page import Page
from equidyn.report.report import run

CHART = 1  # of all claims, which the index draws itself
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")
CELL = Cell("gaussian-sizes", "n32", "intrinsic", 1)


def _params(*studies: str) -> Params:
    """Of the tiny run, with these studies alone."""
    whole = tiny.tree()
    tree = {"compute": whole["compute"], "studies": {name: whole["studies"][name] for name in studies}}
    return params_model(tree).model_validate(tree)


SMALL = _params(CELL.study)  # quick to draw


@pytest.fixture(scope="module")
def reports(tiny_run: Path) -> Path:
    return tiny_run / "reports"


def _pages(reports: Path) -> dict[Path, str]:
    """Every page -> its text; the index first."""
    found = [reports / "report.html", *sorted((reports / "pages").glob("*.html"))]
    return {path: path.read_text(encoding="utf-8") for path in found}


@pytest.fixture(scope="module")
def pages(reports: Path) -> dict[Path, str]:
    return _pages(reports)


@pytest.fixture(scope="module")
def page(pages: dict[Path, str]) -> str:
    return "".join(pages.values())


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.without_alt = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.add(tag)
        self.ids += [known["id"]] if "id" in known else []
        self.targets += [known[key] for key in ("href", "src", "srcset", "data", "action") if key in known]
        self.without_alt += tag == "img" and not known.get("alt")


@pytest.fixture(scope="module")
def links(pages: dict[Path, str]) -> dict[Path, _Links]:
    found = {path: _Links() for path in pages}
    for path, text in pages.items():
        found[path].feed(text)
    return found


def test_the_pages_open_offline(links: dict[Path, _Links], page: str) -> None:
    assert not re.search(r"url\(|@import|https?://|<script [^>]*src", re.sub(r"data:image[^\"]*", "", page))
    for path, found in links.items():
        assert not found.tags & {"link", "iframe", "object", "embed"}
        for target in found.targets:
            assert target.startswith(("data:", "#")) or (path.parent / target.partition("#")[0]).is_file(), target


def test_together_they_are_small(pages: dict[Path, str]) -> None:
    assert sum(len(text.encode()) for text in pages.values()) < 6_000_000


def test_pictures_inside_load_nothing_either(links: dict[Path, _Links], reports: Path) -> None:
    targets = [target for found in links.values() for target in found.targets]
    pictures = [target for target in targets if target.startswith("data:image/svg+xml,")]
    assert len(pictures) == len(list((reports / "figures").glob("*.svg"))) - CHART > 0
    for picture in pictures:
        svg = unquote(picture.partition(",")[2])
        drawn = svg[svg.index("<svg ") :]
        assert all(target.startswith(("#", "data:")) for target in re.findall(r"href=['\"]([^'\"]*)", drawn))
        assert set(re.findall(r"url\(.|@import|https?://[^'\"]*", drawn)) <= {"url(#", *NAMESPACES}


def test_the_pages_are_accessible(links: dict[Path, _Links], pages: dict[Path, str]) -> None:
    for path, found in links.items():
        assert found.without_alt == 0
        assert len(found.ids) == len(set(found.ids)), path.name
        assert 'lang="en"' in pages[path] and 'name="viewport"' in pages[path]
        for target in found.targets:
            file, _, place = ("" if target.startswith("data:") else target).partition("#")
            named = links[(path.parent / file).resolve()].ids if file.endswith(".html") else found.ids
            assert not place or place in named, target


def test_a_page_has_some_figures_and_its_appendix_the_others(links: dict[Path, _Links], reports: Path) -> None:
    shown = [{name for name in found.ids if name.startswith("figure-")} for found in links.values()]
    files = {path.stem for path in (reports / "figures").iterdir() if path.suffix in (".png", ".gif")}
    names = {f"figure-{name}" for name in files - {"claims"}}
    assert set.union(*shown) == names and sum(map(len, shown)) == len(names)
    assert all(shown[list(links).index(reports / f"pages/gaussian{end}.html")] for end in ("", "-appendix"))


def test_the_audit_stands_apart(pages: dict[Path, str], reports: Path) -> None:
    first, more = (pages[reports / f"pages/gaussian{end}.html"] for end in ("", "-appendix"))
    assert "Audit of the published code</h2>" in more and "Audit of the published code</h2>" not in first


def test_every_claim_is_a_row_of_the_index_and_of_its_markdown(reports: Path) -> None:
    text, index = ((reports / name).read_text(encoding="utf-8") for name in ("report.md", "report.html"))
    claims = claims_of(map(find, built_in())).claims
    assert sorted(pd.read_csv(reports / "tables/claims.csv")["id"]) == sorted(claim.id for claim in claims)
    for claim in claims:
        assert index.count(f'id="claim-{claim.id}"') == 1
        assert claim.statement in text
        assert str(escape(claim.statement)) in index


def test_markdown_mirrors_the_pages(reports: Path, page: str) -> None:
    text = (reports / "report.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (reports / target).is_file(), target
    heads = set(re.findall(r'<h3 id="section[^>]*>([^<]+)</h3>', page))
    assert {unescape(head).removesuffix(" (more)") for head in heads} <= set(re.findall(r"^### (.+)$", text, re.M))


def test_every_number_is_in_the_long_table(tiny_run: Path, reports: Path) -> None:
    long = pd.read_csv(reports / "tables/gaussian--measures.csv")
    columns = ["study", "dataset", "variant", "seed", "status", "checkpoint", "measure", "quantity", "value"]
    assert list(long.columns) == columns
    assert not long.duplicated([*columns[:4], *columns[5:8]]).any()
    cell = Cell("gaussian", "fresh", "mlp-aug", 2)
    measured = json.loads((tiny_run / paths.run(cell) / "measures.json").read_text())["checkpoints"]["early"]
    mine = long.query("variant == 'mlp-aug' and seed == 2 and checkpoint == 'early'").set_index("quantity")["value"]
    assert mine["accuracy"] == measured["accuracy"]["accuracy"]
    assert set(long["measure"]) == set(_params("gaussian").studies["gaussian"].measures)


def test_a_page_says_of_which_studies_the_rates_were_tuned(page: str) -> None:
    assert "tuned for each variant of gaussian-sizes; those of gaussian and smoke-sizes were not tuned" in page
    assert 'gaussian-sizes--tuning.csv"' in page


def test_the_variants_table_tells_how_far_errors_move_with_a_control(tiny_run: Path, reports: Path) -> None:
    table = pd.read_csv(reports / "tables/gaussian-sizes--variants.csv").set_index("variant")
    cells = [Cell("gaussian-sizes", "n32", "intrinsic", seed, control) for seed in (1, 2) for control in (False, True)]
    trees = [json.loads((tiny_run / paths.run(cell) / "measures.json").read_text()) for cell in cells]
    errors = [1 - tree["checkpoints"]["best"]["accuracy"]["accuracy"] for tree in trees]
    found = sorted([errors[1] / errors[0] - 1, errors[3] / errors[2] - 1])
    assert table.loc["intrinsic", ["move", "least", "most"]].tolist() == pytest.approx([sum(found) / 2, *found])
    assert "move" not in pd.read_csv(reports / "tables/gaussian--variants.csv")
    text = (reports / "report.md").read_text(encoding="utf-8")
    assert "Trained again with 2 × the epochs" in text and "it was not checked whether errors still move" in text
    assert len(pd.read_csv(reports / "tables/gaussian-sizes--runs.csv")) == 2  # the control stays out of the others


def test_diverged_runs_are_shown_and_left_out_of_means(reports: Path, page: str) -> None:
    for seed in (1, 2):
        assert re.search(rf"gaussian/fresh/{tiny.LOST}, seed {seed} \(epoch 1: training loss nan", page)
    table = pd.read_csv(reports / "tables/gaussian--accuracy.csv")
    lost = table[table["variant"] == tiny.LOST]
    assert len(lost) and lost["mean"].isna().all() and (lost["diverged"] == 2).all() and (lost["n"] == 0).all()
    assert (table.query("variant == 'mlp-aug' and quantity.str.contains('accuracy.accuracy')")["n"] == 2).all()


def test_a_diverged_run_of_two_leaves_the_mean_of_the_other(tiny_copy: Path) -> None:
    cell = Cell("gaussian", "fresh", "mlp-aug", 2)
    for name in ("run.json", "measures.json"):
        path = paths.run(cell) / name
        path.write_text(json.dumps(read_json(path) | {"status": "diverged"}))
    sealed(paths.run(cell))
    (study,) = gather(_params("gaussian"))
    ended = study.quantity("accuracy", "accuracy").query("variant == 'mlp-aug'")
    assert dict(zip(ended["seed"], ended["status"], strict=True)) == {1: "completed", 2: "diverged"}
    assert study.runs.query("status == 'diverged'")["variant"].tolist() == ["mlp-aug", tiny.LOST, tiny.LOST]


def test_runs_that_diverge_before_their_first_step_are_shown(tiny_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a variant, so that none of its checkpoints has a finite loss."""

    def broken(*parts: Any) -> torch.nn.Module:
        network = build_network(*parts)
        torch.nn.init.constant_(next(network.parameters()), torch.nan)
        return network

    monkeypatch.setattr(train, "build_network", broken)
    params = _params("gaussian")
    for seed in (1, 2):
        cell = Cell("gaussian", "fresh", tiny.LOST, seed)
        train.run(params, cell)
        measure.run(params, cell)
    page = "".join(_pages(run(params).parent).values())
    assert f"gaussian/fresh/{tiny.LOST}, seed 2 (before training: validation loss nan)" in page
    table = pd.read_csv("reports/tables/gaussian--accuracy.csv").query(f"variant == '{tiny.LOST}'")
    assert len(table) and table["mean"].isna().all() and (table["diverged"] == 2).all()


def test_tables_in_latex_are_plain_ascii_but_for_comments(reports: Path) -> None:
    for path in (reports / "tables").glob("*.tex"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert all(line.isascii() for line in lines if not line.startswith("%")), path.name


def test_animations_are_small_and_loop(reports: Path) -> None:
    (animation,) = (path.read_bytes() for path in (reports / "figures").glob("*.gif"))
    assert animation.startswith(b"GIF89a") and b"NETSCAPE2.0" in animation
    assert len(animation) < 500_000


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_same_cells_give_the_same_bytes_whatever_the_clock_says(tiny_copy: Path) -> None:
    other = {"commit": "ffff", "source": "s", "versions": {"python": "4"}, "wall_seconds": 1e3, "written": "2030-01-01"}
    found = []
    for provenance in ({}, other):
        for cell in SMALL.cells():
            for path in (paths.run(cell) / name for name in ("run.json", "measures.json")):
                tree = read_json(path)
                path.write_text(json.dumps(tree | {"provenance": tree["provenance"] | provenance}))
            sealed(paths.run(cell))
        search = read_json(paths.tuned(CELL.study, CELL.variant))
        trials = [trial | {"seconds": provenance.get("wall_seconds", 1.0)} for trial in search["trials"]]
        write_record(paths.tuned(CELL.study, CELL.variant), search | {"trials": trials})
        run(SMALL)
        found.append({kind: _contents(Path("reports") / kind) for kind in ("tables", "figures")})
    assert found[0] == found[1]
    assert {Path(name).suffix for name in found[0]["figures"]} == {".svg", ".png"}


def test_the_folder_is_replaced_whole_but_not_what_is_not_ours(tiny_copy: Path) -> None:
    for path in ("figures/gone-rmse.svg", "tables/gone.csv", "example/report.html", "notes.txt"):
        (Path("reports") / path).parent.mkdir(parents=True, exist_ok=True)
        (Path("reports") / path).write_text("old", encoding="utf-8")
    run(SMALL)
    assert not Path("reports/figures/gone-rmse.svg").exists() and not Path("reports/tables/gone.csv").exists()
    assert Path("reports/example/report.html").read_text(encoding="utf-8") == "old"
    assert Path("reports/notes.txt").exists()
    assert not [path for path in tiny_copy.rglob("*") if path.suffix in {".part", ".tmp"}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("measures.json", None),
        ("measures.json", '{"study": "toy"'),
        ("measures.json", '{"study": "toy"}'),
        ("measures.json", "[]"),
        ("run.json", None),
        ("history.csv", None),
        ("history.csv", ""),
        ("history.csv", "epoch,validation_loss\n0,0.5\n1,0."),
        ("history.csv", "epoch,validation_loss\n0,0.5\n"),
    ],
)
def test_a_missing_or_torn_file_is_named_and_the_old_report_stands(
    tiny_copy: Path, name: str, content: str | None
) -> None:
    path, before = paths.run(CELL) / name, _contents(Path("reports"))
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    with pytest.raises(EquidynError, match=re.escape(str(path))):
        run(SMALL)
    assert _contents(Path("reports")) == before


@pytest.mark.parametrize(
    ("key", "value", "file"),
    [
        ("training.epochs", 77, "run.json"),
        ("variants.gcnn.augment", "c4", "run.json"),
        ("measures.error.at", ["best"], "measures.json"),
        ("source.seed", 7, "measures.json"),
        ("datasets.E3-n2.train", 1, "measures.json"),
    ],
)
def test_a_cell_made_with_other_params_is_named_and_the_old_report_stands(
    tiny_copy: Path, key: str, value: object, file: str
) -> None:
    cell = Cell("smoke-sizes", "E3-n2", "gcnn", 2)
    tree = {"compute": tiny.tree()["compute"], "studies": {cell.study: tiny.tree()["studies"][cell.study]}}
    node, before = tree["studies"][cell.study], _contents(Path("reports"))
    *path, last = key.split(".")
    for part in path:
        node = node[part]
    node[last] = value
    with pytest.raises(EquidynError) as raised:
        run(params_model(tree).model_validate(tree))
    changed = f"studies.{cell.study}.{'.'.join(key.split('.')[:2]) if path[0] in ('variants', 'datasets') else path[0]}"
    assert str(raised.value).startswith(f"{paths.run(cell) / file}: made with other params than params.yaml has now (")
    assert f"({changed}); run snakemake or dvc repro" in str(raised.value)
    assert _contents(Path("reports")) == before


def test_a_torn_example_is_named(tiny_copy: Path) -> None:
    path = paths.run(Cell("smoke-sizes", "E3-n2", "gcnn", 2)) / "example.safetensors"
    path.write_text("torn")
    with pytest.raises(EquidynError, match=re.escape(str(path))):
        run(_params("smoke-sizes"))


def test_two_measures_that_would_write_one_file_are_named(monkeypatch: pytest.MonkeyPatch, tiny_copy: Path) -> None:
    monkeypatch.setattr(Page, "tables", property(lambda page: [page.claims, page.claims]))
    with pytest.raises(EquidynError, match="two files of the report would both be called claims"):
        run(SMALL)
