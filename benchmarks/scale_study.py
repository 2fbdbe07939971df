"""The study of scale.py, at any number of cells: its params, its outputs as empty files, and a stand-in for its stages.

One dataset and one variant of presets/test, with as many seeds as there are to be cells: two jobs a cell, one for the
dataset, one for the report.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from equidyn.core import paths
from equidyn.core.params import Cell, read_yaml

PROJECT = Path(__file__).resolve().parents[1]
STUDY, DATASET, VARIANT = "smoke-levels", "eps000", "gcnn"
_PREPARED = paths.dataset(STUDY, DATASET)
_REPORTED = (paths.PAGE, paths.TEXT, paths.METRICS)
_REPORTED_FOLDERS = (paths.TABLES, paths.FIGURES)
_LISTS = [  # of source files, on which DVC's stages depend
    paths.sources("report"),
    paths.sources("prepare", STUDY),
    *(paths.sources(stage, STUDY, VARIANT) for stage in ("train", "measure")),
]
_STAND_IN = f"""#!/bin/sh
run=data/runs/${{2%/*}}/seed${{2##*/}}
case $1 in
sources) for name in {" ".join(map(str, _LISTS))}; do mkdir -p ${{name%/*}}; : > $name; done ;;
prepare) mkdir -p data/datasets/$2.card; : > data/datasets/$2.h5 ;;
train) mkdir -p $run; for name in {" ".join(paths.TRAINED)}; do : > $run/$name; done ;;
measure) for name in {" ".join(paths.MEASURED)}; do : > $run/$name; done ;;
report) mkdir -p {" ".join(_REPORTED_FOLDERS)}; for name in {" ".join(_REPORTED)}; do : > $name; done ;;
esac
"""


def write_params(folder: Path, cells: int) -> None:
    """A study of so many cells."""
    params = read_yaml(PROJECT / "presets/test/params.yaml")
    study = params["studies"][STUDY]
    study["datasets"] = {DATASET: study["datasets"][DATASET]}
    study["variants"] = {VARIANT: study["variants"][VARIANT]}
    study["seeds"] = list(range(cells))
    text = yaml.safe_dump(params | {"studies": {STUDY: study}})
    (folder / "params.yaml").write_text(text, encoding="utf-8")


def write_outputs(folder: Path, cells: int) -> None:
    """Empty files under the names of all outputs, in the order in which stages make them."""
    runs = [Cell(STUDY, DATASET, VARIANT, seed) for seed in range(cells)]
    for path in (paths.card(STUDY, DATASET), *_REPORTED_FOLDERS):
        (folder / path).mkdir(parents=True, exist_ok=True)
    made = [path for names in (paths.TRAINED, paths.MEASURED) for cell in runs for path in paths.in_run(cell, names)]
    for path in [*_LISTS, _PREPARED, *made, *_REPORTED]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()


def of_seed(seed: int, text: str) -> str:
    """What an engine has on record of seed 0, as that of another."""
    return re.sub(rf"(/seed|{VARIANT}[-/])0\b", rf"\g<1>{seed}", text)


@contextmanager
def stand_in() -> Iterator[None]:
    """Inside, `equidyn` computes nothing and makes its outputs, empty, in milliseconds."""
    with TemporaryDirectory() as programs:
        program = Path(programs) / "equidyn"
        program.write_text(_STAND_IN, encoding="utf-8")
        program.chmod(0o755)
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{programs}{os.pathsep}{before}"
        try:
            yield
        finally:
            os.environ["PATH"] = before
