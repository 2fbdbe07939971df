"""Sections of the report on whole synthetic studies: what they show, and what they say of numbers that are known."""

import re
from contextlib import chdir
from pathlib import Path

import pandas as pd
import pytest
from reporting_cells import edit_json, write_cells
from reporting_measures import RADII
from reporting_studies import ROTATION_SOURCE, levels, params, rotation, sizes

from equidyn.core import paths
from equidyn.core.files import read_json
from equidyn.core.params import Cell, Params
from equidyn.domains.smoke.report import (
    audit_lie,
    audit_regulariser,
    audit_sharpness,
    audit_sign,
    lie,
    regulariser,
    reproduction,
    rmse,
)
from equidyn.domains.smoke.report.rmse import in_length_per_time
from equidyn.report.gather import StudyResults, gather
from equidyn.report.report import run
from equidyn.report.sections import convergence, distance, hessian, sections_for, sharpness
from equidyn.report.sections import sizes as data_size

LEVELS = ["cnn", "gcnn", "rsteer", "rsteer-alpha1e-2", "e2cnn-published", "rsteer-published"]
ROTATION = ["cnn", "e2cnn", "rgroup", "rsteer-published", "relax-anneal"]
SMOKE = {"measures": {"error": {"at": ["best"], "options": {}}}}


