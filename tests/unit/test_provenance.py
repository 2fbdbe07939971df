"""The commit on record is that of the code that runs, or "unknown": of a copy of it, in checkouts of every kind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
NEEDED = ("__init__.py", "core/__init__.py", "core/errors.py", "core/provenance.py", "core/checkout.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder, not the first in its repository's tree, with the files of the project that the commit depends on."""
    root = tmp_path / "outer" / "check out"
    for name in NEEDED:
        (root / "src/equidyn" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / "src/equidyn" / name, root / "src/equidyn" / name)
    shutil.copy(PROJECT / "pyproject.toml", root)
    return root


def committed(folder: Path, tag: str) -> None:
    """Make the folder a repository with one commit, of all that lies in it."""
    git = ("git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in ("init --quiet", "add --all", "commit --quiet -m 1", f"tag -m 1 {tag}"):
        subprocess.run([*git, *command.split()], check=True, capture_output=True)


def told(root: Path, **variables: str) -> str:
    """The commit as a run in a checkout's own code records it."""
    code = "from equidyn.core.provenance import commit; print(commit())"
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "GIT_CONFIG_GLOBAL": os.devnull} | variables
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=root.parent)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_the_commit_is_that_of_the_code(checkout: Path, tmp_path: Path) -> None:
    committed(checkout, "ours")
    assert told(checkout) == "ours"
    subprocess.run(["git", "-C", str(checkout), "worktree", "add", "-q", str(tmp_path / "beside")], check=True)
    assert told(tmp_path / "beside") == "ours"
    (checkout / "pyproject.toml").write_text('name = "equidyn"')
    assert told(checkout) == "ours-dirty"


def test_without_git_the_commit_is_unknown(checkout: Path, tmp_path: Path) -> None:
    """Not on PATH; there, and no program; there, and not to be run."""
    committed(checkout, "ours")
    for number, (text, mode) in enumerate([(None, 0), ("no program", 0o755), ("#!/bin/sh\n", 0o644)]):
        programs = tmp_path / str(number)
        programs.mkdir()
        if text is not None:
            (programs / "git").write_text(text)
            (programs / "git").chmod(mode)
        assert told(checkout, PATH=str(programs)) == "unknown"


def test_the_commit_of_a_repository_around_the_checkout_is_not_ours(checkout: Path) -> None:
    committed(checkout.parent, "theirs")
    assert told(checkout) == "unknown"


def test_the_commit_of_a_repository_without_the_code_is_not_ours(checkout: Path, tmp_path: Path) -> None:
    """One that was begun beside the code, and one that a hook or a tool has in its environment."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").touch()
    committed(other, "theirs")
    assert told(checkout, GIT_DIR=str(other / ".git"), GIT_WORK_TREE=str(checkout)) == "unknown"
    assert told(checkout, GIT_DIR=str(other / ".git")) == "unknown"
    (other / ".git").rename(checkout / ".git")
    assert told(checkout) == "unknown"


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator can give a folder to another user")
def test_a_checkout_of_another_user_has_no_commit(checkout: Path) -> None:
    committed(checkout, "ours")
    for path in (checkout, checkout / ".git"):
        os.chown(path, 12345, 12345)
    assert told(checkout, HOME=str(checkout.parent)) == "unknown"


def test_an_installed_package_has_no_commit(checkout: Path) -> None:
    committed(checkout, "theirs")
    (checkout / "pyproject.toml").unlink()
    assert told(checkout) == "unknown"
