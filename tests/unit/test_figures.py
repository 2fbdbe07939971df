"""Charts: that their legends fit, that equal figures give equal bytes, and what their axes and strips show."""

import io
import math
import re
from xml.etree import ElementTree

import claims_cells
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from equidyn.core.domain import find
from equidyn.core.params import load
from equidyn.core.params.signatures import entries
from equidyn.core.params.study import Study
from equidyn.domains.smoke.audit.measures.grad_div import known_answer
from equidyn.domains.smoke.report.published import figures
from equidyn.report import families
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.dots import Guide, Series, dots
from equidyn.report.figures.drawn import numbers
from equidyn.report.figures.levels import Chart, Places, by_level
from equidyn.report.figures.spectra import Strip
from equidyn.report.figures.style import (
    WIDTH,
    label_below,
    legend_of,
    line_styles,
    narrow,
    picture,
    styled,
    together,
    wrapped,
)
from equidyn.report.figures.tradeoff import tradeoff
from equidyn.report.labels import wrapped_name

VARIANTS = [f"net-{place}" for place in range(12)]
HEADS = {"a": "ε = 0", "b": "ε = 0.6", "c": "ε = 1"}


def _courses() -> list[Course]:
    rows = [
        {
            "dataset": dataset,
            "variant": name,
            "seed": seed,
            "status": "completed",
            "x": x,
            "y": (x + seed) / (1 + place),
        }
        for dataset in HEADS
        for place, name in enumerate(VARIANTS)
        for seed in (1, 2)
        for x in (1, 2, 3)
    ]
    return [Course(pd.DataFrame(rows), "error [unit]", log=True)]


def _curves() -> Figure:
    return curves(_courses(), HEADS, "step")


def test_the_legend_of_twelve_variants_fits_the_figure_and_hides_no_panel():
    with styled():
        figure = _curves()
        figure.get_layout_engine().execute(figure)
        (legend,) = figure.legends
        box, whole = legend.get_window_extent(), figure.bbox
        assert len(legend.get_texts()) == 12
        assert box.x0 >= 0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
        assert all(axes.get_tightbbox().y1 <= box.y0 + 1 for axes in figure.axes if axes.get_visible())


def test_an_svg_is_whole_though_each_look_is_said_once_and_ids_without_use_are_gone():
    with styled():
        chart = picture("chart", "Errors.", "A chart.", _curves())
    text = chart.files["svg"].decode()
    ids, referred = (set(re.findall(sign, text)) for sign in (r' id="([^"]*)"', r'(?:url\(|href=")#([^)"]+)'))
    classes = {word for found in ElementTree.fromstring(text).iter() if (word := found.get("class"))}
    assert ids == referred and ' style="' not in text
    assert classes == set(re.findall(r"\.(l\d+)\{", text)) and 3 < len(classes) < 60


def test_panels_wrap_and_none_is_left_without_numbers_on_its_axis():
    with styled():
        abreast = [axes for axes in _curves().axes if axes.get_visible()]
        _, shown = wrapped(5, 1.0, narrow(5))
        label_below(shown, "step")
    assert [axes.get_xlabel() for axes in abreast] == ["step"] * 3
    assert [axes.xaxis.get_tick_params()["labelbottom"] for axes in shown] == [False, False, True, True, True]
    assert [axes.get_xlabel() for axes in shown] == ["", "", "step", "step", "step"]


def test_levels_in_several_sizes_have_a_panel_for_each_size():
    sizes = {"2 scenes": ["a2", "b2"], "4 scenes": ["a4", "b4"]}
    rows = [
        {"dataset": name, "variant": variant, "mean": 1.0 + place, "low": 0.5, "high": 9.0}
        for place, name in enumerate(("a2", "b2", "a4", "b4"))
        for variant in ("cnn", "gcnn")
    ]
    heads = {name: name[0] for names in sizes.values() for name in names}
    with styled():
        figure = by_level([Chart(pd.DataFrame(rows), "error")], Places(heads, "level", panels=sizes))
        found = numbers(figure).groupby("panel")["y"].max().to_dict()
    assert found == {"2 scenes; error": 2.0, "4 scenes": 4.0}
    assert [label.get_text() for label in figure.axes[1].get_xticklabels()] == ["a", "b"]


def test_twelve_variants_differ_without_colour():
    styles = line_styles(VARIANTS)
    message = {(look["marker"], str(look["linestyle"]), look["markerfacecolor"] == "white") for look in styles.values()}
    assert len(message) == len(VARIANTS) == 12


