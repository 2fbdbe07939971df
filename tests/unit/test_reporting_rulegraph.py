"""The graph of stages, as DVC's files have it."""

from pathlib import Path

import networkx as nx
import pytest

from equidyn.core.errors import EquidynError
from equidyn.core.params import read_yaml
from equidyn.report import rulegraph

ROOT = Path(__file__).resolve().parents[2]
PARAMS = {"studies": {"s": {"datasets": {"a": 1, "b": 2}, "seeds": [1, 2, 3]}}}
STAGES = {
    "stages": {
        "report": {"deps": ["data/runs"], "outs": ["reports/report.html"]},
        "prepare-s": {
            "matrix": {"dataset": "${studies.s.datasets}"},
            "deps": ["src"],
            "outs": ["data/datasets/s/${item.dataset}.h5"],
        },
        "train-s": {
            "matrix": {"dataset": "${studies.s.datasets}", "seed": "${studies.s.seeds}", "way": ["x", "y"]},
            "deps": ["data/datasets/s/${item.dataset}.h5"],
            "outs": [{"data/runs/s/${item.dataset}/${item.seed}/run.json": {"cache": False}}],
        },
        "list-s": {"foreach": "${studies.s.seeds}", "do": {"deps": ["data/datasets/other"], "outs": ["lists/${item}"]}},
    }
}


def test_stages_jobs_and_arrows():
    graph = rulegraph.stage_graph(STAGES, PARAMS)
    assert dict(graph.nodes(data="jobs")) == {"report": 1, "prepare-s": 2, "train-s": 12, "list-s": 3}
    assert set(graph.edges) == {("prepare-s", "train-s"), ("train-s", "report")}


def test_a_study_that_is_not_in_params_yaml_is_left_out():
    graph = rulegraph.stage_graph(STAGES, {"studies": {"another": {}}})
    assert dict(graph.nodes(data="jobs")) == {"report": 1}


@pytest.mark.parametrize("folder", [ROOT, ROOT / "presets/test"])
def test_the_projects_own_files(folder):
    params = read_yaml(folder / "params.yaml")
    graph = rulegraph.stage_graph(rulegraph.all_stages(folder), params)
    for name, study in params["studies"].items():
        grid = len(study["datasets"]) * len(study["variants"]) * len(study["seeds"])
        assert graph.nodes[f"prepare-{name}"]["jobs"] == len(study["datasets"])
        assert graph.nodes[f"train-{name}"]["jobs"] == graph.nodes[f"measure-{name}"]["jobs"] == grid
        assert nx.has_path(graph, "sources", f"prepare-{name}")
        assert nx.has_path(graph, f"prepare-{name}", f"train-{name}")
        assert nx.has_path(graph, f"train-{name}", f"measure-{name}")
        assert nx.has_path(graph, f"measure-{name}", "report")


def test_without_dvc_yaml_the_page_says_so(workplace):
    section = rulegraph.section()
    assert "there is no dvc.yaml" in section.text[0]
    assert not section.pictures


def test_a_foreign_file_of_a_study_is_named(tmp_path):
    (tmp_path / "studies/s").mkdir(parents=True)
    (tmp_path / "dvc.yaml").write_text("stages: {}")
    (tmp_path / "studies/s/dvc.yaml").write_text("other: 1")
    with pytest.raises(EquidynError, match=r"studies/s/dvc\.yaml: holds no stages"):
        rulegraph.all_stages(tmp_path)


@pytest.mark.parametrize("stages", [None, [], {"stages": []}, {"stages": {"a": "b"}}])
def test_a_foreign_file_is_named(stages):
    with pytest.raises(EquidynError, match=r"dvc\.yaml"):
        rulegraph.stage_graph(stages, PARAMS)


def test_a_circle_is_named():
    circle = {"stages": {"a": {"deps": ["x"], "outs": ["y"]}, "b": {"deps": ["y"], "outs": ["x"]}}}
    with pytest.raises(EquidynError, match="circle"):
        rulegraph.stage_graph(circle, {})
