"""The graph of stages, read from DVC's files; the rules of the Snakefile are the same (a test compares them)."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from equidyn.core.errors import EquidynError
from equidyn.core.params import PARAMS_FILE, read_yaml
from equidyn.report.figures.style import INK, MUTED, Picture, picture
from equidyn.report.numbers import counted
from equidyn.report.sections.section import Section

DVC_FILE = Path("dvc.yaml")
TITLE = "How it was made"
_WIDTH, _HEIGHT = 1.45, 0.7  # of a stage's box [inches]
_ACROSS, _DOWN = 2.0, 1.0  # between the middles of boxes [inches]


@dataclass(frozen=True)
class Stage:
    """A stage of dvc.yaml; `jobs` is how often it runs, once per item of its matrix."""

    name: str
    jobs: int
    needs: tuple[str, ...]
    makes: tuple[str, ...]


def section() -> Section:
    """The stages as a picture; where there is no dvc.yaml, words that say so."""
    if not DVC_FILE.exists():
        return Section(TITLE, [f"The graph of stages is not drawn: there is no {DVC_FILE} beside {PARAMS_FILE}."])
    graph = stage_graph(all_stages(Path()), read_yaml(PARAMS_FILE))
    words = (
        "Each box is a stage with the number of its jobs; an arrow says that one stage reads what another "
        "writes. Arrows that follow from others are left out."
    )
    return Section(TITLE, [words], [_picture(graph)])


def all_stages(folder: Path) -> dict[str, Any]:
    """The tree of dvc.yaml, and within it the stages of studies/NAME/dvc.yaml, with -NAME behind their names."""
    found = dict(_trees(read_yaml(folder / DVC_FILE), DVC_FILE))
    for path in sorted(folder.glob(f"studies/*/{DVC_FILE}")):
        study = path.parent.name
        found |= {f"{name}-{study}": tree for name, tree in _trees(read_yaml(path), path).items()}
    return {"stages": found}


def stage_graph(stages: Any, params: Any) -> nx.DiGraph:
    """Stages as nodes (attribute jobs), with an edge wherever an output of one is, or holds, an input of another.

    stages: the tree of dvc.yaml; params: that of params.yaml, in which the items of a matrix are looked up. Stages of
    studies that are not in params.yaml, which Snakemake does not miss, are left out.
    """
    found = [stage for name, tree in _trees(stages, DVC_FILE).items() if (stage := _stage(name, tree, params))]
    graph = nx.DiGraph()
    for stage in found:
        graph.add_node(stage.name, jobs=stage.jobs)
    for maker in found:
        for user in found:
            if maker is not user and any(_meet(out, need) for out in maker.makes for need in user.needs):
                graph.add_edge(maker.name, user.name)
    if not nx.is_directed_acyclic_graph(graph):
        raise EquidynError(f"{DVC_FILE}: its stages depend on each other in a circle: {nx.find_cycle(graph)}")
    return graph


def _trees(stages: Any, path: Path) -> dict[str, Any]:
    trees = stages.get("stages") if isinstance(stages, dict) else None
    if not isinstance(trees, dict) or not all(isinstance(tree, dict) for tree in trees.values()):
        raise EquidynError(f"{path}: holds no stages; it should be the project's own file")
    return trees


def _stage(name: str, tree: dict[str, Any], params: Any) -> Stage | None:
    body = tree.get("do", tree)
    axes = tree.get("matrix") or ({"item": tree["foreach"]} if "foreach" in tree else {})
    items = [_items(axis, params) for axis in axes.values()]
    if None in items:
        return None
    jobs = math.prod(map(len, items))
    return Stage(name, jobs, _paths(body, "deps"), _paths(body, "outs") + _paths(body, "metrics"))


def _items(axis: Any, params: Any) -> Any:
    """A list or mapping, or the one in params that an entry like ${studies.NAME.seeds} names; None if it has none."""
    if not isinstance(axis, str):
        return axis
    for key in axis.strip("${} ").split("."):
        params = params.get(key) if isinstance(params, dict) else None
    return params


def _paths(body: dict[str, Any], kind: str) -> tuple[str, ...]:
    return tuple(path if isinstance(path, str) else next(iter(path)) for path in body.get(kind) or [])


def _meet(out: str, need: str) -> bool:
    """Whether one path is the other or lies in it; a part with ${...} may be anything."""
    pairs = zip(Path(out).parts, Path(need).parts, strict=False)
    return all(one == other or "${" in one or "${" in other for one, other in pairs)


def _picture(graph: nx.DiGraph) -> Picture:
    jobs = [
        f"{name} ({counted(graph.nodes[name]['jobs'], 'job')})" for name in nx.lexicographical_topological_sort(graph)
    ]
    caption = "The stages, as Snakemake and DVC run them."
    return picture("stages", caption, f"Graph of the stages in their order: {', '.join(jobs)}.", _draw(graph))


def _draw(graph: nx.DiGraph) -> Figure:
    layers = [sorted(layer) for layer in nx.topological_generations(nx.transitive_reduction(graph))]
    tallest = max(map(len, layers), default=1)
    figure = Figure(figsize=(_ACROSS * len(layers), _DOWN * tallest))
    axes = figure.add_axes((0, 0, 1, 1))  # one unit is one inch
    axes.set(xlim=(-_ACROSS / 2, _ACROSS * (len(layers) - 0.5)), ylim=(-_DOWN * tallest / 2, _DOWN * tallest / 2))
    axes.set_axis_off()
    places = {
        name: (_ACROSS * column, _DOWN * ((len(layer) - 1) / 2 - row))
        for column, layer in enumerate(layers)
        for row, name in enumerate(layer)
    }
    for name, (x, y) in places.items():
        _box(axes, x, y, name, graph.nodes[name]["jobs"])
    for maker, user in sorted(nx.transitive_reduction(graph).edges):  # networkx gives them in the order of a set
        _arrow(axes, places[maker], places[user])
    return figure


def _box(axes: Axes, x: float, y: float, name: str, jobs: int) -> None:
    stage, _, study = name.partition("-")
    corner = (x - _WIDTH / 2, y - _HEIGHT / 2)
    look = {"boxstyle": "round,pad=0,rounding_size=0.08", "facecolor": "#f4f6f8", "edgecolor": MUTED}
    axes.add_patch(FancyBboxPatch(corner, _WIDTH, _HEIGHT, **look))
    lines = [stage, *([study] if study else []), counted(jobs, "job")]
    axes.text(x, y, "\n".join(lines), ha="center", va="center", fontsize=8.5, color=INK, linespacing=1.35)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ends = {"xy": (end[0] - _WIDTH / 2, end[1]), "xytext": (start[0] + _WIDTH / 2, start[1])}
    axes.annotate("", **ends, arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.2})
