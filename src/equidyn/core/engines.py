"""DVC's files, made from params.yaml: dvc.yaml of a folder, and studies/NAME/dvc.yaml with the stages of one study.

Datasets, variants and seeds are looked up in params.yaml by DVC itself. So the files change only with the names of the
studies, with which of them tune or have controls, and with the top-level keys that params.yaml has;
`equidyn engines --write` makes them again.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from equidyn.core import paths
from equidyn.core.domain import built_in
from equidyn.core.errors import EquidynError
from equidyn.core.files import write_text
from equidyn.core.params import PARAMS_FILE, Cell, Params, load
from equidyn.core.params.study import Study
from equidyn.core.params.subtrees import measure_keys, prepare_keys, report_keys, train_keys, tune_keys
from equidyn.core.tuning.table import shipped_tables

DVC_FILE = Path("dvc.yaml")
COMMAND = "equidyn engines --write"
MARK = f"# Generated from params.yaml by `{COMMAND}`, which overwrites it."
_OF_ALL = """\
# The stages of the Snakefile for DVC: the same commands, outputs and keys of params.yaml. Those of each study are in
# studies/NAME/dvc.yaml; here is what they begin and end with. docs/dvc.md.
#
# DVC cannot compute which source files a variant uses. So the stage `sources`, which checks params.yaml too, lists
# them, with checksums, one small file per kind of cell in data/sources/, and the others depend on those.
"""
_OF_STUDY = """\
# The stages of one study for DVC. ../../dvc.yaml has those of all studies together.
# One file per study, since DVC reads and writes the whole dvc.lock beside a dvc.yaml again after each stage.
"""


class _Plain(yaml.SafeDumper):
    """Writes out what stands in a tree twice, instead of pointing back to it."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def folders() -> list[Path]:
    """The present folder and its presets: each has a params.yaml."""
    return [Path(), *sorted(path.parent for path in Path("presets").glob(f"*/{PARAMS_FILE}"))]


def complaint(params: Params) -> str:
    """What to tell a user whose DVC files, in this folder, are not those of `params`; "" if they are, or if DVC has
    none here."""
    wrong = _faults(Path(), _files(Path(), params)) if DVC_FILE.exists() else []
    return "\n  ".join([f"{DVC_FILE} does not match {PARAMS_FILE}; run `{COMMAND}`", *wrong]) if wrong else ""


def update(write: bool) -> list[str]:
    """What is wrong with DVC's files, here and in the presets, one line for each; write: after this, nothing is."""
    wanted = {folder: _files(folder, load(folder / PARAMS_FILE)) for folder in folders()}
    wrong = [fault for folder, files in wanted.items() for fault in _faults(folder, files)]
    for folder, files in wanted.items() if write else ():
        _write(folder, files)
    return wrong


def _faults(folder: Path, wanted: dict[Path, str]) -> list[str]:
    found = {path: _content(path) for path in wanted}
    wrong = [f"{path}: missing" for path in wanted if found[path] is None]
    wrong += [f"{path}: differs" for path, text in wanted.items() if found[path] not in (None, text)]
    return wrong + [f"{path}: left over, its study is not in {PARAMS_FILE}" for path in _left_over(folder, wanted)]


