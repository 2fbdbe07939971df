"""The source files of a stage: what an edit changes, and how they are listed."""

import json
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import tiny

from equidyn.core import sources
from equidyn.core.params.params import Params, params_model

PACKAGE = Path(__file__).resolve().parents[2] / "src/equidyn"
# All fingerprints as the files stand, and after an edit of each of the files that are named.
FINGERPRINTS = """
import json, sys
from pathlib import Path
from equidyn.core import paths, sources
from equidyn.core.params import load

def fingerprints():
    sources._line.cache_clear()
    lists = sources.lists(load())
    return {str(path.relative_to(paths.SOURCES).with_suffix("")): sources.fingerprint(files) for path, files in lists}

found = {"": fingerprints()}
for edited in sys.argv[1:]:
    path = Path("src/equidyn", edited)
    content = path.read_bytes()
    path.write_bytes(content + b"\\n")
    found[edited] = fingerprints()
    path.write_bytes(content)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def params() -> Params:
    """Those of the tiny run."""
    return params_model(tiny.tree()).model_validate(tiny.tree())


RELAXES = ("smoke-levels", "turbulence")
CELLS, PREPARED = ("tune", "train", "measure"), ("tune", "prepare", "train", "measure")
EDITS = {
    "domains/smoke/cards/smoke.md.j2": set(),
    "domains/smoke/cards/pictures.py": set(),
    "core/data/card.py": set(),
    "core/hub/push.py": set(),
    "report/templates/style.css": {"report"},
    "domains/sets/report/wording.py": {"report"},
    "domains/sets/claims.yaml": {"report"},
    "domains/sets/source/gaussian.py": {"prepare/gaussian", "prepare/gaussian-sizes"},
    "grids/relaxations/anneal.py": {f"{stage}/{study}/relax-anneal" for stage in CELLS for study in RELAXES},
    "domains/turbulence/measures/spectrum.py": {
        "report",
        "measure/turbulence/*",
    },
    "domains/sets/params.py": {"report", *(f"{stage}/gaussian*" for stage in PREPARED)},
    "core/params/study.py": {"report", *(f"{stage}/*" for stage in PREPARED)},
}


@pytest.fixture(scope="module")
def fingerprints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Edited file, or "" -> STAGE/STUDY/VARIANT -> fingerprint; in a copy of the package."""
    folder = tmp_path_factory.mktemp("sources")
    shutil.copytree(PACKAGE, folder / "src/equidyn", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "params.yaml").write_text(json.dumps(tiny.tree()))
    command = ["env", f"PYTHONPATH={folder / 'src'}", sys.executable, "-c", FINGERPRINTS, *EDITS]
    return json.loads(subprocess.check_output(command, cwd=folder, text=True))


@pytest.mark.parametrize("edited", EDITS)
def test_an_edit_changes_the_fingerprints_of_what_it_can_change(edited: str, fingerprints: dict) -> None:
    """No training is planned after an edit of a card, its template, the Hub or the report."""
    before, after = fingerprints[""], fingerprints[edited]
    assert before.keys() == after.keys()
    expected = {name for name in before for pattern in EDITS[edited] if fnmatch(name, pattern)}
    assert {name for name in before if before[name] != after[name]} == expected


def test_imports_inside_functions_count(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("def f():\n    if True:\n        from .other import thing\n    import equidyn.core.paths\n")
    found = set(sources.imported_names(path, "equidyn.room"))
    assert {"equidyn.room.other", "equidyn.room.other.thing", "equidyn.core.paths"} == found


def test_lists_keep_their_bytes_until_a_source_changes_and_those_of_removed_variants_go(
    params: Params, workplace: Path
) -> None:
    stale = sources.paths.sources("train", "smoke-levels", "gone")
    stale.parent.mkdir(parents=True)
    stale.touch()
    folder = sources.write_lists(params)
    first = {path: path.read_bytes() for path in folder.rglob("*.txt")}
    sources.write_lists(params)
    assert first == {path: path.read_bytes() for path in folder.rglob("*.txt")}
    assert b"  equidyn/grids/relaxations/anneal.py\n" in first[stale.with_name("relax-anneal.txt")]
    assert not stale.exists()
