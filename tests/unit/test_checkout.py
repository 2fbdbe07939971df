"""The code that runs is that of the checkout in which it runs, by every command; and `make set-up` sees a move."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from equidyn.core import checkout
from equidyn.core.errors import EquidynError
from equidyn.core.params import load

PROJECT = Path(__file__).resolve().parents[2]
DATASET = "smoke-levels/eps000"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The root of another checkout, with a preset; its params.yaml is not to be read before the code is known."""
    root = tmp_path / "other checkout"
    (root / "src/equidyn").mkdir(parents=True)
    (root / "src/equidyn/__init__.py").touch()
    shutil.copy(PROJECT / "pyproject.toml", root)
    (root / "presets/a").mkdir(parents=True)
    for folder in (root, root / "presets/a"):
        (folder / "params.yaml").write_text("of another version")
    return root


def told(folder: Path, *arguments: str) -> str:
    """The message with which `equidyn` refuses."""
    command = [sys.executable, "-c", "from equidyn.cli import main; main()", *arguments]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert answer.returncode == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    return answer.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("prepare", DATASET),
        ("train", f"{DATASET}/gcnn/1"),
        ("measure", f"{DATASET}/gcnn/1"),
        ("report",),
        ("sources",),
        ("handover", "dvc"),
        ("hub", "push", "--dry-run"),
    ],
    ids=" ".join,
)
def test_every_command_refuses_the_code_of_another_checkout(other: Path, command: tuple[str, ...]) -> None:
    said = told(other / "presets/a", *command)
    assert said.startswith(f"equidyn: the code that runs is {PROJECT / 'src/equidyn'}, not {other / 'src/equidyn'}")
    assert f"`make set-up` in {other} " in said and f"PYTHONPATH={other / 'src'}" in said


def test_the_code_may_be_that_of_the_nearest_checkout_by_any_path(other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link to ours; one inside another; a folder in none; code of others of that name."""
    shutil.rmtree(other / "src")
    (other / "src").symlink_to(PROJECT / "src")
    monkeypatch.chdir(other / "presets/a")
    checkout.refuse_other_code()
    (other / "presets/a/src/equidyn").mkdir(parents=True)
    (other / "presets/a/src/equidyn/__init__.py").touch()
    checkout.refuse_other_code()
    (other / "presets/a/pyproject.toml").write_text('[project]\nname = "equidyn"\n')
    with pytest.raises(EquidynError, match="presets/a/src/equidyn, in whose checkout"):
        load()
    monkeypatch.chdir(other.parent)
    checkout.refuse_other_code()


FAKE = """#!/bin/sh
case "$1 $2" in
"-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo made ;;
"-m pip") echo pip ;;
esac
"""


def set_up(root: Path) -> str:
    """What `make set-up` does in a folder, with a Python that only tells what it is asked."""
    command = ["make", "--no-print-directory", "--silent", "set-up", "PYTHON=./fake"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.replace("\n", " ").strip()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not there")
def test_a_moved_or_copied_checkout_is_set_up_again(tmp_path: Path) -> None:
    """The programs in .venv name the folder that they were made in; nothing is done twice in one place."""
    root = tmp_path / 'it\'s a $HOME of "mine"'
    root.mkdir()
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(PROJECT / name, root)
    (root / "fake").write_text(FAKE)
    (root / "fake").chmod(0o755)
    again = "made pip pip pip"
    assert set_up(root) == again
    assert set_up(root) == ""
    copy, linked = tmp_path / "copy", tmp_path / "linked"
    shutil.copytree(root, copy)
    shutil.copytree(root, linked, ignore=shutil.ignore_patterns(".venv"))
    (linked / ".venv").symlink_to(root / ".venv")
    assert set_up(copy) == set_up(linked) == again
    assert set_up(copy) == set_up(linked) == set_up(root) == ""
    moved = root.rename(tmp_path / "moved")
    (moved / ".venv/old").touch()
    assert set_up(moved) == again
    assert not (moved / ".venv/old").exists()
    (moved / ".venv/old").touch()
    os.utime(moved / ".venv/.set-up", (0, 0))
    assert set_up(moved) == again  # another lock: what can be kept is kept
    assert (moved / ".venv/old").exists()
