"""DVC's files follow params.yaml: made, compared and removed by `equidyn engines`, and missed by `equidyn sources`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from equidyn import commands
from equidyn.core import engines, handover, sources
from equidyn.core.errors import EquidynError
from equidyn.core.params import load, read_yaml

PROJECT = Path(__file__).resolve().parents[2]
PRESET = read_yaml(PROJECT / "presets/test/params.yaml")
KEPT, GONE = "gaussian", "smoke-sizes"


def _write_params(folder: Path, *studies: str, **rest: Any) -> None:
    tree = {"compute": PRESET["compute"], "studies": {name: PRESET["studies"][name] for name in studies}, **rest}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two studies with pictures, in a root and in a preset, with DVC's files and a lock of each study."""
    for folder in (tmp_path, tmp_path / "presets/small"):
        _write_params(folder, KEPT, GONE, pictures=PRESET["pictures"])
    (tmp_path / "src/equidyn").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    engines.update(write=True)
    for study in (KEPT, GONE):
        (tmp_path / f"studies/{study}/dvc.lock").touch()
    return tmp_path


def _stages(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]


def test_what_was_written_matches(project: Path) -> None:
    assert len(list(project.rglob("dvc.yaml"))) == 6
    assert engines.update(write=False) == []
    assert _stages(project / "dvc.yaml")["report"]["params"] == ["studies", "pictures"]


def test_each_folder_sees_the_sources_of_the_project(project: Path) -> None:
    for folder in (project, project / "presets/small"):
        (code,) = _stages(folder / "dvc.yaml")["sources"]["deps"]
        assert (folder / code).resolve() == project / "src/equidyn"


def test_a_study_and_pictures_that_are_gone_leave_nothing(project: Path) -> None:
    _write_params(project, KEPT)
    wrong = ["dvc.yaml: differs", f"studies/{GONE}/dvc.yaml: left over, its study is not in params.yaml"]
    assert engines.update(write=False) == engines.update(write=True) == wrong
    assert engines.update(write=False) == []
    assert sorted(path.name for path in (project / "studies").iterdir()) == [KEPT]
    assert (project / f"studies/{KEPT}/dvc.lock").exists()
    assert "pictures" not in (project / "dvc.yaml").read_text(encoding="utf-8")


def test_files_of_the_users_own_are_kept(project: Path) -> None:
    own = project / "studies/own/dvc.yaml"
    own.parent.mkdir()
    own.write_text("stages: {}\n", encoding="utf-8")
    assert engines.update(write=True) == []
    assert own.exists()
    (project / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    with pytest.raises(EquidynError, match=r"^dvc\.yaml: not made by `equidyn engines --write`; move it away"):
        engines.update(write=True)
    assert (project / "dvc.yaml").read_text(encoding="utf-8") == "stages: {}\n"


def test_the_command_compares_and_writes(project: Path) -> None:
    (project / "presets/small/dvc.yaml").unlink()
    compared = CliRunner().invoke(commands.app, ["engines"])
    assert isinstance(compared.exception, EquidynError)
    assert "run `equidyn engines --write`\n  presets/small/dvc.yaml: missing" in str(compared.exception)
    assert CliRunner().invoke(commands.app, ["engines", "--write"]).exit_code == 0
    assert CliRunner().invoke(commands.app, ["engines"]).exit_code == 0


def test_a_study_without_stages_is_missed_before_any_job(project: Path) -> None:
    text = f"dvc.yaml does not match params.yaml; run `equidyn engines --write`\n  studies/{KEPT}/dvc.yaml: missing"
    (project / f"studies/{KEPT}/dvc.yaml").unlink()
    assert str(CliRunner().invoke(commands.app, ["sources"]).exception) == text
    assert text in CliRunner().invoke(commands.app, ["validate"]).output
    (project / "dvc.yaml").unlink()  # whoever has only Snakemake hears nothing of it
    assert "dvc.yaml" not in CliRunner().invoke(commands.app, ["validate"]).output


@pytest.mark.parametrize("stale", [False, True])
def test_what_dvc_must_always_look_at_may_be_handed_over_if_its_lists_are_as_they_were(
    stale: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it must where models are of a package of the user's own."""
    (project / "workflow").mkdir()
    (project / "workflow/Snakefile").touch()
    written = []
    monkeypatch.setattr(sources, "write_lists", written.append)

    def answer(command: list[str]) -> subprocess.CompletedProcess[str]:
        changed = [{"changed outs": {"data/sources": "modified"}}] if stale else []
        told = json.dumps({"sources": [*changed, "always changed"]}) if command[0] == "dvc" else "Nothing to be done"
        assert written
        return subprocess.CompletedProcess(command, 0, told, "")

    monkeypatch.setattr(handover, "_ran", answer)
    if stale:
        with pytest.raises(EquidynError, match="stale: sources"):
            handover.to_snakemake(load())
    else:
        handover.to_snakemake(load())


SEEN = ("src/equidyn/core/a.py", "src/equidyn/report/templates/a.css", "src/equidyn/claims.yaml", "src/equidyn/a.md.j2")
RUNS = (
    "data/runs/s/d/v/seed1/run.json",
    "presets/small/data/runs/s/d/v/seed1/best.safetensors",
    "data/runs/history.csv",
    "data/controls/s/d/v/seed1/run.json",
    "data/controls/s/d/v/seed1/best.safetensors",
)
LEFT = ("._{0}", ".#{0}", ".{0}.swp", "{0}~", "#{0}#", "{0}.bak", "{0}.orig", "4913", "a (copy){1}", ".DS_Store")


def test_dvc_hashes_no_backup_beside_what_stages_depend_on(tmp_path: Path) -> None:
    """A dangling link of Emacs, .#a.py, would stop it. In a preset that is run by DVC, too, and no other is seen."""
    ignored = (PROJECT / ".dvcignore").read_text(encoding="utf-8")
    ignored = ignored.replace("\n/presets/*\n", "\n/presets/*\n!/presets/small\n")
    (tmp_path / ".dvcignore").write_text(ignored, encoding="utf-8")
    dvc = [str(Path(sys.executable).with_name("dvc"))]
    environment = os.environ | {"DVC_SITE_CACHE_DIR": str(tmp_path / "site")}
    subprocess.run([*dvc, "init", "--quiet", "--no-scm"], cwd=tmp_path, env=environment, check=True)
    seen = [*SEEN, *RUNS, "data/sources/report.txt", "params.yaml", "data/datasets/s/d.card/card.md"]
    backups = [
        str(Path(path).with_name(name.format(Path(path).name, Path(path).suffix)))
        for path in (*SEEN, *RUNS)
        for name in LEFT
    ]
    others = ["presets/paper/dvc.yaml"]
    found = subprocess.run(
        [*dvc, "check-ignore", *seen, *backups, *others],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.splitlines() == [*backups, *others]