def test_equal_figures_give_equal_bytes_as_wide_as_a_page():
    with styled():
        first, second = (picture("name", "caption", "alt", _curves()) for _ in range(2))
    assert first.files == second.files
    assert Image.open(io.BytesIO(first.files["png"])).width == pytest.approx(150 * WIDTH, abs=1)


@pytest.mark.parametrize(
    "own", [{"text.usetex": True}, {"axes.facecolor": "red", "figure.dpi": 30, "savefig.bbox": "tight"}]
)
def test_settings_of_the_user_change_no_picture(own):
    """As a matplotlibrc in the working folder makes them; without LaTeX, usetex would end the report."""
    with styled():
        expected = picture("name", "caption", "alt", _curves())
    with mpl.rc_context(own):
        with styled():
            assert picture("name", "caption", "alt", _curves()).files == expected.files
        assert mpl.rcParams["figure.dpi"] == own.get("figure.dpi", mpl.rcParamsDefault["figure.dpi"])


def test_rounding_moves_no_point_of_a_path_by_more_than_it_says():
    figure = Figure()
    figure.subplots().plot(np.linspace(0, 1, 50), np.sin(np.linspace(0, 9, 50)))
    whole = io.BytesIO()
    figure.savefig(whole, format="svg", metadata={"Date": None})
    paths = [
        re.findall(r' d="([^"]*)"', svg.decode())
        for svg in (whole.getvalue(), picture("n", "c", "a", figure).files["svg"])
    ]
    numbers = [np.array(re.findall(r"-?\d+\.?\d*", " ".join(found)), dtype=float) for found in paths]
    assert 0 < np.abs(numbers[0] - numbers[1]).max() < 0.0501  # half of a tenth of a point


def test_dots_stand_in_the_rows_of_their_variants():
    frame = pd.DataFrame({"dataset": ["a", "a"], "variant": ["two", "one"], "mean": [2.0, 1.0]})
    with styled():
        axes = dots([Series("ours", frame)], {"a": "A"}, ["one", "two"], "error").axes[0]
    (line,) = axes.lines
    assert sorted(zip(line.get_ydata(), line.get_xdata(), strict=True)) == [(0, 1.0), (1, 2.0)]
    assert axes.yaxis_inverted()


def test_marks_may_stand_apart_about_their_row_and_an_axis_may_cut_intervals():
    frame = pd.DataFrame({"dataset": "a", "variant": ["one"], "mean": [0.5], "low": [-3.0], "high": [4.0]})
    limit = Guide("limit", {"a": 0.7})
    with styled():
        series = [Series(name, frame) for name in ("x", "y", "z")]
        axes = dots(series, {"a": "A"}, ["one"], "error", apart=True, guides=[limit], span=(0.4, 0.8)).axes[0]
    heights = [line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == [0.5]]
    assert heights == pytest.approx([-0.25, 0, 0.25]) and axes.get_xlim() == (0.4, 0.8)
    assert [line.get_label() for line in axes.lines if list(line.get_xdata()) == [0.7, 0.7]] == ["limit"]


def test_a_curve_that_begins_far_above_is_cut():
    (course,) = _courses()
    frame = course.frame.assign(y=course.frame["y"].where(course.frame["x"] > 1, 1e3))
    with styled():
        cut, whole = (
            curves([Course(frame, "loss", top=top)], HEADS, "epoch").axes[0].get_ylim() for top in (6.0, math.inf)
        )
    assert cut == pytest.approx((0.25 - 0.05 * 5.75, 6.0)) and whole[1] > 1e3 / 2


def test_a_cost_axis_spans_all_variants_and_a_decade_at_least():
    limit = Guide("limit", {"a": 0.7})
    drawn = []
    for costs in ({"one": 100.0, "two": 100.0}, {"one": 10.0, "two": 1e3, "other": 1e5}):
        whole = pd.DataFrame({"dataset": "a", "variant": costs.keys(), "mean": 0.5, "x": costs.values()})
        with styled():
            drawn += tradeoff(whole[:2], whole, {"a": "A"}, ("cost", "accuracy"), limit, floor=50.0).axes
    assert drawn[0].get_xlim() == pytest.approx((100 / 10**0.5, 100 * 10**0.5))
    assert drawn[1].get_xlim() == pytest.approx((5.0, 2e5)) and min(drawn[1].get_xticks()) >= 50.0
    assert drawn[1].get_legend_handles_labels()[1] == ["one", "two", "limit"]
    assert drawn[1].lines[0].get_xdata().tolist() == [1e5]  # grey and behind the others