def _write(folder: Path, wanted: dict[Path, str]) -> None:
    foreign = [str(path) for path in wanted if path.exists() and not _is_ours(path)]
    if foreign:
        raise EquidynError(f"{', '.join(foreign)}: not made by `{COMMAND}`; move it away, and try again")
    for path, text in wanted.items():
        if _content(path) != text:
            write_text(path, text)
    for path in _left_over(folder, wanted):
        path.unlink()
        path.with_name("dvc.lock").unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def _left_over(folder: Path, wanted: dict[Path, str]) -> list[Path]:
    """Files of studies that params.yaml no longer has."""
    return [path for path in sorted(folder.glob(f"studies/*/{DVC_FILE}")) if path not in wanted and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    return (_content(path) or "").startswith(MARK)


def _content(path: Path) -> str | None:
    """The file's text; None if there is no file."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else None


def _files(folder: Path, params: Params) -> dict[Path, str]:
    """DVC's files of a folder, and their content."""
    found = {folder / DVC_FILE: _text(_OF_ALL, {"stages": _of_all(folder, params)})}
    for study, settings in params.studies.items():
        stages = _of_study(study, settings.source.watched, tunes=settings.tunes, control=settings.control is not None)
        tree = {"vars": [f"../../{PARAMS_FILE}"], "stages": stages, "plots": [_curves(study)]}
        found[folder / "studies" / study / DVC_FILE] = _text(_OF_STUDY, tree)
    return found


def _text(about: str, tree: dict[str, Any]) -> str:
    return f"{MARK}\n{about}\n{yaml.dump(tree, Dumper=_Plain, sort_keys=False, width=1000)}"


def _of_all(folder: Path, params: Params) -> dict[str, Any]:
    """The stages of dvc.yaml."""
    keys = report_keys(params)
    sources = {
        "cmd": "equidyn sources",
        "deps": _source_code(folder),
        "params": ["compute", *keys],
        "outs": [str(paths.SOURCES)],
    }
    if not sources["deps"] or _has_foreign_code(params):
        sources["always_changed"] = True  # DVC cannot tell when code elsewhere changes; looking takes a second
    tuned = ["data/tuned"] if any(study.tunes for study in params.studies.values()) else []
    tuned += map(str, shipped_tables(params, folder))
    report = {
        "cmd": "equidyn report",
        "deps": [str(paths.sources("report")), *_runs(params), *tuned],  # of all studies; it reads those configured
        "params": keys,
        "outs": [paths.PAGE, paths.PAGES, paths.TEXT, paths.METRICS, paths.TABLES, paths.FIGURES],
        "metrics": [paths.SUMMARIES],
    }
    return {"sources": sources, "report": report}


def _runs(params: Params) -> list[str]:
    """The folders that hold the cells of all studies."""
    controls = [paths.CONTROLS] if any(study.control for study in params.studies.values()) else []
    return [str(folder) for folder in (paths.RUNS, *controls)]


def _has_foreign_code(params: Params) -> bool:
    """Whether a study names a domain, or a file of one, of a package of the user's own."""
    studies = params.studies.values()
    return any(study.domain not in built_in() or any("." in name for name in _named(study)) for study in studies)


def _named(study: Study) -> Iterator[str]:
    yield from study.measures
    yield from (name for _, name in study.source.entries)
    yield from (name for variant in study.variants.values() for _, name in variant.files())


def _source_code(folder: Path) -> list[str]:
    """Our own sources as this folder, or a preset of its project, sees them; none beside an installed equidyn."""
    places = (Path("src/equidyn"), Path("../../src/equidyn"))
    return [str(place) for place in places if (folder / place).is_dir()][:1]


def _of_study(study: str, watched: Sequence[str], *, tunes: bool, control: bool) -> dict[str, Any]:
    """The stages of studies/NAME/dvc.yaml; DVC puts names in the place of ${item...}.

    watched: dotted keys of a dataset that name files of the user's own (core/params/base.py).
    """
    dataset = "${key}" if watched else "${item.dataset}"
    each = f"${{studies.{study}.datasets}}"
    prepare = {
        "cmd": f"equidyn prepare {study}/{dataset}",
        "deps": [str(paths.sources("prepare", study)), *(f"${{item.{key}}}" for key in watched)],
        "params": prepare_keys(study, dataset),
        "outs": [str(paths.dataset(study, dataset)), str(paths.card(study, dataset))],
    }
    # Of a matrix DVC tells the name of a dataset alone, of foreach what it says, too.
    place = {"wdir": "../.."}
    prepare = {"foreach": each, "do": place | prepare} if watched else place | {"matrix": {"dataset": each}} | prepare
    stages = {"prepare": prepare} | ({"tune": _tuning_of(study)} if tunes else {})
    stages["train"], stages["measure"] = _of_cell(study, tunes=tunes, control=False)
    if control:
        stages["control"], stages["measure-control"] = _of_cell(study, tunes=tunes, control=True)
    return stages


def _tuning_of(study: str) -> dict[str, Any]:
    """The stage that tunes each variant of a study."""
    variant = "${item.variant}"
    return {
        "wdir": "../..",
        "matrix": {"variant": f"${{studies.{study}.variants}}"},
        "cmd": f"equidyn tune {study}/{variant}",
        "deps": [
            str(paths.sources("tune", study, variant)),
            str(paths.dataset(study, f"${{studies.{study}.tune.dataset}}")),
        ],
        "params": tune_keys(study, variant),
        "outs": [str(paths.tuned(study, variant))],
    }


def _of_cell(study: str, *, tunes: bool, control: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The stages that train and measure each run of a study, or each of its controls."""
    cell = Cell(study, "${item.dataset}", "${item.variant}", "${item.seed}", control)
    dataset, trained = str(paths.dataset(study, cell.dataset)), paths.in_run(cell, paths.TRAINED)
    some = f"studies.{study}.control" if control else f"studies.{study}"
    axes = {
        "dataset": f"${{{some}.datasets}}",
        "variant": f"${{studies.{study}.variants}}",
        "seed": f"${{{some}.seeds}}",
    }
    tuned = [str(paths.tuned(study, cell.variant))] if tunes else []
    train = {
        "wdir": "../..",
        "matrix": axes,
        "cmd": f"equidyn train {cell}",
        "deps": [str(paths.sources("train", study, cell.variant)), dataset, *tuned],
        "params": train_keys(cell),
        "outs": trained,
    }
    measure = {
        "wdir": "../..",
        "matrix": axes,
        "cmd": f"equidyn measure {cell}",
        "deps": [str(paths.sources("measure", study, cell.variant)), dataset, *tuned, *trained],
        "params": measure_keys(cell),
        "outs": paths.in_run(cell, paths.MEASURED),
    }
    return train, measure


def _curves(study: str) -> dict[str, Any]:
    """What `dvc plots show` draws of a study; .dvc/plots/learning.json has a panel per dataset, a line per variant."""
    table = f"../../{paths.TABLES}/{study}--learning.csv"
    words = {"x_label": "epoch", "y_label": "validation score, less is better (mean over seeds)"}
    return {
        table: {"template": "learning", "title": f"Learning curves of {study}", "x": "epoch", "y": "score", **words}
    }
