"""The stage report, from synthetic cells to a page: what it shows, and what it does not drop."""

import re
from contextlib import chdir
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape
from reporting_cells import edit_json, write_cells
from safetensors.numpy import save_file
from sealing import sealed
from toy import TREE

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.params import Cell, Params
from equidyn.domains.smoke.report import rollouts
from equidyn.report.claims.model import published_claims
from equidyn.report.gather import gather
from equidyn.report.report import run

DIVERGED = Cell("toy", "broken", "cnn", 2)
NAMES_OF_SVG = {  # of its language; nothing is loaded from them
    "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
}
DATASETS = {"sym": {"level": "eps", "value": 0.0}, "broken": {"level": "eps", "value": 0.3}}


def _params(**changes: object) -> Params:
    tree = deepcopy(TREE)
    tree["studies"]["toy"].update({"datasets": DATASETS, "seeds": [1, 2, 3]} | changes)
    return Params.model_validate(tree)


def _small(**changes: object) -> Params:
    """One dataset, two variants: quick to draw."""
    variants = {name: TREE["studies"]["toy"]["variants"][name] for name in ("cnn", "gcnn")}
    return _params(**{"datasets": {"sym": DATASETS["sym"]}, "variants": variants} | changes)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports folder of a study with a run that diverged."""
    folder = tmp_path_factory.mktemp("report")
    with chdir(folder):
        write_cells(_params(), diverged=(DIVERGED,))
        assert run(_params()) == Path("reports/report.html")
    return folder / "reports"


@pytest.fixture(scope="module")
def page(reports: Path) -> str:
    return (reports / "report.html").read_text(encoding="utf-8")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.without_alt = 0

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.tags.add(tag)
        self.ids += [known["id"]] if "id" in known else []
        self.targets += [known[key] for key in ("href", "src", "srcset", "data", "action") if key in known]
        self.without_alt += tag == "img" and not known.get("alt")


@pytest.fixture(scope="module")
def links(page: str) -> _Links:
    parser = _Links()
    parser.feed(page)
    return parser


def test_page_opens_offline(links, page, reports):
    assert not links.tags & {"script", "link", "iframe", "object", "embed"}
    assert not re.search(r"url\(|@import|https?://", re.sub(r"data:image[^\"]*", "", page))
    for target in links.targets:
        if not target.startswith(("data:", "#")):
            assert (reports / target).is_file(), target
    assert len(page) < 5e6


def test_pictures_inside_load_nothing_either(links, reports):
    pictures = [target for target in links.targets if target.startswith("data:image/svg+xml,")]
    assert len(pictures) == len(list((reports / "figures").glob("*.svg"))) > 0
    for picture in pictures:
        svg = unquote(picture.partition(",")[2])
        assert all(target.startswith(("#", "data:")) for target in re.findall(r'href="([^"]*)"', svg))
        assert set(re.findall(r'url\(.|@import|https?://[^"]*', svg)) <= {"url(#", *NAMES_OF_SVG}


def test_page_is_accessible(links, page):
    assert links.without_alt == 0
    assert len(links.ids) == len(set(links.ids))
    assert all(target[1:] in links.ids for target in links.targets if target.startswith("#"))
    assert 'lang="en"' in page and 'name="viewport"' in page


def test_page_tells_what_was_run_and_found(page):
    for words in ("2 datasets × 4 variants × 3 seeds = 24 cells", "0123456789ab", "torch 2.13.0", "cpu, bf16"):
        assert words in page
    assert "At ε = 0, gcnn has the lowest test RMSE" in page
    assert "PhiFlow smoke toy" in page
    assert "rgroup (8,705, +7 %) are more than 5 % off 8,113 parameters" in page


def test_the_ledger_comes_first(page, reports):
    """Of a study that no claim speaks of, every claim is not run, and the page says what is missing."""
    assert page.index('<section id="claims">') < page.index('<section id="summary">') < page.index('<section id="run">')
    assert page.index('class="brief"') < page.index('<section id="claims">')
    table = pd.read_csv(reports / "tables" / "claims.csv")
    assert table.columns[0] == "id" and table["id"].tolist() == [claim.id for claim in published_claims().claims]
    assert set(table["verdict_corrected"]) == {"not run"}
    assert set(table["verdict_as_published"]) == {"not run", "no other definition"}
    assert page.count("no study smoke-levels") >= 8
    for name in ("claims.tex", "claims-tests.csv", "claims-tests.tex"):
        assert (reports / "tables" / name).is_file()


def test_every_claim_is_a_row_of_the_page_and_of_its_markdown(page, reports):
    text = (reports / "report.md").read_text(encoding="utf-8")
    for claim in published_claims().claims:
        assert page.count(f'id="claim-{claim.id}"') == 1
        assert claim.statement in text
        for words in (claim.statement, claim.found, claim.evidence):
            assert str(escape(words)) in page


def test_diverged_run_is_shown_and_left_out_of_the_mean(page, reports):
    assert "Diverged: toy/broken/cnn, seed 2 (epoch 3: training loss nan" in page
    assert "diverged\N{NO-BREAK SPACE}(1\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}3)" in page
    table = pd.read_csv(reports / "tables" / "toy-rmse.csv").set_index(["dataset", "variant"])
    assert table.loc[("broken", "cnn"), ["n", "seeds", "diverged"]].tolist() == [2, 3, 1]
    long = pd.read_csv(reports / "tables" / "toy-measures.csv")
    kept = long.query("dataset == 'broken' and variant == 'cnn' and checkpoint == 'best' and quantity == 'rmse'")
    assert kept["status"].tolist().count("diverged") == 1
    assert table.loc[("broken", "cnn"), "mean"] == kept.query("status != 'diverged'")["value"].mean()


def test_every_number_is_in_the_long_table(reports):
    long = pd.read_csv(reports / "tables" / "toy-measures.csv")
    columns = ["study", "dataset", "variant", "seed", "status", "checkpoint", "measure", "quantity", "value"]
    assert list(long.columns) == columns
    assert set(long["measure"]) == {"decomposition", "equivariance", "error"}
    assert set(long.query("measure == 'decomposition'")["quantity"]) == {"loss", "averaged", "variance", "share"}
    assert "rmse_by_step[6]" in set(long["quantity"])
    assert not long.duplicated([*columns[:4], *columns[5:8]]).any()


def test_markdown_mirrors_the_page(reports, page):
    text = (reports / "report.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (reports / target).is_file(), target
    for level, mark in ((2, "##"), (3, "###")):
        heads = [re.sub("<[^>]+>", "", head) for head in re.findall(rf"<h{level}>(.+)</h{level}>", page)]
        assert re.findall(rf"^{mark} (.+)$", text, re.M) == heads


def test_animation_is_small_and_loops(reports):
    animation = (reports / "figures" / "toy-rollout.gif").read_bytes()
    assert animation.startswith(b"GIF89a") and b"NETSCAPE2.0" in animation
    assert len(animation) < 500_000


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_same_cells_give_the_same_bytes_whatever_the_clock_says(workplace):
    params = _small()
    write_cells(params)
    run(params)
    first = {kind: _contents(Path("reports") / kind) for kind in ("tables", "figures")}
    other = {"commit": "ffff", "source": "s", "versions": {"python": "4"}, "wall_seconds": 1e3, "written": "2030-01-01"}
    for cell in params.cells():
        for name in ("run.json", "measures.json"):
            edit_json(paths.run(cell) / name, provenance=other)
    run(params)
    assert first == {kind: _contents(Path("reports") / kind) for kind in ("tables", "figures")}
    assert {Path(name).suffix for name in first["figures"]} == {".svg", ".png", ".gif"}


def test_the_folder_is_replaced_whole_but_not_what_is_not_ours(workplace):
    params = _small(seeds=[1], measures={"error": {"at": ["best"], "options": {}}})
    write_cells(params)
    for path in ("figures/gone-rmse.svg", "tables/gone.csv", "example/report.html", "notes.txt"):
        (Path("reports") / path).parent.mkdir(parents=True, exist_ok=True)
        (Path("reports") / path).write_text("old", encoding="utf-8")
    run(params)
    assert not Path("reports/figures/gone-rmse.svg").exists() and not Path("reports/tables/gone.csv").exists()
    assert Path("reports/example/report.html").read_text(encoding="utf-8") == "old"
    assert Path("reports/notes.txt").exists()
    assert sorted(path.name for path in workplace.iterdir()) == ["data", "reports"]


def test_one_seed_and_a_missing_measure(workplace):
    params = _small(seeds=[7], measures={"error": {"at": ["best"], "options": {}}})
    write_cells(params)
    page = run(params).read_text(encoding="utf-8")
    assert "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}1" in page and "One seed (n = 1), so there are no intervals." in page
    assert "the comparison is inconclusive" in page and "no other variant shares 3 finite seeds with it" in page
    left_out = page.partition("Not measured here, and so left out: ")[2].partition("<")[0]
    for title in ("Learned equivariance", "Loss due to broken symmetry", "Early and best checkpoints"):
        assert title in left_out


def test_null_numbers_and_a_variant_of_which_every_run_diverged(workplace):
    params = _small()
    write_cells(params, diverged=tuple(Cell("toy", "sym", "cnn", seed) for seed in (1, 2, 3)))
    null = {
        "error": {"rmse": None, "rmse_by_step": [None] * 6},
        "equivariance": {"pairwise": None},
        "decomposition": {"share": None},
    }
    for seed in (1, 2, 3):
        edit_json(
            paths.run(Cell("toy", "sym", "cnn", seed)) / "measures.json", checkpoints={"best": null, "early": null}
        )
    edit_json(paths.run(Cell("toy", "sym", "gcnn", 1)) / "measures.json", checkpoints={"best": null, "early": null})
    page = run(params).read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "diverged (3 of 3)" in page
    assert "n = 2" in page
    assert "gcnn has the lowest test RMSE" in page and "no other finite variant" in page


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
        ("history.csv", "epoch,validation_rmse\n0,0.5\n1,0."),
        ("history.csv", "epoch,validation_rmse\n0,0.5\n"),
        ("example.safetensors", "torn"),
    ],
)
def test_a_missing_or_torn_file_is_named_and_the_old_report_stands(workplace, name, content):
    params = _small(seeds=[1])
    write_cells(params)
    Path("reports").mkdir()
    Path("reports/report.html").write_text("old", encoding="utf-8")
    path = paths.run(Cell("toy", "sym", "cnn", 1)) / name
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    with pytest.raises(EquidynError, match=re.escape(str(path))):
        run(params)
    assert [entry.name for entry in Path("reports").iterdir()] == ["report.html"]
    assert Path("reports/report.html").read_text(encoding="utf-8") == "old"


def test_a_cell_of_another_run_is_named(workplace):
    params = _small(seeds=[1])
    write_cells(params)
    path = paths.run(Cell("toy", "sym", "cnn", 1)) / "measures.json"
    edit_json(path, seed=9)
    with pytest.raises(EquidynError, match="belongs to toy/sym/cnn/9"):
        run(params)


def _pictured(params: Params) -> str:
    return rollouts.section(gather(params)[0]).pictures[0].caption


def test_rollouts_are_shown_where_something_moves(workplace):
    params = _small(datasets=DATASETS, seeds=[1])
    write_cells(params)
    assert "liveliest test window at ε = 0.3, seed 1" in _pictured(params)
    still = {name: np.zeros((6, 2, 16, 16), np.float32) for name in ("truth", "prediction")}
    for cell in params.cells():
        if cell.dataset == "broken":
            save_file(still | {"start": still["truth"][0].copy()}, paths.run(cell) / "example.safetensors")
            sealed(paths.run(cell))
    assert "liveliest test window at ε = 0, seed 1" in _pictured(params)