def test_a_strip_keeps_the_mass_of_a_peak_that_is_narrower_than_its_bin():
    at = np.linspace(-1, 1, 2001)
    density = np.exp(-((at - 0.3) ** 2) / (2 * 0.003**2)) / (0.003 * np.sqrt(2 * np.pi))
    edges = np.array([-2.0, -1.0, 0.0, 0.25, 0.5, 2.0])
    assert Strip(at, density).between(edges) == pytest.approx([0, 0, 0, 4, 0], abs=1e-6)


def test_grad_div_commutes_with_rotations_only_if_vectors_turn_too():
    found = known_answer((32, 64, 128))
    assert found["proper"][0] / found["proper"][1] == pytest.approx(4, rel=0.1)
    assert found["proper"][1] / found["proper"][2] == pytest.approx(4, rel=0.1)
    assert min(found["pixels_only"]) > 1


@pytest.fixture(scope="module")
def levels() -> Study:
    """Of the study of levels, as many variants as one chart can tell apart."""
    study = load(claims_cells.PAPER).studies["smoke-levels"]
    variants = {name: entry for name, entry in study.variants.items() if name in claims_cells.VARIANTS}
    return study.model_copy(update={"variants": variants})


def test_families_differ_in_alpha_only(levels):
    assert families.alpha_families(levels) == {
        "rsteer": ["rsteer", "rsteer-alpha1e-2"],
        "rsteer-published": ["rsteer-published", "rsteer-published-alpha1e-2"],
    }
    assert families.alphas(levels)["rgroup"] == 1e-5 and "cnn" not in families.alphas(levels)
    assert [name for name in levels.variants if families.is_published(levels, name)] == [
        "e2cnn-published",
        "rsteer-published",
        "rsteer-published-alpha1e-2",
    ]


def test_long_names_break_behind_hyphens_but_not_within_numbers():
    assert wrapped_name("rsteer-published-alpha1e-2") == "rsteer-published-\nalpha1e-2"
    assert wrapped_name("cnn") == "cnn"


def test_published_rows_stand_beside_models_that_exist():
    known = entries(find("smoke"), "models")
    named = [model for row in figures().rotation.rows for model in row.models]
    assert set(named) <= set(known) and len(named) == len(set(named))
    assert set(figures().networks.by_model) <= set(known)


def test_of_too_many_variants_charts_leave_out_steps_along_alpha(levels):
    assert families.charted(levels, audit=True) == list(levels.variants)
    spare = families.MOST + 1 - len(levels.variants)
    more = {f"more-{place}": levels.variants["gcnn"] for place in range(spare)}
    many = levels.model_copy(update={"variants": levels.variants | more})
    left_out = set(many.variants) - set(families.charted(many, audit=True))
    assert left_out == {"rsteer-alpha1e-2", "rsteer-published-alpha1e-2"}


def test_what_is_built_as_published_is_in_charts_of_the_audit_alone(levels):
    shown = families.charted(levels)
    assert shown == [name for name in levels.variants if "published" not in name]
    built = {name: entry for name, entry in levels.variants.items() if name not in shown}
    assert families.charted(levels.model_copy(update={"variants": built})) == list(built)


def test_the_numbers_of_a_chart_stand_beside_it():
    frame = pd.DataFrame({"dataset": "a", "variant": ["m", "n"], "mean": [1.0, 3.0], "low": [0.5, 2.0], "high": [2, 4]})
    shown = picture("p", "", "", dots([Series("error", frame)], {"a": "A"}, ["m", "n"], "error"))
    table = pd.read_csv(io.BytesIO(shown.files["csv"]))
    assert table[["series", "x", "low", "high"]].to_numpy().tolist() == [["error", 1, 0.5, 2], ["error", 3, 2, 4]]


def test_a_page_has_the_legend_of_its_variants_once():
    with styled(), together(["x", "y", "z"]):
        colours = [entry[1] for entry in legend_of(["x", "y", "z"])]
        shown = picture("p", "", "", curves(_courses(), HEADS, "epoch"))
        assert line_styles(["z"])["z"]["color"] == colours[2]
    alone = picture("p", "", "", curves(_courses(), HEADS, "epoch"))
    assert len(set(colours)) == 3
    assert not alone.page and shown.shown[0] == "svg"


def test_charts_along_levels_have_the_variants_of_which_they_are_taken():
    whole = pd.DataFrame(
        [{"dataset": d, "variant": v, "mean": 1.0, "low": 0.5, "high": 1.5} for d in HEADS for v in "mn"]
    )
    some = whole[whole["variant"] == "n"]
    figure = by_level([Chart(whole, "all [1]"), Chart(some, "some [1]")], Places(HEADS, "level"))
    drawn = [[len(one[0].get_xdata()) for one in axes.containers] for axes in figure.axes]
    assert drawn == [[3, 3], [0, 3]]