def _params() -> Params:
    return params(
        smoke_levels=levels(LEVELS, [0.6], 3),
        smoke_rotation=rotation(ROTATION, 2) | SMOKE,
        smoke_sizes=sizes(["cnn", "gcnn"], [2, 4, 8], 2),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the cells of three studies and their report."""
    place = tmp_path_factory.mktemp("studies")
    with chdir(place):
        write_cells(_params())
        run(_params())
    return place


@pytest.fixture(scope="module")
def studies(folder: Path) -> dict[str, StudyResults]:
    with chdir(folder):
        return {study.name: study for study in gather(_params())}


@pytest.fixture
def own(workplace: Path) -> Params:
    """Cells that a test may change: one level, two variants, two seeds."""
    chosen = params(smoke_levels=levels(["cnn", "e2cnn-published"], [0.0], 2))
    write_cells(chosen)
    return chosen


def _table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "reports" / "tables" / f"{name}.csv")


def test_the_report_of_all_measures_has_every_section(folder):
    page = (folder / "reports" / "report.html").read_text(encoding="utf-8")
    for module in sections_for("rollout"):
        assert f">{module.TITLE}</h3>" in page, module.TITLE
    assert re.findall(r"\bnan\b", re.sub(r"data:image[^\"]*", "", page), re.IGNORECASE) == []


def test_tables_in_latex_are_plain_ascii_but_for_comments(folder):
    for path in (folder / "reports" / "tables").glob("smoke-*.tex"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert all(line.isascii() for line in lines if not line.startswith("%")), path.name


def test_pictures_have_captions_that_say_what_bars_and_bands_are(studies):
    section = rmse.section(studies["smoke-rotation"])
    assert "bars are 95 % intervals over seeds" in section.pictures[0].caption
    assert [table.name for table in section.tables] == ["smoke-rotation-rmse-future", "smoke-rotation-rmse-domain"]
    assert any("test RMSE, domain" in sentence for sentence in section.finding)


def test_the_reproduction_table_has_paper_blog_and_ours(folder, studies):
    data = _table(folder, "smoke-rotation-reproduction-domain").set_index(["source", "variant"])
    assert data.loc[("paper", "RGroup"), ["mean", "sd"]].tolist() == [0.73, 0.02]
    assert data.loc[("blog", "RGroup"), ["mean", "sd"]].tolist() == [0.90, 0.04]
    ours = data.loc[("ours", "rgroup")].set_index(["dataset", "unit"])["mean"]
    assert ours["true-action", "length/time"] == pytest.approx(0.43 * ours["true-action", "rms velocity"], rel=1e-12)
    values = studies["smoke-rotation"].quantity("error", "domain.rmse")
    chosen = values.query("dataset == 'true-action' and variant == 'rgroup'")["value"]
    assert ours["true-action", "rms velocity"] == pytest.approx(chosen.mean(), rel=1e-12)


def test_published_rows_that_are_not_run_and_rows_of_ours_alone(studies):
    view = reproduction.section(studies["smoke-rotation"]).tables[0].view.set_index("network")
    assert view.loc["MLP", ["paper", "our variant"]].tolist() == ["1.38 (0.06), unverified", "not run"]
    assert view.loc["RSteer", ["paper", "blog", "our variant"]].tolist() == [
        "0.80 (0.00)",
        "0.82 (0.00)",
        "rsteer-published",
    ]
    assert view.loc["–", ["paper", "our variant"]].tolist() == ["–", "relax-anneal"]


def test_the_scale_is_told(workplace):
    small = params(smoke_rotation=rotation(["cnn"], 1) | SMOKE)
    source = ROTATION_SOURCE | {"resolution": 64, "simulations": 36}
    full = params(smoke_rotation=rotation(["cnn"], 1) | SMOKE | {"source": source})
    write_cells(small)
    said = [reproduction.section(gather(chosen)[0]).text[0] for chosen in (small, full)]
    assert "not at the published scale" in said[0] and "source.resolution 8 (published: 64)" in said[0]
    assert said[1] == "Ours was trained on data simulated here, at the published scale."


def test_a_study_of_one_split_has_no_reproduction(studies):
    assert reproduction.section(studies["smoke-levels"]) is None


def test_the_control_of_sharpness_is_a_number(own):
    assert sharpness.control_words(gather(own)[0]) == (
        "Control: the largest |L(w + 0 d) − L(w)| is 0 over 8 checkpoints of 4 cells, as it must be."
    )
    path = paths.run(Cell("smoke-levels", "eps000", "cnn", 2)) / "measures.json"
    checkpoints = read_json(path)["checkpoints"]
    checkpoints["early"]["sharpness"]["control"] = -1e-5
    edit_json(path, checkpoints=checkpoints)
    assert "is 1.0 × 10⁻⁵ over 8 checkpoints of 4 cells, but it must be 0" in sharpness.control_words(gather(own)[0])
    checkpoints["early"]["sharpness"]["control"] = None
    edit_json(path, checkpoints=checkpoints)
    assert "is not finite over" in sharpness.control_words(gather(own)[0])


def test_sharpness_is_drawn_at_both_checkpoints_along_its_radii(studies):
    section = sharpness.section(studies["smoke-levels"])
    assert [shown.name for shown in section.pictures] == ["smoke-levels-sharpness-best", "smoke-levels-sharpness-early"]
    assert sorted(studies["smoke-levels"].along("sharpness", "radii", "sphere")["x"].unique()) == list(RADII)


def test_the_published_sharpness_is_not_zero_without_a_perturbation(studies):
    section = audit_sharpness.section(studies["smoke-levels"])
    assert "is not 0 in 3 runs of 18 (variants: e2cnn-published)" in section.text[1]
    data = section.tables[0].data.set_index(["quantity", "variant"])["mean"]
    assert data["audit/sharpness.control", "e2cnn-published"] > 0.4
    assert data["audit/sharpness.control", "cnn"] == data["sharpness.control", "e2cnn-published"] == 0


def test_the_regulariser_is_squared_for_variants_as_published_only(studies):
    section = audit_regulariser.section(studies["smoke-levels"])
    data = section.tables[0].data.set_index(["quantity", "variant"])["mean"]
    for variant in ("rsteer", "rsteer-published"):
        assert data["alpha_c", variant] == pytest.approx(4e-6)
        assert data["alpha_c_squared", variant] == pytest.approx(1.6e-11)
    loss = data["train_loss", "rsteer"]
    assert data["added_share", "rsteer"] == pytest.approx(4e-6 / loss, rel=0.05)
    assert data["added_share", "rsteer-published"] < 1e-8
    assert ("alpha_c", "cnn") not in data


def test_lines_over_alpha_join_variants_that_differ_in_nothing_else(studies):
    section = regulariser.section(studies["smoke-levels"])
    assert "rsteer (alpha 10⁻⁵ and 0.01)" in section.text[0] and "rsteer-published" not in section.text[0]
    assert [shown.name for shown in section.pictures] == ["smoke-levels-alpha-equivariance", "smoke-levels-alpha-lie"]
    assert set(section.tables[0].data["variant"]) == {"rsteer", "rsteer-alpha1e-2"}
    assert regulariser.section(studies["smoke-rotation"]) is None


def test_both_lie_derivatives_stand_side_by_side(studies):
    table = lie.section(studies["smoke-levels"]).tables[0]
    assert table.columns == ["data", "variant", "relative [1/rad]", "absolute [rms velocity/rad]", "as published"]
    audit = audit_lie.section(studies["smoke-levels"])
    assert "Measured here on a smooth field at 128 × 128 cells: 0.0087" in audit.text[1]


def test_the_wrong_sign_costs_what_the_seeds_say(studies):
    study = studies["smoke-rotation"]
    data = audit_sign.section(study).tables[0].data.set_index(["quantity", "dataset", "variant"])["mean"]
    values = study.quantity("error", "domain.rmse").set_index(["dataset", "variant", "seed"])["value"]
    ratios = [values["published-sign", "e2cnn", seed] / values["true-action", "e2cnn", seed] for seed in (1, 2)]
    assert data["cost", "published-sign", "e2cnn"] == pytest.approx(sum(ratios) / 2, rel=1e-12)
    assert audit_sign.section(studies["smoke-levels"]) is None


def test_every_run_reaches_the_common_rmse_and_the_worst_one_at_its_best(own):
    history = {("cnn", 1): [9, 5, 4, 3], ("cnn", 2): [9, 4, 2, 1], ("e2cnn-published", 1): [9, 3, 2, 2.5]}
    history |= {("e2cnn-published", 2): [9, 8, 3.5, 4]}
    for (variant, seed), course in history.items():
        folder = paths.run(Cell("smoke-levels", "eps000", variant, seed))
        frame = pd.DataFrame({"epoch": range(4), "validation_rmse": course, "train_loss": 1.0, "penalty": 0.0})
        frame.to_csv(folder / "history.csv", index=False)
        edit_json(folder / "run.json", epochs=3)
    study = gather(own)[0]
    assert convergence.common_score(study) == {"eps000": 3.5}
    reached = convergence.epochs_to(study, {"eps000": 3.5}).set_index(["variant", "seed"])["value"].to_dict()
    assert reached == {("cnn", 1): 3, ("cnn", 2): 2, ("e2cnn-published", 1): 1, ("e2cnn-published", 2): 2}
    assert "run reaches it: 3.500 at ε = 0" in convergence.section(study).text[0]


def test_more_scenes_are_an_axis(studies):
    assert data_size.training_scenes(studies["smoke-sizes"]) == {"eps000-n2": 2, "eps000-n4": 4, "eps000-n8": 8}
    assert (in_length_per_time(studies["smoke-sizes"], "rmse")["unit"] == 0.43).all()
    assert data_size.section(studies["smoke-sizes"]).pictures[0].name == "smoke-sizes-sizes"
    assert data_size.section(studies["smoke-levels"]) is None
    assert data_size.section(studies["smoke-rotation"]) is None


def test_the_ends_of_the_spectrum_are_told_at_both_checkpoints(folder):
    data = _table(folder, "smoke-levels-hessian").set_index(["quantity", "variant"])
    for end in ("largest", "smallest", "negative_share", "decayed_largest", "decayed_smallest"):
        assert {f"hessian.{end}@early", f"hessian.{end}@best"} <= set(data.index.get_level_values("quantity"))
    gap = data.loc[("hessian.decayed_largest@best", "cnn"), "mean"] - data.loc[("hessian.largest@best", "cnn"), "mean"]
    assert gap == pytest.approx(4e-4)


def test_runs_that_diverged_or_are_not_finite_do_not_stop_the_report(workplace):
    chosen = params(smoke_levels=levels(["cnn", "e2cnn-published"], [0.0], 2))
    lost = tuple(Cell("smoke-levels", "eps000", "cnn", seed) for seed in (1, 2))
    write_cells(chosen, diverged=lost)
    for cell in lost:
        path = paths.run(cell) / "measures.json"
        checkpoints = read_json(path)["checkpoints"]
        hollow = {
            name: {measure: _hollow(tree) for measure, tree in part.items()} for name, part in checkpoints.items()
        }
        edit_json(path, checkpoints=hollow)
    study = gather(chosen)[0]
    for module in (hessian, sharpness, distance, lie, audit_sharpness, convergence):
        section = module.section(study)
        assert "Runs that diverged" in section.text[-1], module.TITLE


def _hollow(tree: object) -> object:
    """The same tree without a finite number, as a network of infinite weights leaves it."""
    if isinstance(tree, dict):
        return {key: _hollow(value) for key, value in tree.items()}
    return [None] if isinstance(tree, list) else None
